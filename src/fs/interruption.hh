// SPDX-License-Identifier: GPL-2.0
// SIGINT, SIGTERM and SIGHUP end a copy in order.
#pragma once

#include "fs/pipeline.hh"

namespace lkl::fs {

// From now on the first of these signals sets the flag that this returns; the same once more ends
// the process. One that is ignored (nohup) stays so. SIGPIPE is ignored: writing tells EPIPE. For
// main threads; again it changes nothing.
StopFlag& watch_interruptions();

// The signal that came, or 0.
int interruption_signal();

// For a program that goes on after Ctrl-C: forgets a SIGINT that came and watches again. False if
// another signal came, which is to end the program.
bool forgive_interruption();

}  // namespace lkl::fs
