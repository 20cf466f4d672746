// SPDX-License-Identifier: GPL-2.0
// The smallest C++ program: boots a Linux kernel in this process, reads a file of it, halts it.
//
//     c++ -std=c++20 hello.cc -o hello $(pkg-config --cflags --libs lkl)
#include <iostream>
#include <lkl/file.hh>
#include <lkl/kernel.hh>

static lkl::Result<void> hello() {
    lkl::Kernel::Options options;
    options.command_line = "mem=64M";
    LKL_TRY(lkl::Kernel kernel, lkl::Kernel::boot(options));
    LKL_TRY(lkl::File version,
            lkl::File::open(kernel, "/proc/version", lkl::open_flags::read_only));
    LKL_TRY(const auto text, version.read_rest(4096));
    std::cout.write(reinterpret_cast<const char*>(text.data()),
                    static_cast<std::streamsize>(text.size()));
    LKL_TRY_VOID(version.close());
    return kernel.halt();
}

int main() {
    const auto done = hello();
    if (!done) {
        std::cerr << done.error().message() << '\n';
        return 1;
    }
}
