// SPDX-License-Identifier: GPL-2.0
#include "platform/signal_stack.hh"

#include <sys/auxv.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <memory>

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

}  // namespace

void ensure_signal_stack() {
    thread_local SignalStack stack;
    stack.ensure();
}

}  // namespace lkl
