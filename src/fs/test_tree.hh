// SPDX-License-Identifier: GPL-2.0
// A temporary directory and a listing of everything in a tree, for tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fs/stream.hh"

namespace lkl::fs::testing {

// Removed with all that is in it when the object goes.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] std::string path(const std::string& below) const { return path_ + "/" + below; }

    void write(const std::string& below, const std::string& content, unsigned mode = 0644) const;
    [[nodiscard]] std::string read(const std::string& below) const;

  private:
    std::string path_;
};

// One line an entry, from path: type, mode, owner, size, times, links, target, device, attributes
// and contents, so that two trees compare as strings. Directory sizes and access times are left
// out.
std::vector<std::string> describe_tree(const std::string& root);

}  // namespace lkl::fs::testing
