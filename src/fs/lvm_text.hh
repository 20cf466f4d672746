// SPDX-License-Identifier: GPL-2.0
// The text format in which LVM2 writes its metadata: nested sections of names and values.
#pragma once

#include <cstdint>
#include <lkl/result.hh>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::fs {

// A word, a number or a string between quotes, whose escapes are resolved.
struct LvmValue {
    std::string text;
    std::optional<std::uint64_t> number;  // where it is one that is not negative
};

struct LvmSection {
    struct Entry {
        std::string name;
        bool is_list = false;
        std::vector<LvmValue> values;  // one, if it is no list
    };

    std::string name;
    std::vector<LvmSection> sections;  // in the text's order
    std::vector<Entry> entries;

    // The first of that name, or nullptr.
    [[nodiscard]] const LvmSection* section(std::string_view wanted) const;
    // The values of a name: empty if it is missing or an empty list.
    [[nodiscard]] std::vector<LvmValue> list(std::string_view wanted) const;
    // The value of a name that is no list, if it is of that kind.
    [[nodiscard]] std::optional<std::string> text(std::string_view wanted) const;
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view wanted) const;
};

// The whole text as a section without a name; it ends at its end or at a zero byte. `path` names it
// in the error, which tells the line.
Result<LvmSection> parse_lvm_text(std::string_view text, const std::string& path);

}  // namespace lkl::fs
