// SPDX-License-Identifier: GPL-2.0
// A stack for the fault handler, on threads where the application has none.
#pragma once

namespace lkl {

// Gives the calling thread an alternate signal stack unless it has one. It is taken away and
// freed when the thread ends; a thread that is ending may ask again.
void ensure_signal_stack();

}  // namespace lkl
