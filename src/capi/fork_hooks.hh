// SPDX-License-Identifier: GPL-2.0
// What the C API does around a fork() of the process.
#pragma once

namespace lkl::capi {

// Called before the fork, and after it in the parent and in the child. Once a process.
void register_fork_hooks(void (*prepare)(), void (*parent)(), void (*child)());

}  // namespace lkl::capi
