// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <lkl/file.hh>
#include <mutex>
#include <thread>
#include <vector>

#include "fixture.hh"

namespace lkl {
namespace {

TEST(BootTest, SaysWhatIsWrong) {
    Kernel::Options options = quiet_options();
    options.image_path = "/nonexistent/image";
    auto kernel = Kernel::boot(options);
    ASSERT_FALSE(kernel);
    EXPECT_NE(kernel.error().message().find("/nonexistent/image"), std::string::npos);
}

TEST(BootTest, PrintsToTheHook) {
    std::mutex mutex;
    std::string printed;
    Kernel::Options options;
    options.command_line = "mem=64M loglevel=8";
    options.print = [&](std::string_view text) {
        const std::lock_guard lock(mutex);
        printed += text;
    };
    auto kernel = Kernel::boot(options);
    ASSERT_TRUE(kernel) << kernel.error().message();
    ASSERT_TRUE(kernel->halt());
    EXPECT_NE(printed.find("Linux version"), std::string::npos);
}

TEST(BootTest, TwoKernelsShareNothing) {
    auto first = Kernel::boot(quiet_options());
    auto second = Kernel::boot(quiet_options());
    ASSERT_TRUE(first && second);
    ASSERT_EQ(first->call(nr::mkdirat, -100, "/tmp/only-here", 0700), 0);
    EXPECT_EQ(second->call(nr::faccessat, -100, "/tmp/only-here", 0), -ENOENT);
    EXPECT_TRUE(first->halt());
    EXPECT_FALSE(first->running());
    EXPECT_EQ(first->call(nr::getpid), -ESHUTDOWN);
    EXPECT_EQ(second->call(nr::getpid), 1);
}

TEST(BootTest, FilesMayOutliveTheirKernel) {
    File file;
    {
        auto kernel = Kernel::boot(quiet_options());
        ASSERT_TRUE(kernel);
        file = File::open(*kernel, "/proc/version", open_flags::read_only).value();
    }
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(file.read(buffer).error().linux_errno(), ESHUTDOWN);
}

TEST_F(KernelTest, CallsReturnWhatTheKernelReturns) {
    EXPECT_EQ(kernel().call(nr::getpid), 1);
    EXPECT_EQ(kernel().call(100000), -ENOSYS);
    EXPECT_EQ(kernel().call(nr::close, 12345), -EBADF);
    EXPECT_EQ(kernel().call(nr::pipe2, nullptr, 0), -EFAULT);
    EXPECT_EQ(kernel().try_call("close", "it", nr::close, 12345).error().message(),
              "cannot close it: Bad file descriptor");
    EXPECT_TRUE(kernel().running());
    EXPECT_FALSE(kernel().panicked());
}

TEST_F(KernelTest, ThreadsHaveTasksOfTheirOwn) {
    constexpr int kThreads = 16;
    std::array<std::atomic<long>, kThreads> ids{};
    std::vector<std::jthread> threads;
    for (auto& id : ids) {
        threads.emplace_back([&] { id = kernel().call(nr::gettid); });
    }
    threads.clear();
    std::vector<long> sorted(ids.begin(), ids.end());
    std::sort(sorted.begin(), sorted.end());
    EXPECT_GT(sorted.front(), 0);
    const long mine = kernel().call(nr::gettid);
    EXPECT_GT(mine, 0);
    kernel().detach_thread();
    EXPECT_GT(kernel().call(nr::gettid), 0);
}

TEST_F(KernelTest, CallsWithoutArguments) {
    for (const long number : {nr::getuid, nr::getgid, nr::getppid, nr::sched_yield, nr::sync}) {
        EXPECT_GE(kernel().call(number), 0) << number;
    }
}

}  // namespace
}  // namespace lkl
