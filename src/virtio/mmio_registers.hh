// SPDX-License-Identifier: GPL-2.0
// Offsets and values of the virtio-mmio registers (virtio 1.2, 4.2.2).
#pragma once

#include <cstdint>

namespace lkl::virtio {

inline constexpr std::uint64_t kRegMagic = 0x000;
inline constexpr std::uint64_t kRegVersion = 0x004;
inline constexpr std::uint64_t kRegDeviceId = 0x008;
inline constexpr std::uint64_t kRegVendorId = 0x00c;
inline constexpr std::uint64_t kRegDeviceFeatures = 0x010;
inline constexpr std::uint64_t kRegDeviceFeaturesSel = 0x014;
inline constexpr std::uint64_t kRegDriverFeatures = 0x020;
inline constexpr std::uint64_t kRegDriverFeaturesSel = 0x024;
inline constexpr std::uint64_t kRegQueueSel = 0x030;
inline constexpr std::uint64_t kRegQueueSizeMax = 0x034;
inline constexpr std::uint64_t kRegQueueSize = 0x038;
inline constexpr std::uint64_t kRegQueueReady = 0x044;
inline constexpr std::uint64_t kRegQueueNotify = 0x050;
inline constexpr std::uint64_t kRegInterruptStatus = 0x060;
inline constexpr std::uint64_t kRegInterruptAck = 0x064;
inline constexpr std::uint64_t kRegStatus = 0x070;
inline constexpr std::uint64_t kRegQueueDescLow = 0x080;
inline constexpr std::uint64_t kRegQueueDescHigh = 0x084;
inline constexpr std::uint64_t kRegQueueDriverLow = 0x090;
inline constexpr std::uint64_t kRegQueueDriverHigh = 0x094;
inline constexpr std::uint64_t kRegQueueDeviceLow = 0x0a0;
inline constexpr std::uint64_t kRegQueueDeviceHigh = 0x0a4;
inline constexpr std::uint64_t kRegShmLenLow = 0x0b0;
inline constexpr std::uint64_t kRegShmBaseHigh = 0x0bc;
inline constexpr std::uint64_t kRegConfigGeneration = 0x0fc;
inline constexpr std::uint64_t kRegConfig = 0x100;

inline constexpr std::uint32_t kMagic = 0x74726976;  // "virt"
inline constexpr std::uint32_t kMmioVersion = 2;
inline constexpr std::uint32_t kVendor = 0x004c4b4c;  // "LKL"

inline constexpr std::uint32_t kInterruptUsed = 1;
inline constexpr std::uint32_t kInterruptConfig = 2;

}  // namespace lkl::virtio
