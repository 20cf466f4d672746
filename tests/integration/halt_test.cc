// SPDX-License-Identifier: GPL-2.0
// A halt releases everyone who is blocked in a call, and ends in bounded time.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "block/testing/temporary.hh"
#include "blocked.hh"
#include "host.hh"
#include "instance.hh"

namespace lkl::testing {
namespace {

// What a released caller may see: that it was interrupted, or that there is nothing any more.
bool is_release(long result) {
    return result == -EINTR || result == -ESHUTDOWN;
}

long listening_socket(Instance& kernel) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    const long fd = kernel.must("socket", nr::socket, AF_INET, SOCK_STREAM, 0);
    kernel.must("bind", nr::bind, fd, &address, sizeof(address));
    kernel.must("listen", nr::listen, fd, 5);
    return fd;
}

TEST(Halt, ReleasesInterruptibleCallers) {
    Instance kernel;
    std::array<int, 2> fds{};
    ASSERT_EQ(kernel.call(nr::pipe2, fds.data(), 0), 0);
    const long listener = listening_socket(kernel);
    const long epoll = kernel.call(nr::epoll_create1, 0);
    const timespec long_time = {10'000, 0};
    int word = 0;
    char byte = 0;
    std::vector<std::unique_ptr<BlockedCaller>> callers;
    const auto blocked = [&](std::function<long()> call) {
        callers.push_back(std::make_unique<BlockedCaller>(kernel, 'S', std::move(call)));
    };
    blocked([&] { return kernel.call(nr::read, fds[0], &byte, 1); });
    blocked([&] { return kernel.call(nr::nanosleep, &long_time, nullptr); });
    blocked(
        [&] { return kernel.call(nr::clock_nanosleep, CLOCK_MONOTONIC, 0, &long_time, nullptr); });
    constexpr int kWaitPrivate = 128;
    blocked([&] { return kernel.call(nr::futex, &word, kWaitPrivate, 0, nullptr, nullptr, 0); });
    blocked([&] { return kernel.call(nr::accept4, listener, nullptr, nullptr, 0); });
    blocked([&] {
        epoll_event event{};
        return kernel.call(nr::epoll_pwait, epoll, &event, 1, -1, nullptr, 8);
    });
    blocked([&] {
        pollfd poll{fds[0], POLLIN, 0};
        return kernel.call(nr::ppoll, &poll, 1, nullptr, nullptr, 8);
    });
    EXPECT_EQ(kernel.halt(), 0);
    for (auto& caller : callers) {
        const long result = caller->result();
        EXPECT_TRUE(is_release(result)) << result;
    }
    EXPECT_EQ(kernel.call(nr::getpid), -ESHUTDOWN);
}

TEST(Halt, ReleasesThosewhoKeepCalling) {
    constexpr int kThreads = 8;
    constexpr int kTimes = 10;
    for (int i = 0; i < kTimes; i++) {
        Instance kernel;
        std::vector<std::thread> threads;
        std::atomic<int> started{0};
        for (int k = 0; k < kThreads; k++) {
            threads.emplace_back([&, k] {
                const timespec short_time = {0, 100'000};
                long result = 0;
                do {
                    result = k % 2 == 0 ? kernel.call(nr::getpid)
                                        : kernel.call(nr::nanosleep, &short_time, nullptr);
                    started++;
                } while (result >= 0 || result == -EINTR);
                EXPECT_EQ(result, -ESHUTDOWN);
            });
        }
        while (started < 1000) {
            std::this_thread::yield();
        }
        EXPECT_EQ(kernel.halt(), 0);
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
}

TEST(Halt, FromSeveralThreadsAtOnce) {
    constexpr int kThreads = 4;
    Instance kernel;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; i++) {
        threads.emplace_back([&] { EXPECT_EQ(kernel.machine().halt(), 0); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_FALSE(kernel.machine().running());
}

// A caller that nothing can interrupt: its disk does not answer.
TEST(Halt, ReleasesUninterruptibleCallers) {
    Instance kernel;
    auto owned = std::make_unique<StuckDisk>();
    StuckDisk& stuck = *owned;
    const std::string disk = kernel.add_disk(std::move(owned));
    const long fd = kernel.must("open", nr::openat, AT_FDCWD, disk.c_str(), O_RDWR, 0);
    ASSERT_EQ(kernel.call(nr::write, fd, "data", 4), 4);
    stuck.set_stuck(true);
    BlockedCaller caller(kernel, 'D', [&] { return kernel.call(nr::fsync, fd); });
    EXPECT_GE(stuck.kept_back(), 1U);
    auto halted = std::async(std::launch::async, [&] { return kernel.halt(); });
    // The machine gives up after 60 seconds.
    constexpr auto kBound = std::chrono::seconds(90);
    const bool in_time = halted.wait_for(kBound) == std::future_status::ready;
    EXPECT_TRUE(in_time) << "the halt waits for the disk";
    if (!in_time) {
        stuck.set_stuck(false);
        stuck.release(EIO);
    }
    EXPECT_NE(halted.get(), 0);
    EXPECT_LT(caller.result(), 0);
    EXPECT_EQ(kernel.call(nr::getpid), -ESHUTDOWN);
    Instance next;
    EXPECT_EQ(next.call(nr::getpid), 1);
}

// Mounts upon mounts, open files and a working directory in them, a loop device: all is in order
// afterwards.
TEST(Halt, UnmountsWhateverIsMounted) {
    const TemporaryFolder folder;
    const std::string image = folder.file("image");
    make_image(image, "ext4", 16);
    {
        Instance kernel;
        const std::string disk = kernel.add_disk(file_disk(image));
        const std::string mount = kernel.mount(disk, "ext4", "with space");
        EXPECT_EQ(kernel.call(nr::mkdirat, AT_FDCWD, (mount + "/sub").c_str(), 0755), 0);
        EXPECT_EQ(kernel.call(nr::mount, "none", (mount + "/sub").c_str(), "tmpfs", 0, nullptr), 0);
        EXPECT_EQ(kernel.call(nr::mkdirat, AT_FDCWD, "/mnt/again", 0755), 0);
        constexpr long kBind = 4096;
        EXPECT_EQ(kernel.call(nr::mount, mount.c_str(), "/mnt/again", nullptr, kBind, nullptr), 0);
        EXPECT_EQ(kernel.call(nr::chdir, "/mnt/again"), 0);
        const long fd = kernel.open("open", O_CREAT | O_WRONLY);
        EXPECT_EQ(kernel.call(nr::write, fd, "kept", 4), 4);
        EXPECT_EQ(kernel.call(nr::unlinkat, AT_FDCWD, "open", 0), 0);
        EXPECT_EQ(kernel.write_file("stays", "content"), 0);
        EXPECT_EQ(kernel.halt(), 0);
    }
    EXPECT_TRUE(fsck_ext4(image));
    Instance kernel;
    const std::string mount = kernel.mount(kernel.add_disk(file_disk(image)), "ext4", "disk");
    EXPECT_EQ(kernel.read_file(mount + "/stays"), "content");
    EXPECT_EQ(kernel.list(mount), (std::vector<std::string>{"lost+found", "stays", "sub"}));
    EXPECT_FALSE(kernel.log().contains("recovery complete"));
}

}  // namespace
}  // namespace lkl::testing
