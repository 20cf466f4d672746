// SPDX-License-Identifier: GPL-2.0
// The C library's random numbers, the same on every host.
#pragma once

#include <array>
#include <cstdint>

namespace kconfig {

/// glibc's rand(): an additive feedback generator over 31 words.
class GlibcRandom {
  public:
    explicit GlibcRandom(std::uint32_t seed);

    /// A number from 0 to 2^31 - 1.
    int next();

  private:
    static constexpr int kDegree = 31;
    static constexpr int kSeparation = 3;

    std::array<std::uint32_t, kDegree> state_{};
    int front_ = kSeparation;
    int rear_ = 0;
};

}  // namespace kconfig
