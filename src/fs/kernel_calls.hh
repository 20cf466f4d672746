// SPDX-License-Identifier: GPL-2.0
// The image's side of a copy: file calls of the kernel in the library.
#pragma once

#include <lkl/kernel.hh>

#include "fs/file_calls.hh"

namespace lkl::fs {

// Calls go to `kernel`, which must outlive the object.
std::unique_ptr<FileCalls> make_kernel_calls(const Kernel& kernel);

}  // namespace lkl::fs
