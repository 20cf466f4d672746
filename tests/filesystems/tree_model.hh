// SPDX-License-Identifier: GPL-2.0
// A tree of files as a value: what is to be in a file system, and what was found in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/dir.hh>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::testing {

// A file, directory or symbolic link. `group` is the same for the names of one file, and 0 for
// what has one name only.
struct Node {
    std::uint32_t mode = 0;
    std::string content;  // of a link, where it leads
    std::uint64_t group = 0;
};

// By path, relative to the tree's root ("folder/file").
using Tree = std::map<std::string, Node>;

// What a file system can hold of a tree, and the tool that makes its image.
struct Abilities {
    bool modes = true;
    bool symlinks = true;
    bool hard_links = true;
    bool folders = true;
    bool spaces = true;             // in names
    std::size_t name_length = 180;  // at most that
};

// Bytes that look random and depend on nothing but the seed.
std::string noise(std::size_t size, std::uint64_t seed);

// A tree of many kinds, with sizes around the blocks' ones, long names and deep folders; only what
// the file system can hold.
Tree sample_tree(const Abilities& abilities);

// Makes the tree in a folder of the host's, which must exist.
void make_on_host(const Tree& tree, const std::string& folder);

// Reads a whole tree through the library. The folder lost+found of a fresh file system is left out.
Tree read_tree(const Dir& root);

// A sentence for each thing that differs; empty if the trees are the same. Modes and groups are
// compared where the file system has them.
std::vector<std::string> differences(const Tree& wanted, const Tree& found,
                                     const Abilities& abilities);

}  // namespace lkl::testing
