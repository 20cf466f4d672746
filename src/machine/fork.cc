// SPDX-License-Identifier: GPL-2.0
// fork() of the process: the child gets a copy of each instance, which reaches nothing of the
// parent's.
#include <pthread.h>

#include <array>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "machine/machine_impl.hh"
#include "platform/entropy.hh"

namespace lkl {
namespace {

struct Instances {
    std::mutex mutex;
    std::vector<Machine::Impl*> all;
    bool installed = false;
};

// Never destroyed: a process may fork while it ends.
Instances& instances() {
    static auto* const kept = new Instances;  // NOLINT(cppcoreguidelines-owning-memory)
    return *kept;
}

void prepare() {
    // A thread that is ending holds the registry while it calls, and so does one that halts: first
    // what those hold before, then the registry, then the vCPUs.
    instances().mutex.lock();
    for (Machine::Impl* machine : instances().all) {
        machine->lock_for_fork();
    }
    lock_thread_hosts();
    for (Machine::Impl* machine : instances().all) {
        machine->prepare_fork();
    }
}

void in_parent() {
    for (Machine::Impl* machine : instances().all) {
        machine->fork_in_parent();
    }
    unlock_thread_hosts();
    instances().mutex.unlock();
}

void in_child() {
    new (&instances().mutex) std::mutex;
    reset_thread_hosts_in_child();
    for (Machine::Impl* machine : instances().all) {
        machine->fork_in_child();
    }
}

}  // namespace

std::mutex& instances_mutex() {
    return instances().mutex;
}

void register_for_fork(Machine::Impl& machine) {
    Instances& kept = instances();
    const std::scoped_lock lock(kept.mutex);
    if (!std::exchange(kept.installed, true)) {
        pthread_atfork(prepare, in_parent, in_child);
    }
    kept.all.push_back(&machine);
}

void unregister_for_fork(Machine::Impl& machine) {
    Instances& kept = instances();
    const std::scoped_lock lock(kept.mutex);
    std::erase(kept.all, &machine);
}

// A halt or a device's coming and going that is under way is waited for: the child has no thread
// that would finish it, and could never take these locks again.
void Machine::Impl::lock_for_fork() {
    // Forked by a handler inside a call, or by a function of the application's that the kernel has
    // called, on whichever thread (the helper too): it may hold what would be locked here.
    fork_locked_ = !calling() && !Vcpu::inside();
    if (fork_locked_) {
        halt_mutex_.lock();
        device_mutex_.lock();
    }
}

void Machine::Impl::prepare_fork() {
    if (!fork_locked_) {
        return;
    }
    fork_held_ = ending() == Ending::none && vcpu_->hold();
    // A panicked instance has devices and a helper still.
    bus_.drain();
    vcpu_->lock_for_fork();
    console_.lock_for_fork();
    panic_mutex_.lock();
    // Without the memory for a copy the fork goes on, and the child's instance has ended.
    if (fork_held_ && options_.fork_support) {
        if (auto copy = arena_.copy_ram()) {
            forked_ram_ = std::move(*copy);
        }
    }
}

void Machine::Impl::fork_in_parent() {
    if (!fork_locked_) {
        return;
    }
    forked_ram_.reset();
    panic_mutex_.unlock();
    console_.unlock_in_parent();
    vcpu_->unlock_in_parent();
    if (std::exchange(fork_held_, false)) {
        vcpu_->let_go();
    }
    device_mutex_.unlock();
    halt_mutex_.unlock();
}

void Machine::Impl::fork_in_child() {
    if (!fork_locked_) {
        // Whatever the parent's threads were doing, nobody here will finish it.
        bus_.abandon();
        vcpu_->abandon_in_child();
        arena_.forget_ram();
        return;
    }
    // The thread that locked them in the parent does not exist here, for a checker of locks.
    new (&panic_mutex_) std::mutex;
    new (&device_mutex_) std::mutex;
    new (&halt_mutex_) std::mutex;
    console_.restart_in_child();
    // From here on nothing of the parent's memory or devices is within reach.
    const bool copied = std::exchange(fork_held_, false) && forked_ram_ &&
                        arena_.replace_ram(std::move(forked_ram_));
    bus_.after_fork_in_child();
    if (!copied || !vcpu_->restart_in_child()) {
        vcpu_->abandon_in_child();
        arena_.forget_ram();
        return;
    }
    Mailbox& mine = mailbox();
    mine.shared.orphan = 0;
    vcpu_->let_go();
    std::array<std::byte, 32> entropy{};
    fill_random(entropy);
    request(LKL_REQUEST_FORKED, 0,
            {reinterpret_cast<long>(entropy.data()), entropy.size(), 0, 0, 0, 0});
}

}  // namespace lkl
