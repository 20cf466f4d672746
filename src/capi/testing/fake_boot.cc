// SPDX-License-Identifier: GPL-2.0
#include "capi/testing/fake_boot.hh"

#include <gtest/gtest.h>
#include <lkl/lkl_host_api.h>
#include <lkl/lkl_host_ops.h>

namespace lkl {

// In place of the API's own, which is then not linked.
Result<Kernel> Kernel::boot(Options options) {
    testing::FakeBoot& fake = testing::fake_boot();
    fake.options = std::move(options);
    if (fake.failure) {
        return *std::exchange(fake.failure, std::nullopt);
    }
    auto host = fake.next ? std::move(fake.next) : std::make_shared<testing::HostInstance>();
    fake.next.reset();
    return Kernel(std::move(host));
}

namespace testing {

FakeBoot& fake_boot() {
    static FakeBoot fake;
    return fake;
}

BootedHost::BootedHost() {
    fake_boot().next = host_;
    EXPECT_EQ(lkl_start_kernel(&lkl_host_ops, "%s", "test"), 0) << lkl_last_error_message();
}

BootedHost::~BootedHost() {
    if (lkl_is_running() != 0) {
        EXPECT_EQ(lkl_sys_halt(), 0);
    }
}

}  // namespace testing
}  // namespace lkl
