// SPDX-License-Identifier: GPL-2.0
#include "capi/process_barrier.hh"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace lkl::capi {
namespace {

bool membarrier(int command) {
    return ::syscall(SYS_membarrier, command, 0, 0) == 0;
}

}  // namespace

void process_barrier() {
    // Registration is once a process; registering again costs nothing.
    if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
        membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) {
        return;
    }
    if (membarrier(MEMBARRIER_CMD_GLOBAL)) {
        return;
    }
    // Forbidden by a sandbox, or too old a kernel: a store leaves its processor's buffer within
    // nanoseconds, so that after this long every earlier one is visible.
    constexpr std::chrono::milliseconds kLongEnough(10);
    std::this_thread::sleep_for(kLongEnough);
}

}  // namespace lkl::capi
