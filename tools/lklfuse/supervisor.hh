// SPDX-License-Identifier: GPL-2.0
// The process of lklfuse that mounts and unmounts on the host.
#pragma once

#include "lklfuse/options.hh"

namespace lkl::tools {

// Runs lklfuse to its end, or, in the background, until the file system can be used. Returns the
// exit code; in a background process too.
//
// There are two processes (three, for a moment, on the way to the background). The worker has the
// kernel in it and confines itself so that it can start no program; but an ordinary user unmounts
// by a program, fusermount3. So the supervisor does that, as well as if the worker dies: no dead
// mount is left.
int run_lklfuse(FuseOptions options);

}  // namespace lkl::tools
