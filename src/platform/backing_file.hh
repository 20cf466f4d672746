// SPDX-License-Identifier: GPL-2.0
// Which file the bytes at an address of this process were mapped from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/unique_fd.hh"

namespace lkl {

struct BackingFile {
    UniqueFd fd;           // open for reading
    std::uint64_t offset;  // of the first byte
};

// The program or shared library that `bytes` are part of, if it can still be opened and is the
// same one: its first and last pages there are compared.
std::optional<BackingFile> find_backing_file(std::span<const std::byte> bytes);

}  // namespace lkl
