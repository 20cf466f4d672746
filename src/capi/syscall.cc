// SPDX-License-Identifier: GPL-2.0
// lkl_syscall(), the shortest way into the kernel, and what is asked of the instance itself.
#include <lkl/lkl_api.h>

#include <algorithm>
#include <cstring>

#include "capi/boundary.hh"
#include "capi/call_guard.hh"
#include "capi/default_instance.hh"
#include "capi/host_hooks.hh"

namespace {

constexpr long kEshutdown = 108;
constexpr long kEnotrecoverable = 131;

}  // namespace

long lkl_syscall(long no, long* params) {
    const lkl::capi::CallGuard guard;
    lkl::detail::Instance* const instance = guard.instance();
    if (instance == nullptr) [[unlikely]] {
        return -kEshutdown;
    }
    std::array<long, 6> arguments;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
    if (params != nullptr) [[likely]] {
        std::memcpy(arguments.data(), params, sizeof(arguments));
    } else {
        arguments.fill(0);
    }
    const long value = instance->syscall(no, arguments);
    if (value == -kEnotrecoverable && instance->panicked()) [[unlikely]] {
        lkl::capi::tell_panic(*instance);
    }
    return value;
}

long lkl_sys_halt(void) {
    return lkl::capi::at_boundary([] { return lkl::capi::halt(); });
}

int lkl_is_running(void) {
    const lkl::detail::InstanceRef instance = lkl::capi::current();
    return instance && instance->running() ? 1 : 0;
}

int lkl_has_panicked(void) {
    const lkl::detail::InstanceRef instance = lkl::capi::current();
    return instance && instance->panicked() ? 1 : 0;
}

size_t lkl_console_tail(char* buffer, size_t size) {
    if (buffer == nullptr || size == 0) {
        return 0;
    }
    const long length = lkl::capi::at_boundary([&]() -> lkl::Result<long> {
        const std::string text = lkl::capi::console_tail();
        const std::size_t part = std::min(text.size(), size - 1);
        std::memcpy(buffer, text.data() + (text.size() - part), part);
        return static_cast<long>(part);
    });
    const std::size_t end = length > 0 ? static_cast<std::size_t>(length) : 0;
    buffer[end] = '\0';
    return end;
}

void lkl_detach_thread(void) {
    if (const lkl::detail::InstanceRef instance = lkl::capi::current()) {
        instance->detach_thread();
    }
}
