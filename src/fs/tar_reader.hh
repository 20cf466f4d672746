// SPDX-License-Identifier: GPL-2.0
// Reads an archive into a stream.
#pragma once

#include <string>

#include "fs/stream.hh"
#include "fs/tree_walker.hh"

namespace lkl::fs {

// Sends the members of the archive `path` ("-": standard input): tar (pax, GNU, ustar) or cpio,
// compressed or not. Of the options, selection, owners, times, attributes and the SELinux label
// apply. Names lose "./" and leading slashes; one with ".." is a Fault and left out. Directories
// are left at the end, in reverse, so that their times stay.
void read_tar(const std::string& path, const WalkOptions& options, StreamWriter& writer);

}  // namespace lkl::fs
