// SPDX-License-Identifier: GPL-2.0
// What a console device and its driver exchange (virtio 1.2, 5.3).
#pragma once

#include <cstddef>
#include <cstdint>

namespace lkl::virtio {

inline constexpr std::uint32_t kConsoleDeviceId = 3;

// 5.3.3
inline constexpr std::uint64_t kConsoleSize = 1ULL << 0;
inline constexpr std::uint64_t kConsoleEmergencyWrite = 1ULL << 2;

// 5.3.2
inline constexpr unsigned kConsoleReceive = 0;
inline constexpr unsigned kConsoleTransmit = 1;

// 5.3.4
struct ConsoleConfig {
    std::uint16_t columns;
    std::uint16_t rows;
    std::uint32_t max_ports;
    std::uint32_t emergency_write;
};

static_assert(sizeof(ConsoleConfig) == 12);

}  // namespace lkl::virtio
