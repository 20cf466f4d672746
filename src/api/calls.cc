// SPDX-License-Identifier: GPL-2.0
#include "api/calls.hh"

namespace lkl::detail {

std::vector<std::string> split_names(const std::vector<std::byte>& names) {
    std::vector<std::string> list;
    std::string name;
    for (const std::byte byte : names) {
        if (byte == std::byte{0}) {
            list.push_back(std::move(name));
            name.clear();
        } else {
            name.push_back(static_cast<char>(byte));
        }
    }
    return list;
}

}  // namespace lkl::detail
