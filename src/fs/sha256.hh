// SPDX-License-Identifier: GPL-2.0
// SHA-256 (FIPS 180-4), so that manifests need no cryptographic library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lkl::fs {

class Sha256 {
  public:
    void update(std::span<const std::byte> data);
    // `count` zero bytes: the holes of a sparse file.
    void update_zeros(std::uint64_t count);
    // The digest in lower-case hexadecimal. Call it once, last.
    std::string finish();

  private:
    void block(const std::byte* data);

    std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, 64> partial_{};
    std::uint64_t length_ = 0;
};

}  // namespace lkl::fs
