// SPDX-License-Identifier: GPL-2.0
// Reading whole files.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kconfig {

class Host;

/// A file's bytes.
struct FileText {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
    bool unreadable = false;  ///< It could be opened but not read (a directory).

    std::string_view view() const { return {data.get(), size}; }
};

/// The bytes of @p path; nothing when it cannot be opened.
std::optional<FileText> read_file(const std::string& path);

/// The same for a name that is looked up first as it is, then in $srctree
/// unless it is absolute.
std::optional<FileText> read_source_file(Host& host, std::string_view name);

}  // namespace kconfig
