// SPDX-License-Identifier: GPL-2.0
#include "common/command_line.hh"

int main(int argc, char** argv) {
    return lkl::tools::run_tool(lkl::tools::Tool::cpfromfs, argc, argv);
}
