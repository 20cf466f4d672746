// SPDX-License-Identifier: GPL-2.0
// The sandbox of one run of a tool.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sandbox/sandbox.hh"

namespace lkl::fs {

// Collects what a run names on its command line, then confines the process to it in two steps: see
// sandbox/sandbox.hh for their times. For the main thread.
class Sandboxing {
  public:
    // Without `wanted` nothing is confined. `tell` receives a sentence for everything that the
    // host lacks; may be empty.
    Sandboxing(bool wanted, std::function<void(const std::string&)> tell)
        : wanted_(wanted), tell_(std::move(tell)) {}

    // An image, opened before confine_calls().
    void add_image(const std::string& path, bool write);

    // A source of the host: read at any time; not followed if its last part is a symbolic link.
    void add_source(const std::string& path) { options_.readable.push_back(path); }

    // A file of the host that is read at any time, wherever a symbolic link leads.
    void add_file(const std::string& path);

    // A directory of the host in which things are made.
    void add_target(const std::string& path) { options_.writable.push_back(path); }

    // Another process hands over what is read and written, and the terminal is left.
    void serve() { options_.serves = true; }

    // The first step, once: before anything starts a thread, and so before a kernel boots.
    void confine_files();
    // The second step; only the first call counts.
    void confine_calls();

  private:
    bool wanted_;
    std::function<void(const std::string&)> tell_;
    SandboxOptions options_;
    std::optional<Sandbox> sandbox_;
};

}  // namespace lkl::fs
