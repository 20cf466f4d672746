// SPDX-License-Identifier: GPL-2.0
// The subcommands of `lkl` that look at an image or change a little in it.
#pragma once

#include <string>
#include <vector>

#include "fs/image.hh"

namespace lkl::tools {

struct Subcommand {
    const char* name;
    const char* summary;
    const char* synopsis;
};

// All of them, in the order in which the help lists them.
const std::vector<Subcommand>& subcommands();

// An image that is open already, and where in it paths start.
struct OpenedPlace {
    fs::Image* image = nullptr;
    std::string path;             // of the image, for messages
    std::string directory = "/";  // in it
};

// Runs `name` with what follows it on the command line; -1 if there is no such subcommand.
int run_subcommand(const std::string& name, std::vector<std::string> arguments,
                   const OpenedPlace& place = {});

}  // namespace lkl::tools
