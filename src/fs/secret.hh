// SPDX-License-Identifier: GPL-2.0
// Bytes that must not outlive their use: passphrases and keys.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace lkl::fs {

// Of a fixed size; wiped when it goes or is assigned to. Move-only, so that no copy is forgotten.
class Secret {
  public:
    Secret() = default;

    explicit Secret(std::size_t size) : bytes_(size) {}

    Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }

    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe();
            bytes_.swap(other.bytes_);
        }
        return *this;
    }

    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    ~Secret() { wipe(); }

    [[nodiscard]] std::span<std::byte> bytes() { return bytes_; }

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

    // Forgets what is behind `size`, which is at most size().
    void shorten(std::size_t size) {
        ::explicit_bzero(bytes_.data() + size, bytes_.size() - size);
        bytes_.resize(size);
    }

    void wipe() {
        if (!bytes_.empty()) {
            ::explicit_bzero(bytes_.data(), bytes_.size());
            bytes_.clear();
        }
    }

  private:
    std::vector<std::byte> bytes_;  // never grows: no copy is left behind
};

}  // namespace lkl::fs
