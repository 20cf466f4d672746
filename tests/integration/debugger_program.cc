// SPDX-License-Identifier: GPL-2.0
// Boots kernels for debugger_test.py, and stops where GDB has a breakpoint.
//
//   debugger_program preferred|anywhere...      a kernel for each argument
#include <cstdio>
#include <cstring>
#include <lkl/numbers.hh>
#include <vector>

#include "machine/machine.hh"

extern "C" __attribute__((noinline)) void booted() {
    __asm__ volatile("");
}

int main(int argc, char** argv) {
    std::vector<std::unique_ptr<lkl::Machine>> machines;
    for (int i = 1; i < argc; i++) {
        lkl::BootOptions options;
        options.command_line = "mem=64M loglevel=4";
        options.preferred_base = std::strcmp(argv[i], "preferred") == 0;
        auto machine = lkl::Machine::boot(std::move(options));
        if (!machine) {
            std::fprintf(stderr, "%s\n", machine.error().message().c_str());
            return 1;
        }
        machines.push_back(std::move(*machine));
    }
    booted();
    for (const auto& machine : machines) {
        if (machine->syscall(lkl::nr::getppid, {}) != 0 || machine->halt() != 0) {
            return 1;
        }
    }
    machines.clear();
    booted();
    return 0;
}
