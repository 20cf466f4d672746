// SPDX-License-Identifier: GPL-2.0
// An event loop that a thread runs step by step: epoll on Linux.
#pragma once

#include <memory>

#include "platform/event_loop.hh"

namespace lkl {

class PollLoop : public EventLoop {
  public:
    static Result<std::unique_ptr<PollLoop>> create();

    // Runs what is ready and what was posted; before that sleeps until something is, or
    // `until` (monotonic nanoseconds), or wake().
    virtual void run_once(std::uint64_t until) = 0;

    // Ends the sleep of run_once(), or keeps the next one from sleeping. Any thread.
    virtual void wake() noexcept = 0;

    // Around fork(): with the loop locked no callback runs. In the child the loop watches the same
    // descriptors anew, without reaching the parent's.
    virtual void lock_for_fork() = 0;
    virtual void unlock_in_parent() = 0;
    virtual Result<void> restart_in_child() = 0;
};

}  // namespace lkl
