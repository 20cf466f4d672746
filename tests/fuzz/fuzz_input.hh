// SPDX-License-Identifier: GPL-2.0
// The bytes of a fuzz case as a program of small numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace lkl::fuzz {

// Gives zeroes when the bytes are used up.
class Input {
  public:
    explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    [[nodiscard]] bool empty() const { return bytes_.empty(); }

    template <typename T>
    T take() {
        T value = 0;
        const std::size_t count = sizeof(T) < bytes_.size() ? sizeof(T) : bytes_.size();
        if (count > 0) {
            std::memcpy(&value, bytes_.data(), count);
            bytes_ = bytes_.subspan(count);
        }
        return value;
    }

    // From 0 up to `limit`, without it.
    std::uint32_t below(std::uint32_t limit) { return take<std::uint16_t>() % limit; }

    // True once in `n`.
    bool one_in(std::uint8_t n) { return take<std::uint8_t>() % n == 0; }

  private:
    std::span<const std::uint8_t> bytes_;
};

}  // namespace lkl::fuzz
