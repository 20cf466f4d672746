// SPDX-License-Identifier: GPL-2.0
// Sizes, sector sizes and abilities of files and block devices.
#include "block/posix/file_probe.hh"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace lkl {

namespace {

constexpr std::uint32_t kSector = 512;
constexpr std::uint32_t kMaxBlock = 4096;

std::uint32_t usable_block(std::uint32_t size) {
    return std::has_single_bit(size) && size >= kSector && size <= kMaxBlock ? size : kSector;
}

// A partition has no queue folder of its own; its disk's is one up.
bool device_can_discard(dev_t device) {
    const std::string base =
        "/sys/dev/block/" + std::to_string(major(device)) + ":" + std::to_string(minor(device));
    for (const char* const folder : {"/queue", "/../queue"}) {
        std::ifstream file(base + folder + "/discard_max_bytes");
        std::uint64_t bytes = 0;
        if (file >> bytes) {
            return bytes > 0;
        }
    }
    return false;
}

void probe_device(int fd, dev_t device, BlockInfo& info) {
    int logical = 0;
    unsigned physical = 0;
    unsigned optimal = 0;
    if (ioctl(fd, BLKSSZGET, &logical) == 0) {
        info.block_size = usable_block(static_cast<std::uint32_t>(logical));
    }
    if (ioctl(fd, BLKPBSZGET, &physical) == 0) {
        info.physical_block_size = std::max(usable_block(physical), info.block_size);
    }
    if (ioctl(fd, BLKIOOPT, &optimal) == 0) {
        info.optimal_io_size = optimal;
    }
    info.can_discard = !info.read_only && device_can_discard(device);
}

bool reads_at(int fd, std::byte* buffer, std::size_t bytes) {
    return pread(fd, buffer, bytes, 0) >= 0 || errno != EINVAL;
}

// The units of O_DIRECT: asked for where the kernel tells (6.1 on), else tried.
void probe_direct(int fd, FileFacts& facts, BlockInfo& info) {
#ifdef STATX_DIOALIGN
    struct statx answer {};

    if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &answer) == 0 &&
        (answer.stx_mask & STATX_DIOALIGN) != 0 && answer.stx_dio_offset_align != 0) {
        facts.memory_alignment = std::max(answer.stx_dio_mem_align, 2U);
        info.block_size = std::max(info.block_size, usable_block(answer.stx_dio_offset_align));
        return;
    }
#endif
    const std::unique_ptr<void, decltype(&std::free)> buffer(
        std::aligned_alloc(kMaxBlock, kMaxBlock), &std::free);
    auto* const bytes = static_cast<std::byte*>(buffer.get());
    if (bytes == nullptr || !reads_at(fd, bytes, kSector)) {
        info.block_size = kMaxBlock;
    }
    const bool sector_will_do = bytes != nullptr && reads_at(fd, bytes + kSector, info.block_size);
    facts.memory_alignment = sector_will_do ? kSector : kMaxBlock;
}

bool lives_in_memory(int fd) {
    struct statfs answer {};

    return fstatfs(fd, &answer) == 0 &&
           (answer.f_type == TMPFS_MAGIC || answer.f_type == RAMFS_MAGIC);
}

}  // namespace

std::uint64_t current_size(int fd, bool block_device) {
    if (block_device) {
        std::uint64_t bytes = 0;
        return ioctl(fd, BLKGETSIZE64, &bytes) == 0 ? bytes : 0;
    }

    struct stat status {};

    return fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

Result<FileFacts> probe_file(int fd, const std::string& name, bool direct, BlockInfo& info) {
    struct stat status {};

    if (fstat(fd, &status) != 0) {
        return Error::host(errno, "look at", name);
    }
    FileFacts facts;
    facts.block_device = S_ISBLK(status.st_mode);
    if (!facts.block_device && !S_ISREG(status.st_mode)) {
        return Error::other("it is neither a regular file nor a block device", "use as a disk",
                            name);
    }
    if (facts.block_device) {
        probe_device(fd, status.st_rdev, info);
    } else {
        info.physical_block_size = kMaxBlock;
        info.can_discard = !info.read_only;
        facts.in_memory = lives_in_memory(fd);
    }
    info.can_write_zeroes = !info.read_only;
    if (direct) {
        probe_direct(fd, facts, info);
        info.physical_block_size = std::max(info.physical_block_size, info.block_size);
    }
    const std::uint64_t size = current_size(fd, facts.block_device);
    info.size = size - size % info.block_size;
    if (info.size == 0) {
        return Error::other(
            "it is smaller than one sector of " + std::to_string(info.block_size) + " bytes",
            "use as a disk", name);
    }
    return facts;
}

}  // namespace lkl
