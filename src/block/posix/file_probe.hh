// SPDX-License-Identifier: GPL-2.0
// What the host says about a file that is to be a disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hh"
#include "block/file_facts.hh"
#include "virtio/block_backend.hh"

namespace lkl {

// The length in bytes now; 0 if it cannot be told.
std::uint64_t current_size(int fd, bool block_device);

// Looks at an open file: its kind, units, size and abilities. `name` is for messages; `info`'s
// read_only is given. Errors: neither a regular file nor a block device; smaller than a sector.
Result<FileFacts> probe_file(int fd, const std::string& name, bool direct, BlockInfo& info);

}  // namespace lkl
