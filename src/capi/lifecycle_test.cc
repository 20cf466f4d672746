// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>
#include <lkl/lkl_api.h>
#include <lkl/lkl_host_api.h>
#include <lkl/lkl_host_ops.h>

#include <array>
#include <cerrno>
#include <thread>

#include "capi/testing/fake_boot.hh"

extern "C" int lkl_start_kernel_init(const char* fmt, ...);

namespace lkl {
namespace {

using testing::BootedHost;
using testing::fake_boot;

std::string printed;
int panics = 0;

void keep(const char* text, int length) {
    printed.append(text, static_cast<std::size_t>(length));
}

TEST(LifecycleTest, CallsFailWithoutAKernel) {
    std::array<long, 6> arguments{};
    EXPECT_EQ(lkl_syscall(nr::getpid, arguments.data()), -ESHUTDOWN);
    EXPECT_EQ(lkl_sys_halt(), -ESHUTDOWN);
    EXPECT_EQ(lkl_is_running(), 0);
    EXPECT_EQ(lkl_has_panicked(), 0);
    EXPECT_EQ(lkl_sysctl("a.b", "c"), -ESHUTDOWN);
    EXPECT_STREQ(lkl_last_error_message(),
                 "cannot set a.b (no kernel is running): "
                 "Cannot send after transport endpoint shutdown");
}

TEST(LifecycleTest, BootsCallsHaltsAndBootsAgain) {
    std::array<long, 6> arguments{};
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(lkl_start_kernel(&lkl_host_ops, "mem=%dM %s", 64, "quiet"), 0);
        EXPECT_EQ(fake_boot().options.command_line, "mem=64M quiet");
        EXPECT_EQ(lkl_is_running(), 1);
        EXPECT_EQ(lkl_syscall(nr::getpid, arguments.data()), ::getpid());
        EXPECT_EQ(lkl_syscall(nr::getpid, nullptr), ::getpid());
        EXPECT_EQ(lkl_start_kernel(&lkl_host_ops, "x"), -EBUSY);
        EXPECT_EQ(lkl_sys_halt(), 0);
        EXPECT_EQ(lkl_is_running(), 0);
    }
}

TEST(LifecycleTest, NewerFormOfTheBoot) {
    EXPECT_EQ(lkl_start_kernel_init("mem=1M"), -EINVAL);
    EXPECT_EQ(lkl_init(nullptr), -EINVAL);
    ASSERT_EQ(lkl_init(&lkl_host_ops), 0);
    EXPECT_EQ(lkl_start_kernel_init("mem=%dM", 32), 0);
    EXPECT_EQ(fake_boot().options.command_line, "mem=32M");
    EXPECT_EQ(lkl_sys_halt(), 0);
    lkl_cleanup();
    EXPECT_EQ(lkl_start_kernel_init("mem=1M"), -EINVAL);
}

TEST(LifecycleTest, HaltFreesTheInstance) {
    std::weak_ptr<testing::HostInstance> watch;
    {
        BootedHost host;
        watch = host.watch();
        EXPECT_EQ(lkl_sys_halt(), 0);
    }
    EXPECT_TRUE(watch.expired());
}

TEST(LifecycleTest, HaltTellsWhatWasNotWrittenAndEndsAllTheSame) {
    BootedHost host;
    host->halt_status = -EIO;
    EXPECT_EQ(lkl_sys_halt(), -EIO);
    EXPECT_EQ(lkl_is_running(), 0);
    EXPECT_STREQ(lkl_last_error_message(), "cannot halt the kernel: Input/output error");
}

TEST(LifecycleTest, FailedBootTellsWhy) {
    fake_boot().failure = Error::other("the image has no ELF header", "load", "/x");
    EXPECT_EQ(lkl_start_kernel(&lkl_host_ops, "x"), -EINVAL);
    EXPECT_STREQ(lkl_last_error_message(), "cannot load /x: the image has no ELF header");
    EXPECT_EQ(lkl_is_running(), 0);
}

TEST(LifecycleTest, PrintHookIsTheOneOfTheMoment) {
    auto operations = lkl_host_ops;
    operations.print = nullptr;
    ASSERT_EQ(lkl_start_kernel(&operations, "x"), 0);
    fake_boot().options.print("lost");
    operations.print = keep;
    fake_boot().options.print("kept");
    EXPECT_EQ(lkl_printf("%d%s", 7, "!"), 2);
    EXPECT_EQ(printed, "kept7!");
    EXPECT_EQ(lkl_sys_halt(), 0);
    lkl_cleanup();
}

TEST(LifecycleTest, ConsoleTailStaysAfterTheHalt) {
    { const BootedHost host; }
    std::array<char, 16> text{};
    EXPECT_EQ(lkl_console_tail(text.data(), text.size()), 4U);
    EXPECT_STREQ(text.data(), "tail");
    EXPECT_EQ(lkl_console_tail(text.data(), 3), 2U);
    EXPECT_STREQ(text.data(), "il");
    EXPECT_EQ(lkl_console_tail(text.data(), 0), 0U);
    EXPECT_EQ(lkl_console_tail(nullptr, 5), 0U);
}

TEST(LifecycleTest, PanicIsToldOnceAndReplacedByTheNextBoot) {
    auto operations = lkl_host_ops;
    operations.panic = [] { ++panics; };
    auto host = std::make_shared<testing::HostInstance>();
    fake_boot().next = host;
    ASSERT_EQ(lkl_start_kernel(&operations, "x"), 0);
    host->is_panicked = true;
    host->is_running = false;
    host->script = [](long, const auto&) { return std::optional<long>(-ENOTRECOVERABLE); };
    std::array<long, 6> arguments{};
    EXPECT_EQ(lkl_syscall(nr::getpid, arguments.data()), -ENOTRECOVERABLE);
    EXPECT_EQ(lkl_syscall(nr::getpid, arguments.data()), -ENOTRECOVERABLE);
    EXPECT_EQ(panics, 1);
    EXPECT_EQ(lkl_has_panicked(), 1);
    EXPECT_EQ(lkl_is_running(), 0);
    EXPECT_EQ(lkl_start_kernel(&operations, "x"), 0);
    EXPECT_EQ(lkl_has_panicked(), 0);
    EXPECT_EQ(lkl_syscall(nr::getpid, arguments.data()), ::getpid());
    EXPECT_GE(host->halts, 1);
    EXPECT_EQ(lkl_sys_halt(), 0);
    lkl_cleanup();
}

TEST(LifecycleTest, HaltFromWithinACallIsRefused) {
    BootedHost host;
    long inner = 0;
    host->script = [&](long, const auto&) {
        inner = lkl_sys_halt();
        return std::optional<long>(0);
    };
    std::array<long, 6> arguments{};
    lkl_syscall(nr::getpid, arguments.data());
    EXPECT_EQ(inner, -EDEADLK);
    host->script = nullptr;
}

TEST(LifecycleTest, MessagesAreAThreadsOwn) {
    EXPECT_EQ(lkl_sysctl("first", ""), -ESHUTDOWN);
    const std::string mine = lkl_last_error_message();
    std::thread([&] {
        EXPECT_STREQ(lkl_last_error_message(), "");
        EXPECT_EQ(lkl_sysctl("second", ""), -ESHUTDOWN);
    }).join();
    EXPECT_EQ(mine, lkl_last_error_message());
}

}  // namespace
}  // namespace lkl
