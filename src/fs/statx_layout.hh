// SPDX-License-Identifier: GPL-2.0
// struct statx as every Linux kernel writes it (include/uapi/linux/stat.h), turned into FileStatus.
#pragma once

#include <cstdint>
#include <lkl/types.hh>

namespace lkl::fs {

struct StatxTime {
    std::int64_t seconds;
    std::uint32_t nanoseconds;
    std::int32_t reserved;
};

struct StatxLayout {
    std::uint32_t mask;
    std::uint32_t block_size;
    std::uint64_t attributes;
    std::uint32_t links;
    std::uint32_t uid;
    std::uint32_t gid;
    std::uint16_t mode;
    std::uint16_t spare0;
    std::uint64_t inode;
    std::uint64_t size;
    std::uint64_t blocks;
    std::uint64_t attributes_mask;
    StatxTime accessed;
    StatxTime created;
    StatxTime changed;
    StatxTime modified;
    std::uint32_t special_major;
    std::uint32_t special_minor;
    std::uint32_t device_major;
    std::uint32_t device_minor;
    std::uint64_t mount_id;
    std::uint64_t spare[13];
};

static_assert(sizeof(StatxLayout) == 256);

inline constexpr std::uint32_t kStatxBasic = 0x7ff;
inline constexpr std::uint32_t kStatxCreated = 0x800;

inline void convert_statx(const StatxLayout& from, FileStatus& to) {
    const auto time = [](const StatxTime& value) {
        return FileTime{value.seconds, value.nanoseconds};
    };
    to.mode = from.mode;
    to.links = from.links;
    to.uid = from.uid;
    to.gid = from.gid;
    to.inode = from.inode;
    to.size = from.size;
    to.blocks = from.blocks;
    to.block_size = from.block_size;
    to.attributes = from.attributes;
    to.accessed = time(from.accessed);
    to.modified = time(from.modified);
    to.changed = time(from.changed);
    to.created.reset();
    if ((from.mask & kStatxCreated) != 0) {
        to.created = time(from.created);
    }
    to.device = {from.device_major, from.device_minor};
    to.special = {from.special_major, from.special_minor};
    to.mount_id = from.mount_id;
}

}  // namespace lkl::fs
