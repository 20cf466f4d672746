// SPDX-License-Identifier: GPL-2.0
// Takes from this process, for good, what it does not need to work on a foreign image.
#pragma once

#include <string>
#include <vector>

namespace lkl {

// What of the host's files a confined process may open. What is open already stays usable.
struct SandboxOptions {
    // Between the two steps: what the boot reads, and the images.
    std::vector<std::string> early_readable;
    std::vector<std::string> early_writable;

    // At any time: files, and directories with all that is beneath; a symbolic link as the last
    // part is not followed, as the copy engine does not follow it.
    std::vector<std::string> readable;
    // The same, where files are also made, changed and removed.
    std::vector<std::string> writable;

    // A server: descriptors may be received over sockets that are connected already, and it may
    // leave the session of its terminal.
    bool serves = false;
};

// Two steps, because each must come at its time:
//
// 1. confine_files() while the process has one thread: Landlock (see landlock(7)) holds for the
//    calling thread and those that it starts later, so the kernel's helper thread must not
//    be there yet.
// 2. confine_calls() once all memory that holds code is mapped: seccomp (seccomp(2)) leaves all
//    threads at once a list of system calls. Others fail with EPERM: no program is started, no
//    socket made, no memory becomes executable, no other process is touched. Where nothing is
//    writable, no call that changes a file's name or metadata is left, and where nothing is
//    readable either, none that opens a file.
//
// Neither can be undone. A host that has the one or the other not is no error: missing() tells.
// The same calls are refused to root. Not thread-safe.
class Sandbox {
  public:
    // Paths that do not exist are left out.
    static Sandbox confine_files(const SandboxOptions& options);

    // Call it once, from any thread.
    void confine_calls();

    // What this host lacks, a sentence each; empty: both steps that were taken are in force.
    [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

  private:
    bool opens_files_ = false;
    bool changes_files_ = false;
    bool serves_ = false;
    std::vector<std::string> missing_;
};

}  // namespace lkl
