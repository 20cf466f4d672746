// SPDX-License-Identifier: GPL-2.0
// Reads extended attributes of either side.
#pragma once

#include <string_view>
#include <vector>

#include "fs/file_calls.hh"
#include "fs/stream.hh"

namespace lkl::fs {

inline constexpr std::string_view kAclAccess = "system.posix_acl_access";
inline constexpr std::string_view kAclDefault = "system.posix_acl_default";

// All extended attributes of `at` that can be copied: every namespace but "system.", of which only
// the POSIX ACLs are data; the others are a file system's own controls. A file system without
// attributes has none. `path` is for the error.
Result<std::vector<Attribute>> read_attributes(FileCalls& calls, At at, std::string_view path);

}  // namespace lkl::fs
