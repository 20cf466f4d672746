// SPDX-License-Identifier: GPL-2.0
// Landlock: file operations only beneath given paths.
#pragma once

#include "base/result.hh"
#include "sandbox/sandbox.hh"

namespace lkl {

// Confines the calling thread and those that it starts. Needs no_new_privs. Errors: the host has no
// Landlock, or one that cannot do what `options` need; nothing is confined then.
Result<void> enter_landlock(const SandboxOptions& options);

}  // namespace lkl
