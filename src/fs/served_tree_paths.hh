// SPDX-License-Identifier: GPL-2.0
// How the calls that know no O_PATH descriptors are told of one.
#pragma once

#include <lkl/types.hh>
#include <string>

namespace lkl::fs {

inline constexpr int kPathOnly =
    open_flags::path | open_flags::no_follow | open_flags::close_on_exec;

// Leads to the inode itself, also where that is a symbolic link.
inline std::string descriptor_path(int descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace lkl::fs
