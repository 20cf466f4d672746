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
// same one: the first and last pages are compared, and `identity`, a part of `bytes` that no other
// build has (a build id). A library may have been replaced by a newer one since it was loaded.
std::optional<BackingFile> find_backing_file(std::span<const std::byte> bytes,
                                             std::span<const std::byte> identity);

}  // namespace lkl
