// SPDX-License-Identifier: GPL-2.0
// The host's clocks.
#pragma once

#include <cstdint>

namespace lkl {

// Monotonic time in nanoseconds; the epoch is the host's.
std::uint64_t monotonic_ns() noexcept;

struct WallTime {
    std::uint64_t seconds;
    std::uint64_t nanoseconds;
};

WallTime wall_time() noexcept;

// Frequency of an invariant time stamp counter in kHz, exact to about 0.1 %; 0 where there is
// none. The first call may take up to 0.2 ms.
std::uint64_t tsc_khz() noexcept;

}  // namespace lkl
