// SPDX-License-Identifier: GPL-2.0
// The open directories from a target's root down to where the writer is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fs/file_calls.hh"

namespace lkl::fs {

// Keeps descriptors of the directories on the current path, so that entries are made relative to
// their directory, however long the path. Never follows a symbolic link below the root.
class DirectoryStack {
  public:
    // `root_path` names the root in errors. `fresh`: nothing but this run has written there.
    DirectoryStack(FileCalls& calls, OpenFile root, std::string root_path);

    struct Place {
        int fd = -1;
        bool fresh = false;
    };

    // Makes `path` (relative to the root, "" for it) the top, opening what is missing.
    Result<Place> enter(std::string_view path);

    // Puts a directory that was just opened in the top on the stack.
    void push(std::string_view name, OpenFile directory, bool fresh);

    // Closes the top; the root stays.
    void pop();

    [[nodiscard]] int root() const { return root_.get(); }

    [[nodiscard]] const std::string& root_path() const { return root_path_; }

    // "ROOT/PATH", for messages.
    [[nodiscard]] std::string display(std::string_view path) const;

  private:
    struct Frame {
        OpenFile directory;
        std::size_t length;  // of path_ with this directory
        bool fresh;
    };

    [[nodiscard]] Place top() const;

    FileCalls& calls_;
    OpenFile root_;
    std::string root_path_;
    std::string path_;  // of the top
    std::vector<Frame> frames_;
};

}  // namespace lkl::fs
