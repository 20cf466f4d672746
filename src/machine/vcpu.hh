// SPDX-License-Identifier: GPL-2.0
// The virtual CPU: who owns it, how a call gets in, how interrupts get in.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "abi/machine.h"
#include "base/result.hh"
#include "machine/mailbox.hh"
#include "platform/poll_loop.hh"

namespace lkl {

// Why a vCPU runs no more.
enum class Ending : std::uint32_t { none, halted, panicked };

// One host thread at a time owns the vCPU and is inside the kernel. A caller that finds it owned
// leaves its mailbox for the owner and sleeps. The helper thread owns it when an interrupt or a
// timer is due and nobody else does.
//
// The rule that loses no wake-up: whoever has something for the kernel writes it down first
// (pending, submitted) and then tries to take the vCPU; whoever gives the vCPU back does that first
// and then looks at what is written down. Both are sequentially consistent.
class Vcpu {
  public:
    using EnterFunction = void (*)(lkl_vcpu*);
    using Duration = std::chrono::nanoseconds;

    static Result<std::unique_ptr<Vcpu>> create();
    ~Vcpu();
    Vcpu(const Vcpu&) = delete;
    Vcpu& operator=(const Vcpu&) = delete;

    // Runs the first entry of a fresh image on the calling thread; true when the kernel is ready.
    bool boot(lkl_vcpu* shared, EnterFunction enter, const std::function<void()>& first_entry);

    // Starts the helper thread.
    Result<void> start_helper();

    // One request of the thread whose mailbox it is: request, number and args are filled in. The
    // result, or the error of the vCPU's end; after `patience` in which no device said anything the
    // caller gives up and the vCPU ends.
    long call(Mailbox& mailbox, Duration patience = kPatient) noexcept;

    static constexpr std::uint64_t kForever = ~std::uint64_t{0};
    static constexpr Duration kPatient = Duration::max();

    // Raises interrupt lines. Any thread, also one inside the kernel.
    void raise(std::uint64_t lines) noexcept;

    [[nodiscard]] PollLoop& loop() { return *loop_; }

    [[nodiscard]] MailboxPool& mailboxes() { return mailboxes_; }

    [[nodiscard]] Ending ending() const { return ending_.load(std::memory_order_acquire); }

    // What every call returns from now on, to waiting callers too; the kernel is not entered again.
    // The caller owns the vCPU, or the kernel has left for good.
    void end(Ending ending) noexcept;

    // Refuse new calls, except of one mailbox.
    void refuse_calls(const Mailbox* except) noexcept { exception_.store(except); }

    // After end(): waits until every thread has left call().
    void wait_for_callers() noexcept;

    // Waits until the vCPU is free and takes it, for a fork or a snapshot; false: it has ended.
    bool hold() noexcept;
    void let_go() noexcept;

    // Around fork(), with the vCPU held. In the child no thread but the caller exists any more:
    // the calls of all others are given up.
    void lock_for_fork();
    void unlock_in_parent();
    Result<void> restart_in_child();
    // The same where the instance could not be copied: it has ended, here.
    void abandon_in_child();

    void stop_helper() noexcept;

    // True on a thread that is inside any vCPU: a signal handler must not call.
    static bool inside() noexcept;

  private:
    enum class Role : std::uint8_t { caller, helper };

    explicit Vcpu(std::unique_ptr<PollLoop> loop) : loop_(std::move(loop)) {}

    bool try_take() noexcept;
    void run(Mailbox* mailbox, Role role) noexcept;
    void submit(Mailbox& mailbox) noexcept;
    void wait(Mailbox& mailbox, Duration patience) noexcept;
    void complete(std::uint64_t finished) noexcept;
    void complete_all() noexcept;
    void helper_main() noexcept;
    bool help(std::uint64_t now) noexcept;
    void kick_helper() noexcept;
    [[nodiscard]] bool work_waits() noexcept;
    [[nodiscard]] std::uint64_t deadline() noexcept;
    [[nodiscard]] std::uint64_t later() noexcept;
    [[nodiscard]] std::uint64_t next_event() noexcept;
    [[nodiscard]] long ending_error() const noexcept;
    [[nodiscard]] bool refuses(const Mailbox& mailbox) const noexcept;

    alignas(64) std::atomic<std::uint32_t> owned_{1};
    std::atomic<Ending> ending_{Ending::none};
    std::atomic<const Mailbox*> exception_{nullptr};  // null: everyone may call
    lkl_vcpu* shared_ = nullptr;
    EnterFunction enter_ = nullptr;

    // Until when the helper sleeps; 0: it is awake or has been kicked.
    alignas(64) std::atomic<std::uint64_t> helper_until_{0};
    std::atomic<std::uint64_t> raised_{0};  // interrupts so far: devices are alive
    std::atomic<bool> stopping_{false};
    std::unique_ptr<PollLoop> loop_;
    MailboxPool mailboxes_;
    std::thread helper_;
};

}  // namespace lkl
