// SPDX-License-Identifier: GPL-2.0
// Faults of code that the machine layer has loaded.
#pragma once

#include <cstdint>

namespace lkl {

// Where faults are the kernel's own, and where its handler is.
struct FaultRange {
    std::uint64_t text_start = 0;  // of the image
    std::uint64_t text_end = 0;
    std::uint64_t modules_start = 0;
    std::uint64_t modules_end = 0;
    std::uint64_t stacks_start = 0;  // fibers' stacks lie in here
    std::uint64_t stacks_end = 0;
    std::uint64_t handler = 0;  // takes a struct lkl_fault_frame * in rdi and rsp
};

// Makes faults in the range go to its handler, and installs the process's signal handlers, on top
// of the application's if it has installed some since the last time (up to seven times where those
// hand on what is not theirs). The slot
// that is returned names the range; -1: all slots are taken.
int add_fault_range(const FaultRange& range);
void remove_fault_range(int slot);

// If the fault is one of a range's: changes the context so that the handler runs on return from
// the signal, and returns true. For signal handlers: async-signal-safe.
bool redirect_fault(int signal, void* info, void* context) noexcept;

}  // namespace lkl
