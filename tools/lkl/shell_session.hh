// SPDX-License-Identifier: GPL-2.0
// The commands of `lkl shell` and what they work on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fs/image.hh"
#include "fs/shell_words.hh"

namespace lkl::tools {

class ShellSession {
  public:
    // `path` names the image.
    ShellSession(fs::Image& image, std::string path);

    // Runs one line; returns its exit code. An empty line is 0.
    int run(const std::string& line);

    // Set by `exit`.
    [[nodiscard]] bool ended() const { return ended_; }

    // The current directory in the image.
    [[nodiscard]] const std::string& directory() const { return directory_; }

    // What may follow at the end of `line`: commands, then paths in the image or, for what is
    // copied in, on the host.
    [[nodiscard]] fs::Completion complete(const std::string& line) const;

  private:
    int dispatch(const std::string& name, std::vector<std::string> arguments);
    int change_directory(const std::vector<std::string>& arguments);
    int copy(const std::string& name, std::vector<std::string> arguments);
    int fail(const std::string& program, const std::string& message);
    // Words with patterns become the names in the image that match.
    Result<std::vector<std::string>> expand(const std::vector<fs::ShellWord>& words) const;

    fs::Image& image_;
    std::string path_;
    std::string directory_ = "/";
    bool ended_ = false;
};

// All commands with what they do, a line each.
std::string shell_help();

}  // namespace lkl::tools
