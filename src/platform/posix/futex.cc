// SPDX-License-Identifier: GPL-2.0
#include "platform/futex.hh"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace lkl {

void futex_wait(const std::uint32_t* word, std::uint32_t expected) noexcept {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

bool futex_wait_until(const std::uint32_t* word, std::uint32_t expected,
                      std::uint64_t until) noexcept {
    constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
    timespec deadline{};
    deadline.tv_sec = static_cast<time_t>(until / kNsPerSecond);
    deadline.tv_nsec = static_cast<long>(until % kNsPerSecond);
    // The bitset form takes an absolute time, of CLOCK_MONOTONIC.
    const long rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, &deadline,
                            nullptr, FUTEX_BITSET_MATCH_ANY);
    return rc == 0 || errno != ETIMEDOUT;
}

void futex_wake_all(const std::uint32_t* word) noexcept {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace lkl
