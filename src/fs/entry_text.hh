// SPDX-License-Identifier: GPL-2.0
// Entries as lines for people.
#pragma once

#include <lkl/types.hh>
#include <string>
#include <string_view>

#include "fs/stream.hh"

namespace lkl::fs {

// "drwxr-sr-t", as ls shows it.
std::string mode_text(std::uint32_t mode);

// 'f', 'd', 'l', 'b', 'c', 'p' or 's', as find names types; '?' for none of these.
char type_letter(std::uint32_t mode);

// "2009-02-13T23:31:30.123456789Z"
std::string time_text(FileTime time);

// Control bytes and backslashes as \ooo, so that a name is one line and cannot steer a terminal.
std::string printable(std::string_view name);

// The same for a text of several lines: newlines, tabs and backslashes stay as they are.
std::string printable_lines(std::string_view text);

// "MODE LINKS UID GID SIZE TIME NAME[ -> TARGET]"; a device's numbers stand in place of the size.
std::string long_line(const FileStatus& status, std::string_view name, std::string_view target);

// Several lines with everything that is known of an entry.
std::string full_text(const Entry& entry);

}  // namespace lkl::fs
