// SPDX-License-Identifier: GPL-2.0
// A host thread's place to ask an instance, and the pool that they come from.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <new>
#include <vector>

#include "abi/machine.h"

namespace lkl {

struct Mailbox {
    lkl_mailbox shared{};
    // Its thread sleeps in futex_wait() on shared.state, or is about to.
    std::atomic<std::uint32_t> sleeping{0};
    // Its thread is in Vcpu::call(): the instance's memory must stay.
    std::atomic<std::uint32_t> in_call{0};

    // What the waiting thread may see at any time.
    [[nodiscard]] std::uint32_t state() const {
        return std::atomic_ref(const_cast<lkl_u32&>(shared.state))  // NOLINT
            .load(std::memory_order_acquire);
    }

    void set_state(std::uint32_t value) {
        std::atomic_ref(shared.state).store(value, std::memory_order_seq_cst);
    }
};

// Mailboxes live as long as the pool: whoever completes a call may look at one once more
// after its thread has ended. Thread-safe.
class MailboxPool {
  public:
    Mailbox& take();
    void give_back(Mailbox& mailbox);

    template <typename F>
    void for_each(F function) {
        const std::scoped_lock lock(mutex_);
        for (Mailbox& mailbox : all_) {
            function(mailbox);
        }
    }

    // Around fork(), which must not copy the lock taken.
    void lock_for_fork() { mutex_.lock(); }

    void unlock_in_parent() { mutex_.unlock(); }

    void restart_in_child() { new (&mutex_) std::mutex; }

  private:
    std::mutex mutex_;
    std::deque<Mailbox> all_;
    std::vector<Mailbox*> free_;
};

}  // namespace lkl
