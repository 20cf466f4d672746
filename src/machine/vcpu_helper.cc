// SPDX-License-Identifier: GPL-2.0
// The helper thread: it owns the vCPU when an interrupt, a timer or a task that was put off is due
// and nobody else is inside, and it runs the event loop of the devices' back ends.
#include <pthread.h>
#include <sys/prctl.h>

#include <csignal>
#include <system_error>

#include "base/scope_exit.hh"
#include "machine/vcpu.hh"
#include "platform/clock.hh"
#include "platform/signal_stack.hh"

namespace lkl {
namespace {

// With no tick stopped the deadline moves at every idle pass. A helper that has just been told of a
// nearer one looks again soon, and need not be told of each.
constexpr std::uint64_t kHelperNapNs = 10'000'000;

}  // namespace

Result<void> Vcpu::start_helper() {
    // The helper belongs to the library: the application's signals go to its own threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP}) {
        sigdelset(&all, fault);
    }
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const ScopeExit restore([&before] { pthread_sigmask(SIG_SETMASK, &before, nullptr); });
    try {
        helper_ = std::thread([this] { helper_main(); });
    } catch (const std::system_error& error) {
        return Error::host(error.code().value(), "start", "the helper thread");
    }
    return {};
}

void Vcpu::kick_helper() noexcept {
    if (helper_until_.exchange(0, std::memory_order_seq_cst) != 0) {
        loop_->wake();
    }
}

void Vcpu::helper_main() noexcept {
    prctl(PR_SET_NAME, "lkl-helper");
    prctl(PR_SET_TIMERSLACK, 1UL);
    ensure_signal_stack();
    bool nap = false;
    while (!stopping_.load()) {
        const bool running = ending() == Ending::none;
        const std::uint64_t now = monotonic_ns();
        if (running) {
            nap = help(now) || nap;
        }
        const std::uint64_t next = running ? next_event() : kForever;
        std::uint64_t until = next;
        if (next <= now || (nap && next > now + kHelperNapNs)) {
            // Due, but the vCPU is owned, and its owner has been told; or a nap.
            until = now + kHelperNapNs;
        }
        helper_until_.store(until, std::memory_order_seq_cst);
        // The other half of run()'s and raise()'s looks at helper_until_.
        const bool more =
            running &&
            ((owned_.load(std::memory_order_seq_cst) == 0 && work_waits()) || next_event() < next);
        if (!more) {
            nap = false;
            loop_->run_once(stopping_.load() ? 0 : until);
            nap = helper_until_.load(std::memory_order_relaxed) == 0;
        }
        helper_until_.store(0, std::memory_order_seq_cst);
    }
}

// A timer that is due, interrupts, tasks that were put off: for the owner if there is one. True:
// there was work.
bool Vcpu::help(std::uint64_t now) noexcept {
    if (deadline() <= now) {
        std::atomic_ref(shared_->pending).fetch_or(1U << LKL_IRQ_TIMER);
    }
    if (!work_waits() && later() > now) {
        return false;
    }
    if (try_take()) {
        std::atomic_ref(shared_->later).store(kForever, std::memory_order_relaxed);
        run(nullptr, Role::helper);
    }
    return true;
}

void Vcpu::stop_helper() noexcept {
    if (helper_.joinable()) {
        stopping_.store(true);
        loop_->wake();
        helper_.join();
    }
}

}  // namespace lkl
