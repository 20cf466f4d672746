// SPDX-License-Identifier: GPL-2.0
// The hooks that the application set in its lkl_host_operations.
#pragma once

#include <lkl/lkl_host_ops.h>

#include <string_view>

#include "api/instance.hh"

namespace lkl::capi {

// The structure whose hooks count from now on; nullptr: lkl_host_ops. A panic is told anew.
void set_hooks(lkl_host_operations* operations);
lkl_host_operations* hooks();

// To the print hook as it is now; dropped if there is none.
void print(std::string_view text);

// Calls the panic hook, once for an instance, unless it is the library's default.
void tell_panic(const detail::Instance& instance);

// The default panic hook: ends the process.
[[noreturn]] void default_panic();

}  // namespace lkl::capi
