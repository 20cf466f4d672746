// SPDX-License-Identifier: GPL-2.0
#include "platform/fault.hh"

#include <ucontext.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <mutex>
#include <utility>

#include "abi/machine.h"

namespace lkl {
namespace {

constexpr int kSlots = 256;
constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};

// A slot is read by signal handlers at any time: `used` is set last and cleared first.
struct Slot {
    std::atomic<bool> used{false};
    FaultRange range;
};

std::array<Slot, kSlots> slots;
// An application may install a handler of its own between two boots, which may hand faults on to
// what it found: ours. Then ours goes on top once more, as another function, a layer, so that each
// knows what it covers.
constexpr std::size_t kLayers = 8;

struct SignalLayers {
    std::array<struct sigaction, kLayers> covered{};  // by each layer
    std::size_t count = 0;
};

std::array<SignalLayers, kSignals.size()> layers;  // changed before a layer is installed
std::mutex mutex;

bool within(std::uint64_t value, std::uint64_t start, std::uint64_t end) {
    return value >= start && value < end;
}

const FaultRange* find_range(std::uint64_t rip) noexcept {
    for (const Slot& slot : slots) {
        if (slot.used.load(std::memory_order_acquire) &&
            (within(rip, slot.range.text_start, slot.range.text_end) ||
             within(rip, slot.range.modules_start, slot.range.modules_end))) {
            return &slot.range;
        }
    }
    return nullptr;
}

void save_registers(const greg_t* from, lkl_fault_frame& to) noexcept {
    const auto reg = [from](int index) { return static_cast<lkl_u64>(from[index]); };
    to.r15 = reg(REG_R15);
    to.r14 = reg(REG_R14);
    to.r13 = reg(REG_R13);
    to.r12 = reg(REG_R12);
    to.rbp = reg(REG_RBP);
    to.rbx = reg(REG_RBX);
    to.r11 = reg(REG_R11);
    to.r10 = reg(REG_R10);
    to.r9 = reg(REG_R9);
    to.r8 = reg(REG_R8);
    to.rax = reg(REG_RAX);
    to.rcx = reg(REG_RCX);
    to.rdx = reg(REG_RDX);
    to.rsi = reg(REG_RSI);
    to.rdi = reg(REG_RDI);
    to.rip = reg(REG_RIP);
    to.flags = reg(REG_EFL);
    to.rsp = reg(REG_RSP);
}

// What would have happened without us.
void pass_on(std::size_t layer, int signal, siginfo_t* info, void* context) noexcept {
    std::size_t index = 0;
    while (kSignals.at(index) != signal) {
        index++;
    }
    const struct sigaction& action = layers.at(index).covered.at(layer);
    if ((action.sa_flags & SA_SIGINFO) != 0) {
        action.sa_sigaction(signal, info, context);
    } else if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) {
        action.sa_handler(signal);
    } else if (action.sa_handler == SIG_DFL || info->si_code > 0) {
        // The instruction is run again, and the fault has its default effect, also where the
        // signal is ignored: nothing can ignore a fault. A signal that was sent, not caused, is
        // sent again, or ignored.
        struct sigaction standard {};

        standard.sa_handler = SIG_DFL;
        sigaction(signal, &standard, nullptr);
        if (info->si_code <= 0) {
            raise(signal);
        }
    }
}

template <std::size_t Layer>
void on_fault(int signal, siginfo_t* info, void* context) {
    if (!redirect_fault(signal, info, context)) {
        pass_on(Layer, signal, info, context);
    }
}

using Handler = void (*)(int, siginfo_t*, void*);

template <std::size_t... Layer>
constexpr std::array<Handler, sizeof...(Layer)> make_handlers(std::index_sequence<Layer...>) {
    return {on_fault<Layer>...};
}

constexpr std::array<Handler, kLayers> kHandlers =
    make_handlers(std::make_index_sequence<kLayers>());

bool is_ours(const struct sigaction& action) {
    return (action.sa_flags & SA_SIGINFO) != 0 &&
           std::find(kHandlers.begin(), kHandlers.end(), action.sa_sigaction) != kHandlers.end();
}

// Sees to it that ours is the handler of each signal, on top of what is there.
void install_handlers() {
    for (std::size_t i = 0; i < kSignals.size(); i++) {
        SignalLayers& of_signal = layers.at(i);

        struct sigaction now {};

        sigaction(kSignals.at(i), nullptr, &now);
        if (is_ours(now)) {
            continue;
        }
        // All layers taken: the last one once more, which only a handler that hands on to it minds.
        const std::size_t layer = std::min(of_signal.count, kLayers - 1);

        struct sigaction action {};

        action.sa_sigaction = kHandlers.at(layer);
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        of_signal.covered.at(layer) = now;
        of_signal.count = layer + 1;
        sigaction(kSignals.at(i), &action, nullptr);
    }
}

}  // namespace

int add_fault_range(const FaultRange& range) {
    const std::scoped_lock lock(mutex);
    for (int i = 0; i < kSlots; i++) {
        Slot& slot = slots.at(static_cast<std::size_t>(i));
        if (!slot.used.load(std::memory_order_relaxed)) {
            slot.range = range;
            slot.used.store(true, std::memory_order_release);
            install_handlers();
            return i;
        }
    }
    return -1;
}

void remove_fault_range(int slot) {
    const std::scoped_lock lock(mutex);
    slots.at(static_cast<std::size_t>(slot)).used.store(false, std::memory_order_release);
}

bool redirect_fault(int signal, void* info, void* context) noexcept {
    // Sent by somebody, not caused by an instruction (sigaction(2): SI_USER, SI_QUEUE, SI_TKILL).
    if (static_cast<siginfo_t*>(info)->si_code <= 0) {
        return false;
    }
    auto* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    const auto rip = static_cast<std::uint64_t>(registers[REG_RIP]);
    const auto rsp = static_cast<std::uint64_t>(registers[REG_RSP]);
    const FaultRange* range = find_range(rip);
    // Not on a fiber's stack, or no room left on it: nothing can handle the fault there.
    constexpr std::uint64_t kRoom = 4096;
    if (range == nullptr || !within(rsp, range->stacks_start, range->stacks_end) ||
        rsp % LKL_STACK_SIZE < kRoom) {
        return false;
    }
    constexpr std::uint64_t kAlign = 16;
    const std::uint64_t place = (rsp - LKL_FAULT_GAP - sizeof(lkl_fault_frame)) & ~(kAlign - 1);
    lkl_fault_frame frame{};
    save_registers(registers, frame);
    frame.address = reinterpret_cast<std::uint64_t>(static_cast<siginfo_t*>(info)->si_addr);
    frame.signal = static_cast<lkl_u64>(signal);
    std::memcpy(reinterpret_cast<void*>(place), &frame, sizeof(frame));  // NOLINT
    registers[REG_RDI] = static_cast<greg_t>(place);
    registers[REG_RSP] = static_cast<greg_t>(place);
    registers[REG_RIP] = static_cast<greg_t>(range->handler);
    return true;
}

}  // namespace lkl
