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
    // A thread that is ending holds the registry while it calls: first that, then the vCPUs.
    instances().mutex.lock();
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

void Machine::Impl::prepare_fork() {
    // Not wanted, or forked by a handler inside a call, or ended: the child gets no copy.
    fork_held_ = options_.fork_support && !calling() && ending() == Ending::none && vcpu_->hold();
    if (!fork_held_) {
        return;
    }
    bus_.drain();
    vcpu_->lock_for_fork();
    // Without the memory for a copy the fork goes on, and the child's instance has ended.
    if (auto copy = arena_.copy_ram()) {
        forked_ram_ = std::move(*copy);
    }
}

void Machine::Impl::fork_in_parent() {
    if (fork_held_) {
        forked_ram_.reset();
        vcpu_->unlock_in_parent();
        vcpu_->let_go();
    }
}

void Machine::Impl::fork_in_child() {
    if (ending() != Ending::none) {
        return;
    }
    // From here on nothing of the parent's memory or devices is within reach.
    const bool copied = fork_held_ && forked_ram_ && arena_.replace_ram(std::move(forked_ram_));
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
