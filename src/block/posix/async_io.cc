// SPDX-License-Identifier: GPL-2.0
// io_uring behind an eventfd of the event loop.
#include "block/posix/async_io.hh"

#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "platform/event_loop.hh"

namespace lkl {

namespace {

constexpr unsigned kEntries = 64;

constexpr std::array kOperations = {IORING_OP_READV, IORING_OP_WRITEV, IORING_OP_FSYNC,
                                    IORING_OP_FALLOCATE};

// liburing 2.3 declares functions for these two steps but its shared library does not export them.
bool ring_register(const io_uring& ring, unsigned what, void* argument, std::size_t count) {
    return syscall(SYS_io_uring_register, ring.ring_fd, what, argument, count) == 0;
}

bool restrict_operations(const io_uring& ring) {
    std::array<io_uring_restriction, kOperations.size()> restrictions{};
    for (std::size_t i = 0; i < kOperations.size(); ++i) {
        restrictions[i].opcode = IORING_RESTRICTION_SQE_OP;
        restrictions[i].sqe_op = kOperations[i];
    }
    return ring_register(ring, IORING_REGISTER_RESTRICTIONS, restrictions.data(),
                         restrictions.size());
}

void prepare(io_uring_sqe* sqe, int fd, BlockRequest& request) {
    const auto count =
        static_cast<unsigned>(std::min<std::size_t>(request.segments.size(), IOV_MAX));
    const auto at = static_cast<off_t>(position(request));
    switch (request.op) {
        case BlockOp::read:
            io_uring_prep_readv(sqe, fd, request.segments.data(), count, at);
            break;
        case BlockOp::write:
            io_uring_prep_writev(sqe, fd, request.segments.data(), count, at);
            break;
        case BlockOp::flush:
            io_uring_prep_fsync(sqe, fd, IORING_FSYNC_DATASYNC);
            break;
        case BlockOp::discard:
        case BlockOp::write_zeroes:
            const bool hole = request.op == BlockOp::discard || request.may_unmap;
            const int kind = hole ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE;
            io_uring_prep_fallocate(sqe, fd, kind | FALLOC_FL_KEEP_SIZE,
                                    static_cast<off_t>(request.offset),
                                    static_cast<off_t>(request.length));
            break;
    }
    io_uring_sqe_set_data(sqe, &request);
}

bool is_transfer(const BlockRequest& request) {
    return request.op == BlockOp::read || request.op == BlockOp::write;
}

// What a result says about a request.
enum class Outcome { done, go_on, by_blocking };

Outcome judge(BlockRequest& request, int result) {
    if (result > 0 && is_transfer(request)) {
        advance(request, static_cast<std::size_t>(result));
        return request.remaining == 0 ? Outcome::done : Outcome::go_on;
    }
    switch (-result) {
        case EINTR:
            return Outcome::go_on;
        case EAGAIN:     // an O_NONBLOCK file
        case ECANCELED:  // the submitting thread has ended
            return Outcome::by_blocking;
        case EOPNOTSUPP:
        case EINVAL:
            // A kind of range that the file system does not know, or a misaligned rest of a direct
            // transfer: these have a second way.
            return request.op == BlockOp::write_zeroes || is_transfer(request)
                       ? Outcome::by_blocking
                       : Outcome::done;
        default:
            return Outcome::done;
    }
}

}  // namespace

void AsyncIo::List::append(BlockRequest& request) {
    request.next = nullptr;
    (head == nullptr ? head : tail->next) = &request;
    tail = &request;
}

BlockRequest* AsyncIo::List::take() {
    BlockRequest* const first = head;
    if (first != nullptr) {
        head = first->next;
    }
    return first;
}

std::unique_ptr<AsyncIo> AsyncIo::create(EventLoop& loop, const FileTarget& target) {
    std::unique_ptr<AsyncIo> io(new AsyncIo(loop, target));  // the constructor is private
    return io->start() ? std::move(io) : nullptr;
}

bool AsyncIo::start() {
    {
        const MutexLock lock(mutex_);
        event_ = UniqueFd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        if (!event_ || !make_ring()) {
            return false;
        }
    }
    registered_ = loop_.add(event_.get(), EPOLLIN, [this](std::uint32_t) { pump(); }).has_value();
    return registered_;
}

bool AsyncIo::make_ring() {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_CLAMP;
    if (io_uring_queue_init_params(kEntries, &ring_, &parameters) != 0) {
        return false;
    }
    ring_made_ = true;
    return io_uring_register_eventfd(&ring_, event_.get()) == 0 && restrict_operations(ring_) &&
           ring_register(ring_, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
}

void AsyncIo::leave_ring() {
    if (std::exchange(ring_made_, false)) {
        io_uring_queue_exit(&ring_);
    }
}

AsyncIo::~AsyncIo() {
    if (registered_) {
        loop_.remove(event_.get());
    }
    const MutexLock lock(mutex_);
    leave_ring();
}

bool AsyncIo::reopen_in_child() {
    const MutexLock lock(mutex_);
    leave_ring();
    // Only after a fork that nobody prepared: what was in flight is the parent's.
    noted_ = prepared_ = {};
    on_ring_ = outstanding_ = 0;
    const UniqueFd own(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!own || dup3(own.get(), event_.get(), O_CLOEXEC) < 0) {
        event_.reset();  // or the child would take the parent's wake-ups
        return false;
    }
    return true;
}

void AsyncIo::add(BlockRequest& request) {
    const MutexLock lock(mutex_);
    noted_.append(request);
    ++outstanding_;
    kicked_ = false;
}

void AsyncIo::kick() {
    {
        const MutexLock lock(mutex_);
        if (kicked_) {
            return;
        }
        kicked_ = true;
    }
    wake();
}

void AsyncIo::wake() const {
    const std::uint64_t one = 1;
    // The only failure is a counter that is full, which wakes as well.
    [[maybe_unused]] const ssize_t written = write(event_.get(), &one, sizeof(one));
}

void AsyncIo::pump() {
    List done;
    List blocking;
    {
        const MutexLock lock(mutex_);
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t bytes = read(event_.get(), &count, sizeof(count));
        reap(done);
        start_noted();
        if (ring_refused_) {
            std::swap(blocking, noted_);
        }
    }
    deliver(done);
    run_and_complete(blocking);
}

void AsyncIo::start_noted() {
    if (!ring_made_ && !ring_refused_ && noted_.head != nullptr) {
        ring_refused_ = !make_ring();
    }
    while (!ring_refused_ && noted_.head != nullptr) {
        // More on the ring than it has entries would only fill the kernel's overflow list.
        io_uring_sqe* const sqe = on_ring_ < kEntries ? io_uring_get_sqe(&ring_) : nullptr;
        if (sqe == nullptr) {
            break;
        }
        BlockRequest& request = *noted_.take();
        prepare(sqe, target_.fd, request);
        prepared_.append(request);
        ++on_ring_;
    }
    submit_prepared();
}

void AsyncIo::submit_prepared() {
    while (prepared_.head != nullptr) {
        const int taken = io_uring_submit(&ring_);
        for (int i = 0; i < taken; ++i) {
            prepared_.take();
        }
        if (taken == -EINTR || taken > 0) {
            continue;
        }
        if (taken == -EAGAIN || taken == -EBUSY || taken == 0) {
            wake();  // short of memory, or results must be taken first: try again
            return;
        }
        // Forbidden from now on (seccomp): the ring is left, all that it did not take blocks.
        ring_refused_ = true;
        while (BlockRequest* const request = prepared_.take()) {
            --on_ring_;
            noted_.append(*request);
        }
    }
}

// Takes the results there are. What has nothing left for the ring to do goes to `done`.
void AsyncIo::reap(List& done) {
    io_uring_cqe* cqe = nullptr;
    while (ring_made_ && io_uring_peek_cqe(&ring_, &cqe) == 0) {
        auto& request = *static_cast<BlockRequest*>(io_uring_cqe_get_data(cqe));
        const int result = cqe->res;
        io_uring_cqe_seen(&ring_, cqe);
        --on_ring_;
        switch (judge(request, result)) {
            case Outcome::done:
                request.result = result < 0                            ? -result
                                 : result == 0 && is_transfer(request) ? EIO
                                                                       : 0;
                done.append(request);
                break;
            case Outcome::go_on:
                noted_.append(request);
                break;
            case Outcome::by_blocking:
                request.result = kBlockPending;
                done.append(request);
                break;
        }
    }
}

void AsyncIo::deliver(List& done) {
    while (BlockRequest* const request = done.take()) {
        request->completed(request->result == kBlockPending ? run_blocking(target_, *request)
                                                            : request->result);
        const MutexLock lock(mutex_);
        --outstanding_;
        delivered_.notify_all();  // drain() looks again: completed() may have added a request
    }
}

void AsyncIo::run_and_complete(List& requests) {
    for (BlockRequest* request = requests.head; request != nullptr; request = request->next) {
        request->result = kBlockPending;
    }
    deliver(requests);
}

void AsyncIo::drain() {
    for (;;) {
        List done;
        List blocking;
        {
            const MutexLock lock(mutex_);
            reap(done);
            std::swap(blocking, noted_);
            if (done.head == nullptr && blocking.head == nullptr) {
                if (outstanding_ == 0) {
                    return;
                }
                submit_prepared();
                if (on_ring_ > 0) {
                    // The loop's thread waits for the mutex meanwhile, if it wakes at all.
                    io_uring_cqe* cqe = nullptr;
                    [[maybe_unused]] const int error = io_uring_wait_cqe(&ring_, &cqe);
                } else {
                    // The loop's thread is calling completed() right now.
                    delivered_.wait(mutex_);
                }
            }
        }
        deliver(done);
        run_and_complete(blocking);
    }
}

}  // namespace lkl
