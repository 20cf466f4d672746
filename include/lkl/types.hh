// SPDX-License-Identifier: GPL-2.0
// Values that files and directories share: times, owners, the status of a file, open flags.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace lkl {

// A point in time: seconds since 1970-01-01 UTC (may be negative) and nanoseconds, 0 to 999999999.
struct FileTime {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;

    friend auto operator<=>(const FileTime&, const FileTime&) = default;
};

// A device number, in parts: how they are packed differs between interfaces.
struct DeviceNumber {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;

    friend auto operator<=>(const DeviceNumber&, const DeviceNumber&) = default;

    // As mknod(2) of the kernel takes it.
    [[nodiscard]] constexpr std::uint32_t encoded() const {
        return (minor & 0xff) | (major << 8) | ((minor & ~0xffU) << 12);
    }
};

// Bits of a mode (include/uapi/linux/stat.h): numbers of the kernel, on every host.
namespace mode {
inline constexpr std::uint32_t type_mask = 0170000;
inline constexpr std::uint32_t socket = 0140000;
inline constexpr std::uint32_t symlink = 0120000;
inline constexpr std::uint32_t regular = 0100000;
inline constexpr std::uint32_t block = 0060000;
inline constexpr std::uint32_t directory = 0040000;
inline constexpr std::uint32_t character = 0020000;
inline constexpr std::uint32_t fifo = 0010000;
inline constexpr std::uint32_t permissions = 07777;
}  // namespace mode

// Flags of open (include/uapi/asm-generic/fcntl.h): numbers of the kernel, on every host.
namespace open_flags {
inline constexpr int read_only = 0;
inline constexpr int write_only = 01;
inline constexpr int read_write = 02;
inline constexpr int create = 0100;
inline constexpr int exclusive = 0200;
inline constexpr int no_tty = 0400;
inline constexpr int truncate = 01000;
inline constexpr int append = 02000;
inline constexpr int non_block = 04000;
inline constexpr int dsync = 010000;
inline constexpr int direct = 040000;
inline constexpr int directory = 0200000;
inline constexpr int no_follow = 0400000;
inline constexpr int no_atime = 01000000;
inline constexpr int close_on_exec = 02000000;
inline constexpr int sync = 04010000;
inline constexpr int path = 010000000;
inline constexpr int temporary = 020200000;
}  // namespace open_flags

// What statx(2) tells. Sizes are bytes; `blocks` counts 512-byte units.
struct FileStatus {
    std::uint32_t mode = 0;  // type and permissions
    std::uint32_t links = 0;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::uint64_t blocks = 0;
    std::uint32_t block_size = 0;  // preferred for I/O
    std::uint64_t attributes = 0;  // STATX_ATTR_* (immutable, compressed, verity...)
    FileTime accessed;
    FileTime modified;
    FileTime changed;
    std::optional<FileTime> created;  // where the file system keeps it
    DeviceNumber device;              // the file system's
    DeviceNumber special;             // of a device node
    std::uint64_t mount_id = 0;

    [[nodiscard]] std::uint32_t type() const { return mode & mode::type_mask; }

    [[nodiscard]] std::uint32_t permissions() const { return mode & mode::permissions; }

    [[nodiscard]] bool is_directory() const { return type() == mode::directory; }

    [[nodiscard]] bool is_regular() const { return type() == mode::regular; }

    [[nodiscard]] bool is_symlink() const { return type() == mode::symlink; }
};

// What statfs(2) tells; sizes in units of `block_size` bytes.
struct FileSystemStatus {
    std::uint64_t type = 0;  // magic number (include/uapi/linux/magic.h)
    std::uint64_t block_size = 0;
    std::uint64_t blocks = 0;
    std::uint64_t blocks_free = 0;
    std::uint64_t blocks_available = 0;  // to ordinary users
    std::uint64_t files = 0;
    std::uint64_t files_free = 0;
    std::uint64_t name_length = 0;
    std::uint64_t flags = 0;  // ST_*
};

}  // namespace lkl
