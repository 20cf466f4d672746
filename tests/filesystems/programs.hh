// SPDX-License-Identifier: GPL-2.0
// The host's own programs: mkfs, fsck and their like.
#pragma once

#include <string>
#include <vector>

namespace lkl::testing {

// A program's name and arguments.
using Command = std::vector<std::string>;

// The program has run: how it ended, and what it said on both outputs.
struct Outcome {
    int status = -1;  // exit status; -1: it was killed
    std::string output;
};

// Runs the program, which is looked for in PATH and in the folders of the system's administrator,
// so that an ordinary user's PATH will do. A program that is not installed is an exception that
// names Debian's package: a test must not pass for lack of it. No fork() handlers run.
Outcome run(const Command& command);

// As above; an exception with the output if the exit status is not 0.
std::string must_run(const Command& command);

}  // namespace lkl::testing
