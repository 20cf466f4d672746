// SPDX-License-Identifier: GPL-2.0
#include "platform/clock.hh"

#include <cpuid.h>
#include <x86intrin.h>

#include <ctime>

namespace lkl {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
constexpr std::uint64_t kCalibrationNs = 200'000;

struct Moment {
    std::uint64_t tsc = __rdtsc();
    std::uint64_t ns = monotonic_ns();
};

// Taken when the library is loaded: by the time of a boot it has usually been long enough.
const Moment process_start;

bool has_invariant_tsc() noexcept {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    constexpr unsigned kLeaf = 0x80000007;
    constexpr unsigned kInvariantTsc = 1U << 8;
    return __get_cpuid(kLeaf, &eax, &ebx, &ecx, &edx) != 0 && (edx & kInvariantTsc) != 0;
}

std::uint64_t calibrate() noexcept {
    if (!has_invariant_tsc()) {
        return 0;
    }
    Moment now;
    while (now.ns - process_start.ns < kCalibrationNs) {
        now = Moment();
    }
    return (now.tsc - process_start.tsc) * 1'000'000 / (now.ns - process_start.ns);
}

}  // namespace

std::uint64_t monotonic_ns() noexcept {
    timespec ts{};
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return static_cast<std::uint64_t>(ts.tv_sec) * kNsPerSecond +
           static_cast<std::uint64_t>(ts.tv_nsec);
}

WallTime wall_time() noexcept {
    timespec ts{};
    clock_gettime(CLOCK_REALTIME, &ts);
    return {static_cast<std::uint64_t>(ts.tv_sec), static_cast<std::uint64_t>(ts.tv_nsec)};
}

std::uint64_t tsc_khz() noexcept {
    static const std::uint64_t khz = calibrate();
    return khz;
}

}  // namespace lkl
