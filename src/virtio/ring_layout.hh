// SPDX-License-Identifier: GPL-2.0
// The split virtqueue in memory and the feature bits of every device (virtio 1.2, 2.7 and 6).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace lkl::virtio {

// All fields are little-endian; the host is too, so nothing is converted.
static_assert(std::endian::native == std::endian::little);

// 2.7.5: one entry of the descriptor table, and of an indirect table.
struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags;
    std::uint16_t next;
};

static_assert(sizeof(Descriptor) == 16);

inline constexpr std::uint16_t kDescriptorNext = 1;
inline constexpr std::uint16_t kDescriptorWrite = 2;
inline constexpr std::uint16_t kDescriptorIndirect = 4;

// 2.7.6: flags, idx, ring[size], used_event.
inline constexpr std::size_t kAvailFlags = 0;
inline constexpr std::size_t kAvailIndex = 2;
inline constexpr std::size_t kAvailRing = 4;
inline constexpr std::uint16_t kAvailNoInterrupt = 1;

constexpr std::size_t avail_bytes(std::size_t size) {
    return kAvailRing + 2 * size + 2;
}

// 2.7.8: flags, idx, ring[size] of {id, length}, avail_event.
inline constexpr std::size_t kUsedFlags = 0;
inline constexpr std::size_t kUsedIndex = 2;
inline constexpr std::size_t kUsedRing = 4;

struct UsedElement {
    std::uint32_t id;
    std::uint32_t length;
};

static_assert(sizeof(UsedElement) == 8);

constexpr std::size_t used_bytes(std::size_t size) {
    return kUsedRing + sizeof(UsedElement) * size + 2;
}

// 6: reserved feature bits, as masks.
inline constexpr std::uint64_t kFeatureIndirect = 1ULL << 28;
inline constexpr std::uint64_t kFeatureEventIndex = 1ULL << 29;
inline constexpr std::uint64_t kFeatureVersion1 = 1ULL << 32;

// 2.1: the device status field.
inline constexpr std::uint32_t kStatusAcknowledge = 1;
inline constexpr std::uint32_t kStatusDriver = 2;
inline constexpr std::uint32_t kStatusDriverOk = 4;
inline constexpr std::uint32_t kStatusFeaturesOk = 8;
inline constexpr std::uint32_t kStatusNeedsReset = 64;
inline constexpr std::uint32_t kStatusFailed = 128;

// 2.7.10: has the index gone past `event` on its way from `before` to `now`?
constexpr bool passed_event(std::uint16_t event, std::uint16_t now, std::uint16_t before) {
    return static_cast<std::uint16_t>(now - event - 1) < static_cast<std::uint16_t>(now - before);
}

}  // namespace lkl::virtio
