// SPDX-License-Identifier: GPL-2.0
// How a Dir names its entries in errors.
#pragma once

#include <string>

namespace lkl::detail {

// The path of `name` in the directory `path`; `name` alone where it is absolute or `path` is the
// working directory (empty).
inline std::string join(const std::string& path, const std::string& name) {
    if (path.empty() || (!name.empty() && name.front() == '/')) {
        return name;
    }
    if (name.empty()) {
        return path;
    }
    return path.back() == '/' ? path + name : path + "/" + name;
}

}  // namespace lkl::detail
