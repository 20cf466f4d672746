// SPDX-License-Identifier: GPL-2.0
// An event loop for tests that runs when the test says so.
#pragma once

#include <sys/epoll.h>

#include <cerrno>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "base/check.hh"
#include "base/unique_fd.hh"
#include "platform/event_loop.hh"

namespace lkl::testing {

class ManualLoop final : public EventLoop {
  public:
    ManualLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) { LKL_CHECK(epoll_.get() >= 0); }

    Result<void> add(int fd, std::uint32_t events, Callback callback) override {
        const std::lock_guard lock(mutex_);
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
            return Error::host(errno, "watch", "fd " + std::to_string(fd));
        }
        watched_[fd] = {events, std::move(callback)};
        return {};
    }

    void remove(int fd) override {
        const std::lock_guard lock(mutex_);
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
        watched_.erase(fd);
    }

    void post(std::function<void()> function) override {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(function));
    }

    // Runs callbacks until `done()`; fails after ten seconds in which nothing is ready.
    void run_until(const std::function<bool()>& done) {
        while (!done()) {
            LKL_CHECK(run_once(10000));
        }
    }

    // Runs what is ready within `milliseconds`; whether anything was.
    bool run_once(int milliseconds) {
        if (const std::function<void()> function = take_posted(); function) {
            function();
            return true;
        }
        epoll_event event{};
        int ready = 0;
        do {  // io_uring's completions interrupt the thread that has submitted
            ready = epoll_wait(epoll_.get(), &event, 1, milliseconds);
        } while (ready < 0 && errno == EINTR);
        if (ready != 1) {
            return false;
        }
        Callback callback;
        {
            const std::lock_guard lock(mutex_);
            const auto found = watched_.find(event.data.fd);
            if (found != watched_.end()) {
                callback = found->second.callback;
            }
        }
        if (callback) {
            callback(event.events);
        }
        return true;
    }

    // The descriptors that are watched.
    [[nodiscard]] std::size_t watched() {
        const std::lock_guard lock(mutex_);
        return watched_.size();
    }

    // What the machine's loop does in the child of a fork, after its devices: watches the same
    // descriptors anew.
    void restart_in_child() {
        epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
        posted_.clear();
        const std::map<int, Watched> watched = std::exchange(watched_, {});
        for (const auto& [fd, entry] : watched) {
            LKL_CHECK(add(fd, entry.events, entry.callback).has_value());
        }
    }

  private:
    struct Watched {
        std::uint32_t events = 0;
        Callback callback;
    };

    std::function<void()> take_posted() {
        const std::lock_guard lock(mutex_);
        if (posted_.empty()) {
            return {};
        }
        std::function<void()> function = std::move(posted_.front());
        posted_.pop_front();
        return function;
    }

    UniqueFd epoll_;
    std::mutex mutex_;
    std::map<int, Watched> watched_;
    std::deque<std::function<void()>> posted_;
};

}  // namespace lkl::testing
