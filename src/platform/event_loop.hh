// SPDX-License-Identifier: GPL-2.0
// The loop of a vCPU's helper thread: file descriptors of device back ends and posted functions.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.hh"

namespace lkl {

// All callbacks run on the helper thread, one at a time, with no vCPU held. They may raise
// interrupts. Every member may be called from any thread.
class EventLoop {
  public:
    using Callback = std::function<void(std::uint32_t events)>;

    virtual ~EventLoop() = default;

    // Calls `callback` with the ready EPOLL* events while `fd` has any of `events`. The fd stays
    // the caller's and must outlive its registration.
    virtual Result<void> add(int fd, std::uint32_t events, Callback callback) = 0;

    // After the return the callback does not run and will not run again, unless called from
    // a callback itself (then: will not run again).
    virtual void remove(int fd) = 0;

    // Runs `function` on the helper thread soon.
    virtual void post(std::function<void()> function) = 0;
};

}  // namespace lkl
