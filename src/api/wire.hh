// SPDX-License-Identifier: GPL-2.0
// Structures of the kernel's system calls, laid out as the kernel lays them out (64-bit, the
// generic table), and their conversion. Own definitions, so that this compiles on any host and
// before a kernel is built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/types.hh>
#include <optional>

namespace lkl::wire {

// Flags of the *at calls (include/uapi/linux/fcntl.h).
inline constexpr int at_symlink_nofollow = 0x100;
inline constexpr int at_remove_dir = 0x200;
inline constexpr int at_symlink_follow = 0x400;
inline constexpr int at_no_automount = 0x800;
inline constexpr int at_empty_path = 0x1000;

// include/uapi/linux/time_types.h
struct Timespec {
    std::int64_t seconds;
    std::int64_t nanoseconds;
};

static_assert(sizeof(Timespec) == 16);

inline constexpr std::int64_t utime_omit = (1L << 30) - 2;

inline Timespec to_timespec(const std::optional<FileTime>& time) {
    if (!time) {
        return {0, utime_omit};
    }
    return {time->seconds, time->nanoseconds};
}

// include/uapi/linux/stat.h
struct StatxTimestamp {
    std::int64_t seconds;
    std::uint32_t nanoseconds;
    std::int32_t reserved;
};

static_assert(sizeof(StatxTimestamp) == 16);

struct Statx {
    std::uint32_t mask, block_size;
    std::uint64_t attributes;
    std::uint32_t links, uid, gid;
    std::uint16_t mode, spare0;
    std::uint64_t inode, size, blocks, attributes_mask;
    StatxTimestamp accessed, created, changed, modified;
    std::uint32_t special_major, special_minor, device_major, device_minor;
    std::uint64_t mount_id;
    std::uint32_t dio_memory_align, dio_offset_align;
    std::uint64_t spare[12];
};

static_assert(sizeof(Statx) == 256);
static_assert(offsetof(Statx, accessed) == 0x40);
static_assert(offsetof(Statx, mount_id) == 0x90);

inline constexpr std::uint32_t statx_basic = 0x7ff;
inline constexpr std::uint32_t statx_created = 0x800;
inline constexpr std::uint32_t statx_mount_id = 0x1000;

FileStatus to_status(const Statx& statx);

// include/uapi/asm-generic/statfs.h, struct statfs64 where a word has 64 bits
struct Statfs {
    std::int64_t type, block_size;
    std::uint64_t blocks, blocks_free, blocks_available, files, files_free;
    std::int32_t id[2];
    std::int64_t name_length, fragment_size, flags, spare[4];
};

static_assert(sizeof(Statfs) == 120);

FileSystemStatus to_status(const Statfs& statfs);

// include/linux/dirent.h; the name follows, NUL-terminated.
struct Dirent64 {
    std::uint64_t inode;
    std::int64_t next;
    std::uint16_t length;
    std::uint8_t type;
};

inline constexpr std::size_t dirent_name_offset = 19;
static_assert(offsetof(Dirent64, type) + 1 == dirent_name_offset);

}  // namespace lkl::wire
