// SPDX-License-Identifier: GPL-2.0
// Which mailbox a host thread has at which instance, and what happens when the thread ends.
#pragma once

#include <cstdint>
#include <functional>

#include "machine/mailbox.hh"

namespace lkl {

// Instances register themselves under a number that is never used again, so that a thread that
// ends after its instance did touches nothing.
class ThreadHost {
  public:
    virtual ~ThreadHost() = default;
    // The task of a thread's mailbox is to end; the mailbox goes back to its pool.
    virtual void thread_ended(Mailbox& mailbox) = 0;
};

std::uint64_t register_thread_host(ThreadHost& host);
// Waits for threads that are ending right now.
void unregister_thread_host(std::uint64_t generation);

// The calling thread's mailbox at the instance; null: it has none yet.
Mailbox* find_mailbox(std::uint64_t generation) noexcept;
void remember_mailbox(std::uint64_t generation, Mailbox& mailbox);
void forget_mailbox(std::uint64_t generation);

// Around fork(): no registration changes in between.
void lock_thread_hosts();
void unlock_thread_hosts();
// In the child: the lock's holder is gone; made anew.
void reset_thread_hosts_in_child();

}  // namespace lkl
