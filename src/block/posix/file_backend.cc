// SPDX-License-Identifier: GPL-2.0
// The file back end's requests: at once from the page cache, else by io_uring, else blocking.
#include "block/file_backend.hh"

#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

#include "block/posix/async_io.hh"
#include "block/posix/file_io.hh"
#include "block/posix/file_probe.hh"

namespace lkl {

FileBackend::FileBackend(UniqueFd fd, FileBackendOptions options)
    : fd_(std::move(fd)), options_(std::move(options)) {}

FileBackend::~FileBackend() = default;

FileTarget FileBackend::target() const {
    return {fd_.get(), facts_.block_device, facts_.memory_alignment};
}

void FileBackend::attach(EventLoop* loop) {
    loop_ = loop;
    if (options_.async_early) {
        async();
    }
    if (options_.attached) {
        options_.attached();
    }
}

void FileBackend::detach() {
    std::unique_ptr<AsyncIo> last;  // ends after the lock: it waits for the loop's thread
    const MutexLock lock(async_mutex_);
    async_.store(nullptr, std::memory_order_release);
    last = std::move(async_owner_);
    async_tried_ = false;
    loop_ = nullptr;
}

AsyncIo* FileBackend::async() {
    if (AsyncIo* const io = async_.load(std::memory_order_acquire); io != nullptr) {
        return io;
    }
    const MutexLock lock(async_mutex_);
    if (!async_tried_ && options_.async && loop_ != nullptr) {
        async_owner_ = AsyncIo::create(*loop_, target());
        async_.store(async_owner_.get(), std::memory_order_release);
    }
    async_tried_ = true;
    return async_.load(std::memory_order_relaxed);
}

int FileBackend::submit(BlockRequest& request) {
    request.remaining = request.length;
    const int error = try_at_once(request);
    if (error != EAGAIN) {
        return error;
    }
    AsyncIo* const io = async();
    if (io == nullptr) {
        return run_blocking(target(), request);
    }
    io->add(request);
    return kBlockPending;
}

// EAGAIN: it would block.
int FileBackend::try_at_once(BlockRequest& request) {
    switch (request.op) {
        case BlockOp::read:
        case BlockOp::write:
            return try_transfer(request);
        case BlockOp::flush:
            return info_.read_only || facts_.in_memory ? 0 : EAGAIN;
        case BlockOp::discard:
            // No ring operation of the kernels of today discards on a block device.
            return facts_.in_memory || facts_.block_device ? run_blocking(target(), request)
                                                           : EAGAIN;
        case BlockOp::write_zeroes:
            return facts_.in_memory ? run_blocking(target(), request) : EAGAIN;
    }
    return EOPNOTSUPP;
}

int FileBackend::try_transfer(BlockRequest& request) {
    if (facts_.memory_alignment > 1) {
        return EAGAIN;  // run_blocking() knows what to do with buffers that do not suit
    }
    std::atomic<bool>& nowait = request.op == BlockOp::read ? nowait_read_ : nowait_write_;
    if (!facts_.in_memory && nowait.load(std::memory_order_relaxed)) {
        const int error = transfer(fd_.get(), request, RWF_NOWAIT);
        if (error == 0 || (error != EOPNOTSUPP && error != EIO)) {
            return error;
        }
        // EIO: some kernels answer 0 bytes where they mean EAGAIN, so look again without.
        nowait.store(error == EIO, std::memory_order_relaxed);
    }
    // Such a file system cannot tell whether it would block. A write goes to its page cache; a read
    // is mostly served from there, which the way over another thread would make many times dearer.
    return transfer(fd_.get(), request, 0);
}

void FileBackend::kick() {
    if (AsyncIo* const io = async_.load(std::memory_order_acquire); io != nullptr) {
        io->kick();
    }
}

void FileBackend::drain() {
    if (AsyncIo* const io = async_.load(std::memory_order_acquire); io != nullptr) {
        io->drain();
    }
}

void FileBackend::refresh_size() {
    const std::uint64_t size = current_size(fd_.get(), facts_.block_device);
    info_.size = std::max(info_.size, size - size % info_.block_size);
}

void FileBackend::reopen_in_child() {
    AsyncIo* const io = async_.load(std::memory_order_acquire);
    if (io != nullptr && !io->reopen_in_child()) {
        async_.store(nullptr, std::memory_order_release);  // kept, since the loop knows it
    }
}

std::unique_ptr<BlockBackend> FileBackend::after_fork_in_child(std::unique_ptr<BlockBackend> self) {
    reopen_in_child();
    return info_.read_only ? std::move(self) : forked(std::move(self), options_.fork_mode);
}

}  // namespace lkl
