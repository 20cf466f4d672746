// SPDX-License-Identifier: GPL-2.0
// The memory of an instance: one reservation with modules, image and RAM, and vmalloc.
#pragma once

#include <cstdint>
#include <span>

#include "abi/machine.h"
#include "base/result.hh"
#include "machine/image.hh"
#include "platform/address_space.hh"

namespace lkl {

// From low to high: a guard, the module area, the image with RAM behind it, a guard, the vmalloc
// area, a guard, the window for the application's own RAM, a guard. The image's start is physical
// address 0.
class Arena {
  public:
    // Loads the image in front of `memory_bytes` of RAM: at its preferred base if asked for and
    // free, else anywhere.
    static Result<Arena> create(const Image& image, std::uint64_t memory_bytes,
                                bool preferred_base);

    [[nodiscard]] std::uint64_t base() const { return base_; }

    [[nodiscard]] std::uint64_t memory_size() const { return memory_size_; }

    [[nodiscard]] std::uint64_t modules_start() const;
    [[nodiscard]] std::uint64_t modules_end() const;
    [[nodiscard]] std::uint64_t vmalloc_start() const;
    [[nodiscard]] std::uint64_t vmalloc_end() const;
    [[nodiscard]] std::uint64_t io_start() const;
    [[nodiscard]] std::uint64_t io_end() const;

    // Everything that devices may reach.
    [[nodiscard]] std::span<std::byte> ram() const;

    // How many bytes at the start of ram() hold what is read-only now: text and constants.
    [[nodiscard]] std::uint64_t read_only_bytes() const { return read_only_bytes_; }

    // The map operation of the ABI: 0 or a negative errno.
    [[nodiscard]] int map(std::uint64_t address, std::uint64_t physical, std::uint64_t length,
                          lkl_u32 protection) noexcept;

    // For a fork: a copy of the RAM file, made while nothing runs; and, in the child, putting it in
    // the place of the parent's wherever that is mapped.
    [[nodiscard]] Result<UniqueFd> copy_ram() const;
    Result<void> replace_ram(UniqueFd copy);
    // In a child that got no copy: zeros of its own in place of the parent's RAM.
    void forget_ram();

  private:
    Arena() = default;

    Result<void> reserve(std::uint64_t memory_bytes, const Image& image, bool preferred_base);
    Result<void> load(const Image& image);
    Result<void> load_segment(const Image& image, const ImageSegment& segment) const;
    void relocate(const Image& image) const;

    Reservation reservation_;
    UniqueFd ram_file_;
    std::uint64_t base_ = 0;
    std::uint64_t memory_size_ = 0;  // image and RAM
    std::uint64_t image_size_ = 0;
    std::uint64_t read_only_bytes_ = 0;  // grows while the kernel boots, before there are devices
};

}  // namespace lkl
