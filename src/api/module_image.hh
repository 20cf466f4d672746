// SPDX-License-Identifier: GPL-2.0
// What a kernel module's file says of itself.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace lkl::detail {

// The value of `key` ("name", "vermagic") in the .modinfo section of a 64-bit little-endian ELF
// file, or nothing where the bytes are no such file or have no such key. Never reads outside
// `image`, whatever it holds.
std::optional<std::string> module_info(std::span<const std::byte> image, const std::string& key);

}  // namespace lkl::detail
