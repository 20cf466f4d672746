// SPDX-License-Identifier: GPL-2.0
#include "platform/poll_loop.hh"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hh"
#include "base/unique_fd.hh"
#include "platform/clock.hh"

namespace lkl {
namespace {

class EpollLoop final : public PollLoop {
  public:
    EpollLoop(UniqueFd epoll, UniqueFd event)
        : epoll_(std::move(epoll)), event_(std::move(event)) {}

    Result<void> add(int fd, std::uint32_t events, Callback callback) override {
        const std::scoped_lock lock(mutex_);
        LKL_TRY_VOID(watch(fd, events));
        // Shared with a dispatch under way, which must not lose it when the callback removes
        // itself.
        watched_[fd] = {events, std::make_shared<Callback>(std::move(callback))};
        return {};
    }

    void remove(int fd) override {
        {
            const std::scoped_lock lock(mutex_);
            epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
            watched_.erase(fd);
        }
        if (dispatcher_ != this) {
            const std::scoped_lock wait_for_callback(dispatch_);
        }
    }

    void post(std::function<void()> function) override {
        {
            const std::scoped_lock lock(mutex_);
            posted_.push_back(std::move(function));
        }
        wake();
    }

    void run_once(std::uint64_t until) override {
        std::array<epoll_event, 32> ready{};
        const int count = wait(ready, until);
        for (int i = 0; i < count; i++) {
            const epoll_event& event = ready.at(static_cast<std::size_t>(i));
            if (event.data.fd == event_.get()) {
                std::uint64_t value = 0;
                [[maybe_unused]] const ssize_t n = read(event_.get(), &value, sizeof(value));
            } else {
                dispatch(event.data.fd, event.events);
            }
        }
        run_posted();
    }

    void wake() noexcept override {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t n = write(event_.get(), &one, sizeof(one));
    }

    Result<void> start() { return add(event_.get(), EPOLLIN, {}); }

    void lock_for_fork() override {
        dispatch_.lock();
        mutex_.lock();
    }

    void unlock_in_parent() override {
        mutex_.unlock();
        dispatch_.unlock();
    }

    Result<void> restart_in_child() override {
        // The thread that locked them in the parent does not exist here, for a checker of locks.
        new (&dispatch_) std::mutex;
        new (&mutex_) std::mutex;
        posted_.clear();
        watched_.erase(event_.get());
        epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
        event_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!epoll_ || !event_) {
            return Error::host(errno, "create", "an event loop");
        }
        for (const auto& [fd, watched] : watched_) {
            LKL_TRY_VOID(watch(fd, watched.events));
        }
        return start();
    }

  private:
    struct Watched {
        std::uint32_t events;
        std::shared_ptr<Callback> callback;
    };

    [[nodiscard]] Result<void> watch(int fd, std::uint32_t events) const {
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
            return Error::host(errno, "watch", "file descriptor " + std::to_string(fd));
        }
        return {};
    }

    int wait(std::array<epoll_event, 32>& ready, std::uint64_t until) {
        constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
        const std::uint64_t now = monotonic_ns();
        const std::uint64_t left = until > now ? until - now : 0;
        timespec timeout{};
        timeout.tv_sec = static_cast<time_t>(left / kNsPerSecond);
        timeout.tv_nsec = static_cast<long>(left % kNsPerSecond);
        const bool forever = until == ~std::uint64_t{0};
        int n = epoll_pwait2(epoll_.get(), ready.data(), static_cast<int>(ready.size()),
                             forever ? nullptr : &timeout, nullptr);
        if (n < 0 && errno == ENOSYS) {
            // Before Linux 5.11: whole milliseconds, rounded up.
            constexpr std::uint64_t kNsPerMs = 1'000'000;
            constexpr std::uint64_t kLongest = 60'000;
            const std::uint64_t ms = std::min((left + kNsPerMs - 1) / kNsPerMs, kLongest);
            n = epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()),
                           forever ? -1 : static_cast<int>(ms));
        }
        return n;
    }

    void dispatch(int fd, std::uint32_t events) {
        const std::scoped_lock running(dispatch_);
        std::shared_ptr<Callback> callback;
        {
            const std::scoped_lock lock(mutex_);
            const auto found = watched_.find(fd);
            if (found == watched_.end()) {
                return;
            }
            callback = found->second.callback;
        }
        dispatcher_ = this;
        (*callback)(events);
        dispatcher_ = nullptr;
    }

    void run_posted() {
        std::vector<std::function<void()>> functions;
        {
            const std::scoped_lock lock(mutex_);
            functions.swap(posted_);
        }
        if (functions.empty()) {
            return;
        }
        const std::scoped_lock running(dispatch_);
        dispatcher_ = this;
        for (const auto& function : functions) {
            function();
        }
        dispatcher_ = nullptr;
    }

    UniqueFd epoll_;
    UniqueFd event_;
    std::mutex dispatch_;  // held while a callback runs; taken before mutex_
    std::mutex mutex_;     // the two below
    std::map<int, Watched> watched_;
    std::vector<std::function<void()>> posted_;

    // The loop whose callback this thread is running.
    static thread_local const EpollLoop* dispatcher_;
};

thread_local const EpollLoop* EpollLoop::dispatcher_ = nullptr;

}  // namespace

Result<std::unique_ptr<PollLoop>> PollLoop::create() {
    UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
    UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!epoll || !event) {
        return Error::host(errno, "create", "an event loop");
    }
    auto loop = std::make_unique<EpollLoop>(std::move(epoll), std::move(event));
    LKL_TRY_VOID(loop->start());
    return std::unique_ptr<PollLoop>(std::move(loop));
}

}  // namespace lkl
