// SPDX-License-Identifier: GPL-2.0
// The C library's random numbers (glibc, TYPE_3).
#include "kconfig/modes/random.hh"

namespace kconfig {

GlibcRandom::GlibcRandom(std::uint32_t seed) {
    // Filled by the minimal standard generator, 16807 * x mod 2^31 - 1.
    std::int64_t word = static_cast<std::int32_t>(seed == 0 ? 1 : seed);
    state_[0] = static_cast<std::uint32_t>(word);
    for (int i = 1; i < kDegree; ++i) {
        const std::int64_t high = word / 127773;
        const std::int64_t low = word % 127773;
        word = 16807 * low - 2836 * high;
        if (word < 0) {
            word += 2147483647;
        }
        state_[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(word);
    }
    for (int i = 0; i < kDegree * 10; ++i) {
        next();
    }
}

int GlibcRandom::next() {
    std::uint32_t& front = state_[static_cast<std::size_t>(front_)];
    front += state_[static_cast<std::size_t>(rear_)];
    const std::uint32_t result = front >> 1;
    front_ = (front_ + 1) % kDegree;
    rear_ = (rear_ + 1) % kDegree;
    return static_cast<int>(result);
}

}  // namespace kconfig
