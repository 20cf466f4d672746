// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>
#include <lkl/lkl_api.h>
#include <lkl/lkl_instance.h>
#include <unistd.h>

#include <cerrno>
#include <lkl/numbers.hh>
#include <string>

#include "capi/testing/fake_boot.hh"

namespace lkl {
namespace {

TEST(InstancesTest, BesideTheDefaultOne) {
    testing::BootedHost default_host;
    auto host = std::make_shared<testing::HostInstance>();
    testing::fake_boot().next = host;
    std::string printed;
    int err = 1;
    lkl_instance* instance = lkl_instance_boot(
        "mem=1M",
        [](const char* text, int length, void* data) {
            static_cast<std::string*>(data)->append(text, static_cast<std::size_t>(length));
        },
        &printed, &err);
    ASSERT_NE(instance, nullptr);
    EXPECT_EQ(err, 0);
    EXPECT_EQ(testing::fake_boot().options.command_line, "mem=1M");
    testing::fake_boot().options.print("text");
    EXPECT_EQ(printed, "text");
    EXPECT_EQ(lkl_instance_syscall(instance, nr::getpid, nullptr), ::getpid());
    EXPECT_EQ(lkl_instance_is_running(instance), 1);
    EXPECT_EQ(lkl_instance_has_panicked(instance), 0);
    EXPECT_EQ(lkl_instance_halt(instance), 0);
    EXPECT_EQ(lkl_instance_is_running(instance), 0);
    EXPECT_EQ(lkl_is_running(), 1);
    lkl_instance_free(instance);
    EXPECT_EQ(host.use_count(), 1);
}

TEST(InstancesTest, FailureTellsWhy) {
    testing::fake_boot().failure = Error::host(ENOMEM, "map", "RAM");
    int err = 0;
    EXPECT_EQ(lkl_instance_boot("x", nullptr, nullptr, &err), nullptr);
    EXPECT_EQ(err, -ENOMEM);
    EXPECT_STREQ(lkl_last_error_message(), "cannot map RAM: Cannot allocate memory");
}

TEST(InstancesTest, NullIsRefused) {
    EXPECT_EQ(lkl_instance_syscall(nullptr, nr::getpid, nullptr), -EINVAL);
    EXPECT_EQ(lkl_instance_halt(nullptr), -EINVAL);
    EXPECT_EQ(lkl_instance_is_running(nullptr), 0);
    EXPECT_EQ(lkl_instance_has_panicked(nullptr), 0);
    lkl_instance_free(nullptr);
}

}  // namespace
}  // namespace lkl
