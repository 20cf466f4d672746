// SPDX-License-Identifier: GPL-2.0
// What a block device and its driver exchange (virtio 1.2, 5.2).
#pragma once

#include <cstddef>
#include <cstdint>

namespace lkl::virtio {

inline constexpr std::uint32_t kBlkDeviceId = 2;

// 5.2.3
inline constexpr std::uint64_t kBlkSegMax = 1ULL << 2;
inline constexpr std::uint64_t kBlkReadOnly = 1ULL << 5;
inline constexpr std::uint64_t kBlkBlockSize = 1ULL << 6;
inline constexpr std::uint64_t kBlkFlush = 1ULL << 9;
inline constexpr std::uint64_t kBlkTopology = 1ULL << 10;
inline constexpr std::uint64_t kBlkConfigWce = 1ULL << 11;
inline constexpr std::uint64_t kBlkMq = 1ULL << 12;
inline constexpr std::uint64_t kBlkDiscard = 1ULL << 13;
inline constexpr std::uint64_t kBlkWriteZeroes = 1ULL << 14;

// 5.2.4
struct BlkConfig {
    std::uint64_t capacity;  // in sectors, like all that is called a sector here
    std::uint32_t size_max;
    std::uint32_t seg_max;
    std::uint16_t cylinders;
    std::uint8_t heads;
    std::uint8_t sectors;
    std::uint32_t blk_size;           // in bytes
    std::uint8_t physical_block_exp;  // log2 of logical blocks in a physical one
    std::uint8_t alignment_offset;    // in logical blocks
    std::uint16_t min_io_size;        // in logical blocks
    std::uint32_t opt_io_size;        // in logical blocks
    std::uint8_t writeback;
    std::uint8_t unused0;
    std::uint16_t num_queues;
    std::uint32_t max_discard_sectors;
    std::uint32_t max_discard_seg;
    std::uint32_t discard_sector_alignment;
    std::uint32_t max_write_zeroes_sectors;
    std::uint32_t max_write_zeroes_seg;
    std::uint8_t write_zeroes_may_unmap;
    std::uint8_t unused1[3];
};

static_assert(sizeof(BlkConfig) == 64);  // of which the last 4 bytes are padding
inline constexpr std::size_t kBlkConfigBytes = 60;

inline constexpr std::uint32_t kBlkSector = 512;
inline constexpr std::size_t kBlkIdBytes = 20;

// 5.2.6
inline constexpr std::uint32_t kBlkIn = 0;
inline constexpr std::uint32_t kBlkOut = 1;
inline constexpr std::uint32_t kBlkFlushRequest = 4;
inline constexpr std::uint32_t kBlkGetId = 8;
inline constexpr std::uint32_t kBlkDiscardRequest = 11;
inline constexpr std::uint32_t kBlkWriteZeroesRequest = 13;

struct BlkHeader {
    std::uint32_t type;
    std::uint32_t reserved;
    std::uint64_t sector;
};

static_assert(sizeof(BlkHeader) == 16);

struct BlkRange {
    std::uint64_t sector;
    std::uint32_t sectors;
    std::uint32_t flags;
};

static_assert(sizeof(BlkRange) == 16);
inline constexpr std::uint32_t kBlkRangeUnmap = 1;

inline constexpr std::byte kBlkOk{0};
inline constexpr std::byte kBlkIoError{1};
inline constexpr std::byte kBlkUnsupported{2};

}  // namespace lkl::virtio
