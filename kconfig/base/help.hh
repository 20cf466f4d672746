// SPDX-License-Identifier: GPL-2.0
// Help texts: where one ends, and what it says without its indentation.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kconfig {

/// What reading a help text came to.
struct HelpExtent {
    std::size_t end = 0;  ///< Where the text goes on after it.
    int lines = 0;        ///< How many ends of lines it has passed.
    /// Where what has to be kept ends: reading that alone gives the same. The last line's end,
    /// blank lines included, is left out if something follows in the first column.
    std::size_t kept_end = 0;
};

/// Reads the help text that begins at @p begin of @p text, the line after the
/// keyword. It ends before a line that is indented less than its first one.
/// Its lines, without that indentation, are appended to @p out unless null.
HelpExtent read_help(std::string_view text, std::size_t begin, std::string* out);

}  // namespace kconfig
