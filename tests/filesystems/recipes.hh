// SPDX-License-Identifier: GPL-2.0
// Images by each file system's own programs: how they are made, filled and checked.
#pragma once

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "programs.hh"
#include "tree_model.hh"

namespace lkl::testing {

// What a recipe works with: the image file, of its size already, and a folder of the host's with
// the tree that is to be in it. Recipes for empty images have neither.
struct Ingredients {
    std::string image;
    std::string folder;
    Tree tree;
};

struct FileSystem {
    std::string name;     // the test's
    std::string type;     // mount(2)'s
    std::string options;  // mount(2)'s
    std::size_t mebibytes = 0;
    Abilities abilities;
    // Makes the image. An exception where a program is missing or fails.
    std::function<void(const Ingredients&)> make;
    // The file system's own checker; empty where there is none. An exception with what it found.
    std::function<void(const std::string& image)> check = {};
    // A part of a warning that every Linux logs for such an image; empty: none.
    std::string remark = {};
};

// As gtest shows a parameter.
inline void PrintTo(const FileSystem& file_system, std::ostream* out) {  // NOLINT: gtest's name
    *out << file_system.name;
}

// Images that the file system's own program filled from a tree.
const std::vector<FileSystem>& filled_images();

// Empty images of file systems that can be written.
const std::vector<FileSystem>& empty_images();

}  // namespace lkl::testing
