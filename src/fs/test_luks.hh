// SPDX-License-Identifier: GPL-2.0
// Headers of LUKS volumes, made by hand for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/result.hh>
#include <string>
#include <string_view>
#include <vector>

#include "fs/luks.hh"

namespace lkl::fs::testing {

constexpr std::uint64_t kLuksVolume = std::uint64_t{1} << 20;  // bytes of an image
constexpr std::size_t kLuksCopy = 0x4000;  // of LUKS2's header: its size, and where the second is

// One key slot, segment and digest.
extern const std::string kLuksJson;

using Bytes = std::vector<std::byte>;

void put_text(Bytes& image, std::size_t at, std::string_view text);

// So many bytes, the highest first.
void put_number(Bytes& image, std::size_t at, std::size_t size, std::uint64_t value);

// Makes the checksum of the copy of LUKS2's header at that place good.
void seal_luks_copy(Bytes& image, std::size_t at);

// A volume with both copies of the header; their labels are "first" and "second", and their
// sequence numbers these.
Bytes luks2_image(std::uint64_t first = 5, std::uint64_t second = 5);

// A volume with key slot 2 in use.
Bytes luks1_image();

// The error's, or "".
std::string message(const Result<LuksHeader>& result);

}  // namespace lkl::fs::testing
