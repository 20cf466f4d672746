// SPDX-License-Identifier: GPL-2.0
#include "machine/vcpu.hh"

#include <algorithm>
#include <new>
#include <utility>

#include "platform/clock.hh"
#include "platform/futex.hh"
#include "platform/signal_stack.hh"

namespace lkl {
namespace {

// How long a caller serves other callers before it hands them to the helper.
constexpr std::uint64_t kServeOthersNs = 200'000;
// Of a mailbox, for a moment: its call is being given the vCPU's end as its result.
constexpr lkl_u32 kFailing = 100;

// Set while this thread is inside a kernel. Read by signal handlers.
__attribute__((tls_model("initial-exec"))) thread_local const Vcpu* inside_vcpu = nullptr;

Mailbox* mailbox_at(std::uint64_t address) {
    // `shared` is the first member of Mailbox.
    return reinterpret_cast<Mailbox*>(address);  // NOLINT(performance-no-int-to-ptr)
}

std::uint64_t address_of(const Mailbox* mailbox) {
    return reinterpret_cast<std::uint64_t>(mailbox);
}

}  // namespace

static_assert(offsetof(Mailbox, shared) == 0);

Result<std::unique_ptr<Vcpu>> Vcpu::create() {
    LKL_TRY(auto loop, PollLoop::create());
    return std::unique_ptr<Vcpu>(new Vcpu(std::move(loop)));
}

Vcpu::~Vcpu() {
    stop_helper();
}

bool Vcpu::inside() noexcept {
    return inside_vcpu != nullptr;
}

bool Vcpu::boot(lkl_vcpu* shared, EnterFunction enter, const std::function<void()>& first_entry) {
    shared_ = shared;
    enter_ = enter;
    ensure_signal_stack();
    inside_vcpu = this;
    first_entry();
    // Boot idles now and then: for a timer, or for a driver's thread that a timer wakes.
    while (shared_->leave_reason == LKL_LEAVE_IDLE || shared_->leave_reason == LKL_LEAVE_DONE ||
           shared_->leave_reason == LKL_LEAVE_MORE) {
        inside_vcpu = nullptr;
        if (!work_waits()) {
            loop_->run_once(deadline());
        }
        if (deadline() <= monotonic_ns()) {
            std::atomic_ref(shared_->pending).fetch_or(1U << LKL_IRQ_TIMER);
        }
        inside_vcpu = this;
        shared_->entered = 0;
        enter_(shared_);
    }
    inside_vcpu = nullptr;
    if (shared_->leave_reason != LKL_LEAVE_READY) {
        end(Ending::panicked);
        return false;
    }
    return true;
}

bool Vcpu::try_take() noexcept {
    std::uint32_t free = 0;
    return owned_.load(std::memory_order_relaxed) == 0 &&
           owned_.compare_exchange_strong(free, 1, std::memory_order_seq_cst);
}

bool Vcpu::work_waits() noexcept {
    return std::atomic_ref(shared_->pending).load(std::memory_order_seq_cst) != 0;
}

std::uint64_t Vcpu::deadline() noexcept {
    return std::atomic_ref(shared_->deadline).load(std::memory_order_relaxed);
}

std::uint64_t Vcpu::later() noexcept {
    return std::atomic_ref(shared_->later).load(std::memory_order_relaxed);
}

std::uint64_t Vcpu::next_event() noexcept {
    return std::min(deadline(), later());
}

long Vcpu::ending_error() const noexcept {
    constexpr long kEshutdown = 108;
    constexpr long kEnotrecoverable = 131;
    return ending() == Ending::panicked ? -kEnotrecoverable : -kEshutdown;
}

bool Vcpu::refuses(const Mailbox& mailbox) const noexcept {
    const Mailbox* exception = exception_.load(std::memory_order_relaxed);
    return exception != nullptr && exception != &mailbox;
}

long Vcpu::call(Mailbox& mailbox, Duration patience) noexcept {
    constexpr long kEdeadlk = 35;
    constexpr long kEshutdown = 108;
    if (inside_vcpu != nullptr) [[unlikely]] {
        return -kEdeadlk;
    }
    if (ending_.load(std::memory_order_relaxed) != Ending::none) [[unlikely]] {
        return ending_error();
    }
    if (refuses(mailbox)) [[unlikely]] {
        return -kEshutdown;
    }
    mailbox.in_call.store(1, std::memory_order_relaxed);
    const std::atomic_ref state(mailbox.shared.state);
    if (try_take()) [[likely]] {
        // Nobody serves it before we enter.
        state.store(LKL_MAILBOX_REQUESTED, std::memory_order_release);
        run(&mailbox, Role::caller);
    } else {
        // REQUESTED once the kernel has taken it out of `submitted`.
        state.store(LKL_MAILBOX_IDLE, std::memory_order_release);
        submit(mailbox);
    }
    if (mailbox.state() != LKL_MAILBOX_DONE) {
        wait(mailbox, patience);
    }
    const long result = mailbox.shared.result;
    // The last touch: whoever waits in wait_for_callers() frees the mailbox and all else.
    mailbox.in_call.store(0, std::memory_order_release);
    return result;
}

// The owner's part: enters with a request, or none, and stays until it is done or all is idle. A
// caller serves others for kServeOthersNs at most: then the helper goes on.
void Vcpu::run(Mailbox* mailbox, Role role) noexcept {
    std::uint64_t serve_until = 0;
    for (;;) {
        if (ending() != Ending::none) {
            // It ended while we were on our way in: nobody enters any more.
            complete_all();
            return;
        }
        inside_vcpu = this;
        shared_->entered = address_of(mailbox);
        enter_(shared_);
        inside_vcpu = nullptr;
        const std::uint64_t finished = std::exchange(shared_->finished, 0);
        const std::uint32_t reason = shared_->leave_reason;
        if (reason == LKL_LEAVE_HALTED || reason == LKL_LEAVE_PANIC) [[unlikely]] {
            end(reason == LKL_LEAVE_PANIC ? Ending::panicked : Ending::halted);
            return;
        }
        if (reason == LKL_LEAVE_MORE) [[unlikely]] {
            const std::uint64_t now = monotonic_ns();
            serve_until = serve_until == 0 ? now + kServeOthersNs : serve_until;
            if (role == Role::helper || now < serve_until) {
                complete(finished);
                mailbox = nullptr;
                continue;
            }
            std::atomic_ref(shared_->later).store(now, std::memory_order_relaxed);
        }
        const std::uint64_t next = next_event();
        owned_.store(0, std::memory_order_seq_cst);
        if (next < helper_until_.load(std::memory_order_seq_cst)) [[unlikely]] {
            kick_helper();
        }
        if (finished != 0) {
            complete(finished);
        }
        if (!work_waits() || !try_take()) [[likely]] {
            return;
        }
        mailbox = nullptr;
    }
}

// The calls of other threads that became done.
void Vcpu::complete(std::uint64_t finished) noexcept {
    while (finished != 0) {
        Mailbox* mailbox = mailbox_at(finished);
        // The mailbox has come here by way of the kernel, whose own synchronization a checker of
        // races does not see: this is the host's, with submit().
        finished = std::atomic_ref(mailbox->shared.next).load(std::memory_order_acquire);
        mailbox->set_state(LKL_MAILBOX_DONE);
        // The mailbox may serve its thread's next call by now: then this wakes for nothing.
        if (mailbox->sleeping.load(std::memory_order_seq_cst) != 0) {
            futex_wake_all(&mailbox->shared.state);
        }
    }
}

void Vcpu::submit(Mailbox& mailbox) noexcept {
    // in_call is written before ending_ is read: see wait_for_callers().
    mailbox.in_call.exchange(1, std::memory_order_seq_cst);
    if (ending_.load(std::memory_order_seq_cst) != Ending::none) {
        return;
    }
    const std::atomic_ref submitted(shared_->submitted);
    lkl_u64 head = submitted.load(std::memory_order_relaxed);
    do {
        std::atomic_ref(mailbox.shared.next).store(head, std::memory_order_release);
    } while (
        !submitted.compare_exchange_weak(head, address_of(&mailbox), std::memory_order_seq_cst));
    std::atomic_ref(shared_->pending).fetch_or(1U << LKL_IRQ_MAILBOX, std::memory_order_seq_cst);
    if (try_take()) {
        run(nullptr, Role::caller);
    }
}

void Vcpu::wait(Mailbox& mailbox, Duration patience) noexcept {
    const auto give_up_after = [patience] {
        return monotonic_ns() + static_cast<std::uint64_t>(patience.count());
    };
    std::uint64_t raised = raised_.load(std::memory_order_relaxed);
    std::uint64_t until = patience == kPatient ? kForever : give_up_after();
    mailbox.sleeping.store(1, std::memory_order_seq_cst);
    for (;;) {
        const std::uint32_t state = mailbox.state();
        if (state == LKL_MAILBOX_DONE) {
            break;
        }
        if (ending() != Ending::none) {
            complete_all();
            break;
        }
        if (until == kForever) {
            futex_wait(&mailbox.shared.state, state);
        } else if (futex_wait_until(&mailbox.shared.state, state, until)) {
            continue;
        } else if (raised != raised_.load(std::memory_order_relaxed)) {
            raised = raised_.load(std::memory_order_relaxed);
            until = give_up_after();
        } else if (hold()) {
            // Nobody is inside, and nobody will enter any more.
            end(Ending::halted);
        }
    }
    mailbox.sleeping.store(0, std::memory_order_relaxed);
}

// ending_ was written before in_call is read here; submit() does the reverse. One sees the other.
void Vcpu::wait_for_callers() noexcept {
    complete_all();
    mailboxes_.for_each([](const Mailbox& mailbox) {
        while (mailbox.in_call.load(std::memory_order_seq_cst) != 0) {
            std::this_thread::yield();
        }
    });
}

void Vcpu::end(Ending ending) noexcept {
    Ending none = Ending::none;
    ending_.compare_exchange_strong(none, ending);
    complete_all();
}

// The kernel touches no mailbox any more: every call under way gets the error.
void Vcpu::complete_all() noexcept {
    const long error = ending_error();
    mailboxes_.for_each([error](Mailbox& mailbox) {
        if (mailbox.in_call.load(std::memory_order_seq_cst) == 0) {
            return;
        }
        const std::atomic_ref state(mailbox.shared.state);
        lkl_u32 seen = state.load(std::memory_order_acquire);
        while (seen != LKL_MAILBOX_DONE) {
            // Two threads may be here: the one that wins writes the error.
            if (seen == kFailing) {
                return;
            }
            const bool has_result = seen == LKL_MAILBOX_FINISHED;
            if (!state.compare_exchange_weak(seen, kFailing)) {
                continue;
            }
            if (!has_result) {
                mailbox.shared.result = error;
            }
            state.store(LKL_MAILBOX_DONE, std::memory_order_seq_cst);
            futex_wake_all(&mailbox.shared.state);
            return;
        }
    });
}

void Vcpu::raise(std::uint64_t lines) noexcept {
    raised_.fetch_add(1, std::memory_order_relaxed);
    std::atomic_ref(shared_->pending).fetch_or(lines, std::memory_order_seq_cst);
    // An owner looks at `pending` before and after it gives the vCPU back.
    if (owned_.load(std::memory_order_seq_cst) == 0) {
        kick_helper();
    }
}

bool Vcpu::hold() noexcept {
    while (!try_take()) {
        if (ending() != Ending::none) {
            return false;
        }
        __builtin_ia32_pause();
        std::this_thread::yield();
    }
    return true;
}

void Vcpu::lock_for_fork() {
    loop_->lock_for_fork();
    mailboxes_.lock_for_fork();
}

void Vcpu::unlock_in_parent() {
    mailboxes_.unlock_in_parent();
    loop_->unlock_in_parent();
}

Result<void> Vcpu::restart_in_child() {
    mailboxes_.restart_in_child();
    mailboxes_.for_each([](Mailbox& mailbox) {
        mailbox.shared.orphan = 1;
        mailbox.in_call.store(0);  // nobody will leave it: see wait_for_callers()
    });
    // Its thread is not here to be joined.
    new (&helper_) std::thread;
    helper_until_.store(0);
    LKL_TRY_VOID(loop_->restart_in_child());
    return start_helper();
}

void Vcpu::abandon_in_child() {
    mailboxes_.restart_in_child();
    mailboxes_.for_each([](Mailbox& mailbox) { mailbox.in_call.store(0); });
    new (&helper_) std::thread;
    end(Ending::halted);
}

void Vcpu::let_go() noexcept {
    owned_.store(0, std::memory_order_seq_cst);
    if (work_waits() || next_event() < helper_until_.load(std::memory_order_seq_cst)) {
        kick_helper();
    }
}

}  // namespace lkl
