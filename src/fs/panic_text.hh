// SPDX-License-Identifier: GPL-2.0
// What is told when the kernel in the library has panicked.
#pragma once

#include <string>

namespace lkl::fs {

// A sentence and the part of the kernel's log that says why: some lines before the panic's own and
// the first ones of its trace.
std::string panic_text(const std::string& log);

}  // namespace lkl::fs
