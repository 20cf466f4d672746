// SPDX-License-Identifier: GPL-2.0
// Runs the built tools on images made by the real mkfs, and asks each file system's own checker.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fs/test_tree.hh"

namespace lkl::tool_test {

struct CommandResult {
    int exit_code = -1;  // 128 and the number after a signal
    std::string output;
    std::string errors;
};

// Runs a shell command line.
CommandResult run(const std::string& command);

// True if `program` is found in PATH or the system's directories.
bool has_program(const std::string& program);

// In single quotes for the shell.
std::string quote(const std::string& word);

// A file system that images are made of.
struct FileSystem {
    const char* type;     // the kernel's name
    const char* mkfs;     // command; the image's path follows
    const char* check;    // command that finds no fault in a clean image; the path follows
    unsigned size;        // MiB of an image for the tests
    bool holds_metadata;  // owners, modes, links, attributes, special files
};

const FileSystem& file_system(const std::string& type);
const std::vector<FileSystem>& file_systems();

class ToolTest : public ::testing::Test {
  protected:
    // Makes an empty image of the type and returns its path; skips the test where there is no mkfs.
    std::string make_image(const std::string& type, const std::string& more_options = "",
                           unsigned megabytes = 0);

    // Expects that the type's own checker finds nothing.
    void expect_clean(const std::string& type, const std::string& image);

    // Runs a tool of the build ("cptofs") with arguments as for the shell.
    static CommandResult tool(const std::string& name, const std::string& arguments);

    // Runs it and expects success without a word.
    static void expect_tool(const std::string& name, const std::string& arguments);

    [[nodiscard]] std::string path(const std::string& below) const { return work_.path(below); }

    // A directory in the work directory, made.
    std::string directory(const std::string& below);

    fs::testing::TemporaryDirectory work_;
};

}  // namespace lkl::tool_test
