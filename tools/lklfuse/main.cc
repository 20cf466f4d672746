// SPDX-License-Identifier: GPL-2.0
// Mounts an image through FUSE.
#include "fs/job.hh"
#include "lklfuse/supervisor.hh"

int main(int argc, char** argv) {
    const std::string program = lkl::fs::name_of_copy(argc > 0 ? argv[0] : "lklfuse");
    auto line = lkl::tools::parse_fuse_line(
        program, std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
    return line.exit_code ? *line.exit_code : lkl::tools::run_lklfuse(std::move(line.options));
}
