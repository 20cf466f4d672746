// SPDX-License-Identifier: GPL-2.0
// Lets lkl_syscall() use the default instance without a lock, and a halt free it safely.
#pragma once

#include <atomic>
#include <chrono>

#include "api/instance.hh"

namespace lkl::capi {

// A thread's mark that it is inside a call. On the heap and never freed, so that whoever waits for
// it needs no lock against ending threads; taken over by later threads.
struct CallSlot {
    std::atomic<unsigned> depth{0};
    std::atomic<bool> taken{false};
    CallSlot* next = nullptr;
};

extern thread_local constinit CallSlot* current_slot __attribute__((tls_model("initial-exec")));
extern constinit std::atomic<detail::Instance*> current_instance;

// The calling thread's slot, for its first call.
CallSlot& take_slot();

// While it lives, instance() stays valid.
//
// The thread writes its depth and then reads the pointer; a halt writes the pointer and then reads
// the depths. One of them must see the other, which takes a full barrier on both sides. The
// caller's is only against the compiler: withdraw() makes every running thread of the process
// pass one (membarrier(2)).
class CallGuard {
  public:
    CallGuard() : slot_(current_slot != nullptr ? *current_slot : take_slot()) {
        slot_.depth.store(slot_.depth.load(std::memory_order_relaxed) + 1,
                          std::memory_order_release);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        instance_ = current_instance.load(std::memory_order_acquire);
    }

    ~CallGuard() {
        slot_.depth.store(slot_.depth.load(std::memory_order_relaxed) - 1,
                          std::memory_order_release);
    }

    CallGuard(const CallGuard&) = delete;
    CallGuard& operator=(const CallGuard&) = delete;

    // nullptr: no kernel runs.
    [[nodiscard]] detail::Instance* instance() const { return instance_; }

  private:
    CallSlot& slot_;
    detail::Instance* instance_ = nullptr;
};

// True if the calling thread is inside a call (a signal handler has interrupted it).
bool inside_call();

// Makes `instance` the one that calls find.
void publish(detail::Instance* instance);

// Takes it away and waits until no thread is inside a call that found it. False: some still are
// after `patience`, and it must not be freed.
bool withdraw(std::chrono::milliseconds patience);

// In the child of a fork, where only the calling thread is left: forgets the marks of the others.
void forget_other_threads();

}  // namespace lkl::capi
