// SPDX-License-Identifier: GPL-2.0
#include "common/command_line.hh"

namespace lkl::tools {

int run_tool(Tool tool, const std::string& program, std::vector<std::string> arguments) {
    ParsedLine line = parse_command_line(tool, program, std::move(arguments));
    if (line.exit_code) {
        return *line.exit_code;
    }
    switch (tool) {
        case Tool::cptofs:
            return fs::copy_into_image(std::move(line.options));
        case Tool::cpfromfs:
            return fs::copy_from_image(std::move(line.options));
        case Tool::fs2tar:
            return fs::image_to_tar(std::move(line.options));
    }
    return static_cast<int>(fs::ExitCode::usage);
}

int run_tool(Tool tool, int argc, char** argv) {
    const std::string program = fs::name_of_copy(argc > 0 ? argv[0] : "lkl");
    return run_tool(tool, program,
                    std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}

}  // namespace lkl::tools
