// SPDX-License-Identifier: GPL-2.0
// A memory barrier on behalf of every running thread of the process.
#pragma once

namespace lkl::capi {

// Slow (microseconds): for the side that runs rarely, which makes its own barrier before.
void process_barrier();

}  // namespace lkl::capi
