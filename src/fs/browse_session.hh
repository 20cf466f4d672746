// SPDX-License-Identifier: GPL-2.0
// An open image for one subcommand: errors are told, and the end is honest.
#pragma once

#include <functional>

#include "fs/browse.hh"
#include "fs/interruption.hh"
#include "fs/pipeline.hh"
#include "fs/sandboxing.hh"

namespace lkl::fs {

class BrowseSession {
  public:
    explicit BrowseSession(const BrowseOptions& options);

    // To be told of the host's files that the work needs, before run().
    [[nodiscard]] Sandboxing& sandbox() { return sandbox_; }

    // Enters the sandbox, opens the image (to be written with `write`), runs `work`, and unmounts.
    // Returns the exit code. With `before_reading` (see ImageOptions) the sandbox is the caller's.
    int run(bool write, const std::function<void(Image&)>& work,
            std::function<void()> before_reading = {});

    // Sends `paths` of a side through `take`, entry by entry.
    void walk(FileCalls& calls, int root, const std::vector<std::string>& paths,
              const WalkOptions& walk, const std::function<void(Item&)>& take);

    // Tells an error unless `value` is one.
    void fail(Error error) { report_.add_error(error); }

    [[nodiscard]] Console& console() { return console_; }

    [[nodiscard]] Report& report() { return report_; }

    [[nodiscard]] bool stopped() const { return stop_ || report_.should_stop(); }

    [[nodiscard]] const BrowseOptions& options() const { return options_; }

  private:
    const BrowseOptions& options_;
    Console console_;
    Report report_;
    Sandboxing sandbox_;
    StopFlag& stop_;
};

// Splits "/a/b" into an open directory and the name in it.
struct Located {
    OpenFile directory;
    std::string name;  // empty: the directory itself

    [[nodiscard]] At at() const { return {directory.get(), name.c_str()}; }
};

Result<Located> locate(FileCalls& calls, int root, const std::string& path);

}  // namespace lkl::fs
