// SPDX-License-Identifier: GPL-2.0
// The process of lklfuse that has the kernel and reads the image.
#pragma once

#include "base/unique_fd.hh"
#include "lklfuse/options.hh"

namespace lkl::tools {

// What it leaves to write to once the image is mounted, in the background: see Supervisor.
struct WorkerOutput {
    int log = -1;       // the kernel's log; -1: nowhere, or standard error if that was asked for
    int messages = -1;  // -1: standard error stays what it is
    bool background = false;
};

// Opens and mounts the image, answers requests until it is told to stop or the connection ends,
// and unmounts. Returns the exit code. For a process of its own, which confines itself.
int run_worker(FuseOptions options, UniqueFd control, WorkerOutput output);

}  // namespace lkl::tools
