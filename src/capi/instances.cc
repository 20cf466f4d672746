// SPDX-License-Identifier: GPL-2.0
#include <lkl/lkl_instance.h>

#include <cstring>
#include <lkl/kernel.hh>
#include <memory>

#include "capi/boundary.hh"
#include "capi/io_buffers.hh"

struct lkl_instance {
    lkl::Kernel kernel;
};

namespace {

constexpr long kEinval = 22;

using Print = void (*)(const char*, int, void*);

lkl::Result<std::unique_ptr<lkl_instance>> boot(const char* command_line, Print print, void* data) {
    lkl::Kernel::Options options;
    options.command_line = lkl::capi::text_or_empty(command_line);
    if (print != nullptr) {
        options.print = [print, data](std::string_view text) {
            print(text.data(), static_cast<int>(text.size()), data);
        };
    }
    LKL_TRY(lkl::Kernel kernel, lkl::Kernel::boot(std::move(options)));
    return std::make_unique<lkl_instance>(lkl_instance{std::move(kernel)});
}

lkl::detail::InstanceRef reference(const lkl_instance* instance) {
    return instance != nullptr ? instance->kernel.instance() : nullptr;
}

}  // namespace

struct lkl_instance* lkl_instance_boot(const char* command_line, Print print, void* data,
                                       int* err) {
    lkl_instance* result = nullptr;
    const int status = lkl::capi::int_at_boundary([&]() -> lkl::Result<void> {
        LKL_TRY(auto booted, boot(command_line, print, data));
        result = booted.release();
        return {};
    });
    if (err != nullptr) {
        *err = status;
    }
    return result;
}

long lkl_instance_syscall(struct lkl_instance* instance, long no, const long* params) {
    if (instance == nullptr) {
        return -kEinval;
    }
    std::array<long, 6> arguments{};
    if (params != nullptr) {
        std::memcpy(arguments.data(), params, sizeof(arguments));
    }
    return lkl::detail::syscall(*instance->kernel.instance(), no, arguments);
}

void* lkl_instance_alloc_io(struct lkl_instance* instance, size_t size) {
    return lkl::capi::alloc_io(reference(instance), size);
}

int lkl_instance_free_io(struct lkl_instance* instance, void* buffer) {
    return lkl::capi::free_io(reference(instance), buffer);
}

int lkl_instance_is_running(struct lkl_instance* instance) {
    return instance != nullptr && instance->kernel.running() ? 1 : 0;
}

int lkl_instance_has_panicked(struct lkl_instance* instance) {
    return instance != nullptr && instance->kernel.panicked() ? 1 : 0;
}

long lkl_instance_halt(struct lkl_instance* instance) {
    return lkl::capi::at_boundary([&]() -> lkl::Result<void> {
        if (instance == nullptr) {
            return lkl::Error::kernel(kEinval, "halt an instance", "(NULL)");
        }
        return instance->kernel.halt();
    });
}

void lkl_instance_free(struct lkl_instance* instance) {
    const std::unique_ptr<lkl_instance> owned(instance);
}
