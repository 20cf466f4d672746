// SPDX-License-Identifier: GPL-2.0
// SIGINT, SIGTERM and SIGHUP end a copy in order.
#pragma once

#include "fs/pipeline.hh"

namespace lkl::fs {

// From now on the first of these signals sets the flag that this returns; a second one ends the
// process. SIGPIPE is ignored: writing tells EPIPE. For main threads, once.
StopFlag& watch_interruptions();

// The signal that came, or 0.
int interruption_signal();

}  // namespace lkl::fs
