// SPDX-License-Identifier: GPL-2.0
// A volume group of LVM2 as its metadata describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/result.hh>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::fs {

// All places and lengths are in sectors of 512 bytes.
struct LvmStripe {
    std::size_t physical = 0;  // index in LvmGroup::physicals
    std::uint64_t start = 0;   // on the physical volume's device
};

// A part of a logical volume that is spread over stripes in turn, or lies on one.
struct LvmSegment {
    std::uint64_t start = 0;
    std::uint64_t length = 0;
    std::uint64_t stripe_size = 0;  // if there are several stripes
    std::vector<LvmStripe> stripes;
    std::string refused;  // why it cannot be mapped ("its type raid1 is not supported"), or empty
};

struct LvmVolume {
    std::string name;
    std::string uuid;
    bool visible = false;  // for people, not a part of another volume
    bool writable = false;
    bool is_origin = false;  // of snapshots, which a write would damage
    std::uint64_t length = 0;
    std::vector<LvmSegment> segments;  // from 0 to its length, without a gap
};

struct LvmPhysical {
    std::string name;  // "pv0"
    std::string uuid;  // without the dashes
};

struct LvmGroup {
    std::string name;
    std::string uuid;
    std::uint64_t sequence = 0;  // grows with every change
    bool exported = false;
    std::vector<LvmPhysical> physicals;
    std::vector<LvmVolume> volumes;  // in the order of the metadata
};

// Reads the metadata and checks that everything it names is there and lies where it may.
Result<LvmGroup> parse_lvm_group(std::string_view text, const std::string& path);

}  // namespace lkl::fs
