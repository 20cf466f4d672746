// SPDX-License-Identifier: GPL-2.0
// A memory barrier on behalf of every running thread of the process.
#pragma once

namespace lkl::capi {

// Slow (microseconds): for the side that runs rarely.
void process_barrier();

}  // namespace lkl::capi
