// SPDX-License-Identifier: GPL-2.0
// The command line of lklfuse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fs/job.hh"

namespace lkl::tools {

struct FuseOptions {
    fs::JobOptions job;
    std::string mount_point;
    std::vector<std::string> fuse;  // what -o has for FUSE: "allow_other"
    std::string log;                // file for the kernel's log, and messages from the background
    bool read_only = false;
    bool permissions = false;  // the host's kernel judges by modes, owners and ACLs
    bool foreground = false;
    bool debug = false;
    bool single_thread = false;
    std::optional<std::uint32_t> uid;  // of all that is made
    std::optional<std::uint32_t> gid;
};

struct ParsedFuseLine {
    FuseOptions options;
    // Set when there is nothing more to do: --help and the like (0), or a wrong line (2).
    std::optional<int> exit_code;
};

// Reads `arguments` (without the program's name); see parse_command_line().
ParsedFuseLine parse_fuse_line(const std::string& program, std::vector<std::string> arguments);

}  // namespace lkl::tools
