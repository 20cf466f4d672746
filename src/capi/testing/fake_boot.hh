// SPDX-License-Identifier: GPL-2.0
// Kernel::boot() for unit tests of the C API: the "kernel" is the host's own (HostInstance).
#pragma once

#include <lkl/kernel.hh>
#include <memory>
#include <optional>

#include "api/testing/host_instance.hh"

namespace lkl::testing {

struct FakeBoot {
    // Given to the next boot; a fresh one is made where it is empty.
    std::shared_ptr<HostInstance> next;
    // The next boot fails with it.
    std::optional<Error> failure;
    // What the last boot was asked for.
    Kernel::Options options;
};

FakeBoot& fake_boot();

// Boots with lkl_start_kernel() on `host`, halts at the end of the scope.
class BootedHost {
  public:
    BootedHost();
    ~BootedHost();
    BootedHost(const BootedHost&) = delete;
    BootedHost& operator=(const BootedHost&) = delete;

    HostInstance& operator*() { return *host_; }

    HostInstance* operator->() { return host_.get(); }

    [[nodiscard]] std::weak_ptr<HostInstance> watch() const { return host_; }

  private:
    std::shared_ptr<HostInstance> host_ = std::make_shared<HostInstance>();
};

}  // namespace lkl::testing
