// SPDX-License-Identifier: GPL-2.0
// A Kernel from a Machine: the only place where the API meets the real thing.
#include <lkl/kernel.hh>

#include "api/machine_instance.hh"

namespace lkl {

Result<Kernel> Kernel::boot(Options options) {
    BootOptions boot;
    boot.command_line = std::move(options.command_line);
    boot.memory_bytes = options.memory_bytes;
    boot.image_path = std::move(options.image_path);
    boot.preferred_base = options.preferred_base;
    boot.fork_support = options.fork_support;
    boot.halt_timeout = options.halt_timeout;
    boot.print = std::move(options.print);
    LKL_TRY(auto machine, Machine::boot(std::move(boot)));
    return Kernel(std::make_shared<detail::MachineInstance>(std::move(machine)));
}

}  // namespace lkl
