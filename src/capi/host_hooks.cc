// SPDX-License-Identifier: GPL-2.0
#include "capi/host_hooks.hh"

#include <lkl/lkl_host_api.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "capi/boundary.hh"

namespace lkl::capi {
namespace {

constinit std::atomic<lkl_host_operations*> current_hooks{nullptr};
constinit std::atomic<const detail::Instance*> told{nullptr};

}  // namespace

void set_hooks(lkl_host_operations* operations) {
    current_hooks.store(operations, std::memory_order_release);
    told.store(nullptr, std::memory_order_release);
}

lkl_host_operations* hooks() {
    lkl_host_operations* const operations = current_hooks.load(std::memory_order_acquire);
    return operations != nullptr ? operations : &lkl_host_ops;
}

void print(std::string_view text) {
    if (auto* const hook = hooks()->print; hook != nullptr) {
        hook(text.data(), static_cast<int>(text.size()));
    }
}

void tell_panic(const detail::Instance& instance) {
    if (told.exchange(&instance, std::memory_order_acq_rel) == &instance) {
        return;
    }
    if (auto* const hook = hooks()->panic; hook != nullptr && hook != default_panic) {
        hook();
    }
}

void default_panic() {
    std::abort();
}

namespace {

// printf through the hook, to a buffer that grows with the text.
long print_formatted(const char* format, va_list arguments) {
    return at_boundary([&]() -> Result<long> {
        va_list again;
        va_copy(again, arguments);
        const int length = std::vsnprintf(nullptr, 0, format, again);
        va_end(again);
        if (length < 0) {
            return Error::other("the format is not one", "print", format);
        }
        std::string text(static_cast<std::size_t>(length), '\0');
        std::vsnprintf(text.data(), text.size() + 1, format, arguments);
        print(text);
        return length;
    });
}

}  // namespace
}  // namespace lkl::capi

int lkl_printf(const char* fmt, ...) {
    va_list arguments;
    va_start(arguments, fmt);
    const long length = lkl::capi::print_formatted(fmt, arguments);
    va_end(arguments);
    return static_cast<int>(length);
}

void lkl_bug(const char* fmt, ...) {
    va_list arguments;
    va_start(arguments, fmt);
    lkl::capi::print_formatted(fmt, arguments);
    va_end(arguments);
    if (auto* const hook = lkl::capi::hooks()->panic; hook != nullptr) {
        hook();
    }
}
