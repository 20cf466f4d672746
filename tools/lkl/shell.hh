// SPDX-License-Identifier: GPL-2.0
// `lkl shell`: the subcommands at a prompt, on one image that stays open.
#pragma once

#include <string>
#include <vector>

namespace lkl::tools {

// Parses the command line, reads commands from the terminal or from a pipe, and returns the exit
// code.
int run_shell(std::vector<std::string> arguments);

}  // namespace lkl::tools
