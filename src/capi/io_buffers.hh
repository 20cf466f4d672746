// SPDX-License-Identifier: GPL-2.0
// What lkl_alloc_io() and lkl_free_io() do at an instance; an empty reference is none that runs.
#pragma once

#include <cstddef>
#include <lkl/kernel.hh>

namespace lkl::capi {

void* alloc_io(const detail::InstanceRef& instance, std::size_t size) noexcept;
int free_io(const detail::InstanceRef& instance, void* buffer) noexcept;

}  // namespace lkl::capi
