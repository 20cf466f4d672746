// SPDX-License-Identifier: GPL-2.0
// One program for everything: `lkl SUBCOMMAND ...`.

#include <iostream>

#include "common/command_line.hh"
#include "lkl/commands.hh"

namespace {

using lkl::tools::Tool;

void print_help(std::ostream& to) {
    to << "Usage: lkl SUBCOMMAND [OPTIONS] ...\n\nWork with file-system images; needs neither root "
          "nor a mount.\n\nSubcommands:\n"
          "  copy-in   Copy files into an image (cptofs)\n"
          "  copy-out  Copy files out of an image (cpfromfs)\n"
          "  cp        Either: paths in the image start with ':'\n"
          "  tar       Write an image's files as a tar archive (fs2tar)\n";
    for (const auto& command : lkl::tools::subcommands()) {
        const std::string name = command.name;
        to << "  " << name << std::string(10 - name.size(), ' ') << command.summary << "\n";
    }
    to << "\n'lkl SUBCOMMAND --help' tells more.\n";
}

// `lkl cp`: the side of the last word decides the direction; the colons go.
int run_cp(std::vector<std::string> arguments) {
    const bool into = !arguments.empty() && arguments.back().substr(0, 1) == ":";
    for (std::string& argument : arguments) {
        if (argument.size() > 1 && argument[0] == ':') {
            argument.erase(0, 1);
        }
    }
    return lkl::tools::run_tool(into ? Tool::cptofs : Tool::cpfromfs, "lkl cp",
                                std::move(arguments));
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (arguments.empty()) {
        print_help(std::cerr);
        return static_cast<int>(lkl::fs::ExitCode::usage);
    }
    const std::string name = arguments.front();
    arguments.erase(arguments.begin());
    if (name == "--help" || name == "-h" || name == "help") {
        print_help(std::cout);
        return 0;
    }
    if (name == "cp") {
        return run_cp(std::move(arguments));
    }
    if (name == "copy-in" || name == "copy-out" || name == "tar") {
        const Tool tool = name == "copy-in"    ? Tool::cptofs
                          : name == "copy-out" ? Tool::cpfromfs
                                               : Tool::fs2tar;
        return lkl::tools::run_tool(tool, "lkl " + name, std::move(arguments));
    }
    const int code = lkl::tools::run_subcommand(name, std::move(arguments));
    if (code == -1) {
        std::cerr << "lkl: there is no subcommand '" << name << "'\n";
        print_help(std::cerr);
        return static_cast<int>(lkl::fs::ExitCode::usage);
    }
    return code;
}
