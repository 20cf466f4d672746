// SPDX-License-Identifier: GPL-2.0
#include "platform/signal_stack.hh"

#include <pthread.h>
#include <sys/auxv.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <memory>

#include "base/check.hh"

namespace lkl {
namespace {

// The kernel says how much a signal frame takes (AT_MINSIGSTKSZ: 3.6 KiB with AVX-512); the
// application's own handlers may run here too.
std::size_t stack_size() {
    constexpr std::size_t kHandlers = 32768;
    return kHandlers + static_cast<std::size_t>(getauxval(AT_MINSIGSTKSZ));
}

class SignalStack {
  public:
    SignalStack() = default;
    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;

    ~SignalStack() {
        stack_t current{};
        if (memory_ && sigaltstack(nullptr, &current) == 0 && current.ss_sp == memory_.get()) {
            stack_t none{};
            none.ss_flags = SS_DISABLE;
            sigaltstack(&none, nullptr);
        }
    }

    void ensure() {
        stack_t current{};
        if (memory_ || sigaltstack(nullptr, &current) != 0 ||
            (current.ss_flags & SS_DISABLE) == 0) {
            return;
        }
        const std::size_t size = stack_size();
        memory_ = std::make_unique<std::byte[]>(size);  // NOLINT(*-avoid-c-arrays)
        stack_t stack{};
        stack.ss_sp = memory_.get();
        stack.ss_size = size;
        sigaltstack(&stack, nullptr);
    }

  private:
    std::unique_ptr<std::byte[]> memory_;  // NOLINT(*-avoid-c-arrays)
};

thread_local SignalStack* mine = nullptr;

void free_signal_stack(void* stack) {
    mine = nullptr;
    const std::unique_ptr<SignalStack> ended(static_cast<SignalStack*>(stack));
}

pthread_key_t make_key() {
    pthread_key_t key{};
    LKL_CHECK(pthread_key_create(&key, free_signal_stack) == 0);
    return key;
}

}  // namespace

// Freed through a key of pthreads, whose destructors run after those of thread_local objects, and
// again for what was made meanwhile: the last calls of an ending thread have a stack too.
void ensure_signal_stack() {
    if (mine == nullptr) {
        static const pthread_key_t key = make_key();
        mine = std::make_unique<SignalStack>().release();
        LKL_CHECK(pthread_setspecific(key, mine) == 0);
    }
    mine->ensure();
}

}  // namespace lkl
