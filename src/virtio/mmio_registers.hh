// SPDX-License-Identifier: GPL-2.0
// Offsets and values of the virtio-mmio registers (virtio 1.2, 4.2.2).
#pragma once

#include <cstdint>

namespace lkl::virtio {

enum Register : std::uint64_t {
    kRegMagic = 0x000,
    kRegVersion = 0x004,
    kRegDeviceId = 0x008,
    kRegVendorId = 0x00c,
    kRegDeviceFeatures = 0x010,
    kRegDeviceFeaturesSel = 0x014,
    kRegDriverFeatures = 0x020,
    kRegDriverFeaturesSel = 0x024,
    kRegQueueSel = 0x030,
    kRegQueueSizeMax = 0x034,
    kRegQueueSize = 0x038,
    kRegQueueReady = 0x044,
    kRegQueueNotify = 0x050,
    kRegInterruptStatus = 0x060,
    kRegInterruptAck = 0x064,
    kRegStatus = 0x070,
    kRegQueueDescLow = 0x080,
    kRegQueueDescHigh = 0x084,
    kRegQueueDriverLow = 0x090,
    kRegQueueDriverHigh = 0x094,
    kRegQueueDeviceLow = 0x0a0,
    kRegQueueDeviceHigh = 0x0a4,
    kRegShmLenLow = 0x0b0,
    kRegShmBaseHigh = 0x0bc,
    kRegConfigGeneration = 0x0fc,
    kRegConfig = 0x100,
};

inline constexpr std::uint32_t kMagic = 0x74726976;  // "virt"
inline constexpr std::uint32_t kMmioVersion = 2;
inline constexpr std::uint32_t kVendor = 0x004c4b4c;  // "LKL"

inline constexpr std::uint32_t kInterruptUsed = 1;
inline constexpr std::uint32_t kInterruptConfig = 2;

}  // namespace lkl::virtio
