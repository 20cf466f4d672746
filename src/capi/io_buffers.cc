// SPDX-License-Identifier: GPL-2.0
// RAM for O_DIRECT, of the default instance and of others.
#include "capi/io_buffers.hh"

#include <lkl/lkl_api.h>

#include "api/instance.hh"
#include "capi/boundary.hh"
#include "capi/default_instance.hh"

namespace lkl::capi {
namespace {

constexpr const char* kAllocate = "allocate memory for transfers";
constexpr const char* kFree = "free memory for transfers";

}  // namespace

void* alloc_io(const detail::InstanceRef& instance, std::size_t size) noexcept {
    std::byte* buffer = nullptr;
    at_boundary([&]() -> Result<void> {
        if (!instance) {
            return not_running(kAllocate);
        }
        LKL_TRY(buffer, instance->alloc_io(size));
        return {};
    });
    return buffer;
}

int free_io(const detail::InstanceRef& instance, void* buffer) noexcept {
    if (buffer == nullptr) {
        return 0;
    }
    return int_at_boundary([&]() -> Result<void> {
        if (!instance) {
            return not_running(kFree);
        }
        return instance->free_io(static_cast<std::byte*>(buffer));
    });
}

}  // namespace lkl::capi

void* lkl_alloc_io(size_t size) {
    return lkl::capi::alloc_io(lkl::capi::current(), size);
}

int lkl_free_io(void* buffer) {
    return lkl::capi::free_io(lkl::capi::current(), buffer);
}
