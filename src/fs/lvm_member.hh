// SPDX-License-Identifier: GPL-2.0
// A physical volume of LVM2: its label and its copies of the group's metadata.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/result.hh>
#include <optional>
#include <string>
#include <vector>

#include "fs/probe_reading.hh"

namespace lkl::fs {

struct LvmMember {
    std::string path;        // names it in errors
    std::size_t source = 0;  // which of the devices it is on
    unsigned partition = 0;  // and where; 0: the whole of it
    std::uint64_t size = 0;  // bytes
    ReadDevice read;         // of its bytes

    // From here on what read_lvm_label() finds.
    std::string uuid;                // without the dashes
    std::vector<std::string> texts;  // the metadata; copies that differ; none if others have it
    std::optional<Error> damage;     // why an area's copy is not among them
};

// Reads and checks the label, then every metadata area it names. An area that is damaged is noted
// in `damage`; a damaged label is an error.
Result<void> read_lvm_label(LvmMember& member);

// The checksum of all these, as LVM2 calculates it.
std::uint32_t lvm_checksum(const std::byte* data, std::size_t size);

}  // namespace lkl::fs
