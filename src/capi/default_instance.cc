// SPDX-License-Identifier: GPL-2.0
#include "capi/default_instance.hh"

#include <mutex>
#include <optional>
#include <vector>

#include "api/instance.hh"
#include "api/text.hh"
#include "capi/boundary.hh"
#include "capi/call_guard.hh"
#include "capi/fork_hooks.hh"

namespace lkl::capi {
namespace {

constexpr long kEbusy = 16;
constexpr long kEdeadlk = 35;
constexpr std::chrono::seconds kPatience(10);

// Lock order: lifecycle, then state.
struct State {
    std::mutex lifecycle;  // held for a whole boot or halt; guards `detach`
    std::function<void()> detach;
    std::mutex state;  // held for a moment; guards what follows
    std::optional<Kernel> kernel;
    std::string last_console;
    // Instances that a thread would not leave: freeing them under it would be worse.
    std::vector<detail::InstanceRef> abandoned;
};

// Not destroyed at exit: threads may still be inside calls then.
State& state() {
    static auto* const the_state = new State;
    return *the_state;
}

void prepare_fork() {
    state().lifecycle.lock();
    state().state.lock();
}

void after_fork() {
    state().state.unlock();
    state().lifecycle.unlock();
}

void after_fork_in_child() {
    forget_other_threads();
    after_fork();
}

// After the first boot, so that these run before the machine's own: they are called in the reverse
// order of registration.
void hook_fork() {
    static std::once_flag once;
    std::call_once(once,
                   [] { register_fork_hooks(prepare_fork, after_fork, after_fork_in_child); });
}

// Under the lifecycle lock. Halts, waits for callers, frees.
Result<void> stop_locked() {
    const detail::InstanceRef instance = current();
    if (!instance) {
        return not_running("halt the kernel");
    }
    const long status = instance->halt();
    const bool free = withdraw(kPatience);
    state().detach();
    std::optional<Kernel> ended;
    {
        const std::lock_guard lock(state().state);
        state().last_console = instance->console_tail();
        ended.swap(state().kernel);
        if (!free) {
            state().abandoned.push_back(instance);
        }
    }
    ended.reset();
    if (status < 0) {
        return Error::kernel(status, "halt", "the kernel");
    }
    return {};
}

}  // namespace

Result<void> start(Kernel::Options options, Attachments attachments) {
    const std::lock_guard lifecycle(state().lifecycle);
    if (const detail::InstanceRef old = current()) {
        if (!old->panicked()) {
            return Error::kernel(kEbusy, "start a kernel", "(one is running)");
        }
        static_cast<void>(stop_locked());
    }
    LKL_TRY(Kernel kernel, Kernel::boot(std::move(options)));
    hook_fork();
    state().detach = std::move(attachments.detach);
    if (auto attached = attachments.attach(kernel); !attached) {
        static_cast<void>(kernel.halt());
        state().detach();
        return attached;
    }
    detail::Instance* const instance = kernel.instance().get();
    {
        const std::lock_guard lock(state().state);
        state().kernel.emplace(std::move(kernel));
    }
    publish(instance);
    return {};
}

Result<void> halt() {
    if (inside_call()) {
        return Error::kernel(kEdeadlk, "halt the kernel", "from within a call");
    }
    const std::lock_guard lifecycle(state().lifecycle);
    return stop_locked();
}

Result<long> with_kernel(const std::function<Result<long>(Kernel*)>& body) {
    const std::lock_guard lifecycle(state().lifecycle);
    return body(state().kernel ? &*state().kernel : nullptr);
}

detail::InstanceRef current() {
    const std::lock_guard lock(state().state);
    return state().kernel ? state().kernel->instance() : nullptr;
}

Result<Dir> current_tree(const std::string& operation) {
    detail::InstanceRef instance = current();
    if (!instance) {
        return not_running(operation);
    }
    return detail::tree(instance);
}

std::string console_tail() {
    if (const detail::InstanceRef instance = current()) {
        return instance->console_tail();
    }
    const std::lock_guard lock(state().state);
    return state().last_console;
}

}  // namespace lkl::capi
