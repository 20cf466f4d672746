// SPDX-License-Identifier: GPL-2.0
// fork() of the process: the child gets a copy of each instance, which reaches nothing of the
// parent's.
#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "machine/machine_impl.hh"

namespace lkl {
namespace {

std::mutex fork_mutex;
std::vector<Machine::Impl*> instances;

}  // namespace

void register_for_fork(Machine::Impl& machine) {
    const std::scoped_lock lock(fork_mutex);
    instances.push_back(&machine);
}

void unregister_for_fork(Machine::Impl& machine) {
    const std::scoped_lock lock(fork_mutex);
    std::erase(instances, &machine);
}

}  // namespace lkl
