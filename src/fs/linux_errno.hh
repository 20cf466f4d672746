// SPDX-License-Identifier: GPL-2.0
// The errno values that the engine treats in a special way (include/uapi/asm-generic/errno*.h).
#pragma once

namespace lkl::fs::errno_value {

inline constexpr long not_permitted = 1;
inline constexpr long no_entry = 2;
inline constexpr long interrupted = 4;
inline constexpr long io = 5;
inline constexpr long no_device_address = 6;
inline constexpr long access = 13;
inline constexpr long busy = 16;
inline constexpr long exists = 17;
inline constexpr long cross_device = 18;
inline constexpr long no_device = 19;
inline constexpr long not_directory = 20;
inline constexpr long is_directory = 21;
inline constexpr long invalid = 22;
inline constexpr long no_space = 28;
inline constexpr long read_only = 30;
inline constexpr long too_many_links = 31;
inline constexpr long not_implemented = 38;
inline constexpr long not_empty = 39;
inline constexpr long loop = 40;
inline constexpr long no_data = 61;
inline constexpr long not_supported = 95;
inline constexpr long shut_down = 108;
inline constexpr long stale = 116;
inline constexpr long damaged = 117;  // EUCLEAN
inline constexpr long not_recoverable = 131;

}  // namespace lkl::fs::errno_value
