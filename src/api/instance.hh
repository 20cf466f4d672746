// SPDX-License-Identifier: GPL-2.0
// What the public classes need of a kernel: the seam that tests replace.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "base/result.hh"
#include "machine/device.hh"

namespace lkl::detail {

// All members may be called from any thread.
class Instance {
  public:
    virtual ~Instance() = default;

    // Returns what the kernel returns; never throws.
    virtual long syscall(long number, const std::array<long, 6>& arguments) noexcept = 0;

    virtual Result<int> add_device(std::unique_ptr<MmioDevice> device) = 0;
    virtual Result<void> remove_device(int id) = 0;
    virtual Result<std::string> device_name(int id) = 0;

    virtual Result<std::byte*> alloc_io(std::size_t size) = 0;
    virtual Result<void> free_io(std::byte* buffer) = 0;

    // 0 or -errno; idempotent.
    virtual long halt() = 0;
    [[nodiscard]] virtual bool running() const = 0;
    [[nodiscard]] virtual bool panicked() const = 0;
    [[nodiscard]] virtual std::string console_tail() const = 0;
    virtual void detach_thread() = 0;
};

}  // namespace lkl::detail
