// SPDX-License-Identifier: GPL-2.0
#include <cerrno>
#include <cstdio>
#include <iostream>

#include "common/command_line.hh"

namespace lkl::tools {

int run_parsed(Tool tool, fs::JobOptions options) {
    switch (tool) {
        case Tool::cptofs:
            return fs::copy_into_image(std::move(options));
        case Tool::cpfromfs:
            return fs::copy_from_image(std::move(options));
        case Tool::fs2tar:
            return fs::image_to_tar(std::move(options));
    }
    return static_cast<int>(fs::ExitCode::usage);
}

int run_tool(Tool tool, const std::string& program, std::vector<std::string> arguments) {
    ParsedLine line = parse_command_line(tool, program, std::move(arguments));
    return line.exit_code ? *line.exit_code : run_parsed(tool, std::move(line.options));
}

int end_output(const std::string& program, int code) {
    errno = 0;
    std::cout.flush();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good()) {
        return code;
    }
    const Error error = Error::host(errno != 0 ? errno : EIO, "write", "standard output");
    std::cerr << program << ": " << error.message() << "\n";
    return code != 0 ? code : static_cast<int>(fs::ExitCode::incomplete);
}

int run_tool(Tool tool, int argc, char** argv) {
    const std::string program = fs::name_of_copy(argc > 0 ? argv[0] : "lkl");
    return end_output(
        program,
        run_tool(tool, program, std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc)));
}

}  // namespace lkl::tools
