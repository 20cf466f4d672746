// SPDX-License-Identifier: GPL-2.0
// The host's side of a copy.
#pragma once

#include "fs/file_calls.hh"

namespace lkl::fs {

// The host's own file calls. Stateless.
std::unique_ptr<FileCalls> make_host_calls();

}  // namespace lkl::fs
