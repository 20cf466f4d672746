// SPDX-License-Identifier: GPL-2.0
// Both forms of lkl_start_kernel(). lkl_host_ops.h declares the one that the includer asks for;
// this file sees the older one and declares the other itself.
#include <lkl/lkl_host_ops.h>

#include <cstdarg>
#include <cstdio>
#include <string>

#include "capi/boundary.hh"
#include "capi/default_instance.hh"
#include "capi/disks.hh"
#include "capi/host_hooks.hh"

extern "C" int lkl_start_kernel_init(const char* fmt, ...) __attribute__((format(printf, 1, 2)));

namespace {

// What lkl_init() was given.
lkl_host_operations* initialised = nullptr;

lkl::Result<std::string> format_command_line(const char* format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    const int length = std::vsnprintf(nullptr, 0, format, again);
    va_end(again);
    if (length < 0) {
        return lkl::Error::other("the format is not one", "make a command line of", format);
    }
    std::string text(static_cast<std::size_t>(length), '\0');
    std::vsnprintf(text.data(), text.size() + 1, format, arguments);
    return text;
}

int start_kernel(lkl_host_operations* operations, const char* format, va_list arguments) {
    return lkl::capi::int_at_boundary([&]() -> lkl::Result<void> {
        if (operations == nullptr || format == nullptr) {
            constexpr long kEinval = 22;
            return lkl::Error::kernel(kEinval, "start a kernel", "without host operations");
        }
        lkl::Kernel::Options options;
        LKL_TRY(options.command_line, format_command_line(format, arguments));
        options.print = lkl::capi::print;
        lkl::capi::set_hooks(operations);
        return lkl::capi::start(std::move(options),
                                {lkl::capi::plug_disks, lkl::capi::forget_plugged});
    });
}

}  // namespace

int lkl_start_kernel(struct lkl_host_operations* ops, const char* fmt, ...) {
    va_list arguments;
    va_start(arguments, fmt);
    const int status = start_kernel(ops, fmt, arguments);
    va_end(arguments);
    return status;
}

int lkl_start_kernel_init(const char* fmt, ...) {
    va_list arguments;
    va_start(arguments, fmt);
    const int status = start_kernel(initialised, fmt, arguments);
    va_end(arguments);
    return status;
}

int lkl_init(struct lkl_host_operations* ops) {
    constexpr int kEinval = 22;
    if (ops == nullptr) {
        return -kEinval;
    }
    initialised = ops;
    return 0;
}

void lkl_cleanup(void) {
    initialised = nullptr;
    lkl::capi::set_hooks(nullptr);
}
