// SPDX-License-Identifier: GPL-2.0
// Trees with every kind of entry and metadata.
#pragma once

#include <string>
#include <vector>

namespace lkl::tool_test {

// Fills the empty directory `root`. As root on the host also with owners, devices, capabilities
// and trusted attributes.
void make_rich_tree(const std::string& root);

// Fills `root` with what vfat can hold: files and directories, no links, names in ASCII, even
// seconds.
void make_plain_tree(const std::string& root);

// `count` small files in directories of 50, with contents that tell them apart.
void make_many_files(const std::string& root, int count);

// A loop mount of the image, read-only, described as fs::testing::describe_tree() does; empty
// where the machine allows no loop mounts or its kernel does not know the type.
std::vector<std::string> describe_by_loop_mount(const std::string& image, const std::string& type,
                                                const std::string& mount_point,
                                                const std::string& below);

}  // namespace lkl::tool_test
