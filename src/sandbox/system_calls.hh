// SPDX-License-Identifier: GPL-2.0
// Seccomp: the list of system calls that are left.
#pragma once

#include "base/result.hh"

namespace lkl {

struct CallOptions {
    bool opens_files = false;    // the calls that open files by name stay
    bool changes_files = false;  // those that make, rename and remove files and set metadata stay
    bool serves = false;         // recvmsg(2) and setsid(2) stay
};

// Confines all threads of the process. Errors: the host has no seccomp filters; nothing is confined
// then.
Result<void> enter_seccomp(CallOptions options);

}  // namespace lkl
