// SPDX-License-Identifier: GPL-2.0
// Lists a directory of either side.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fs/file_calls.hh"

namespace lkl::fs {

struct DirectoryEntry {
    std::string name;
    std::uint32_t type = 0;  // a mode::* type, 0 where the file system does not tell
};

// All entries of the open directory `fd` but "." and "..". With `sorted` by the bytes of the names,
// so that a tree is read in the same order every time. `path` is for the error.
Result<std::vector<DirectoryEntry>> read_directory(FileCalls& calls, int fd, bool sorted,
                                                   std::string_view path);

}  // namespace lkl::fs
