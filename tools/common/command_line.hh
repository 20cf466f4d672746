// SPDX-License-Identifier: GPL-2.0
// Command lines of the copying tools.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fs/job.hh"

namespace lkl::tools {

enum class Tool { cptofs, cpfromfs, fs2tar };

struct ParsedLine {
    fs::JobOptions options;
    // Set when there is nothing more to do: --help and the like (0), or a wrong line (2).
    std::optional<int> exit_code;
};

// Reads `arguments` (without the program's name). What --help and the like ask for goes to standard
// output, complaints go to standard error as "PROGRAM: ...".
ParsedLine parse_command_line(Tool tool, const std::string& program,
                              std::vector<std::string> arguments);

// Parses and runs; returns the exit code.
int run_tool(Tool tool, const std::string& program, std::vector<std::string> arguments);

// Runs what was parsed; returns the exit code.
int run_parsed(Tool tool, fs::JobOptions options);

// The exit code at the end of a program: not 0 if what it wrote to standard output got lost.
int end_output(const std::string& program, int code);

// main() of the tool.
int run_tool(Tool tool, int argc, char** argv);

}  // namespace lkl::tools
