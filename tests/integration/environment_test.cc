// SPDX-License-Identifier: GPL-2.0
// What an application finds after the boot (DESIGN: file systems, names, limits, clock, entropy).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>
#include <thread>

#include "host.hh"
#include "instance.hh"

namespace lkl::testing {
namespace {

TEST(Environment, FileSystemsAreMounted) {
    Instance kernel;
    const std::string mounts = kernel.read_file("/proc/mounts");
    for (const char* line : {"devtmpfs /dev devtmpfs rw", "proc /proc proc rw",
                             "sysfs /sys sysfs rw", "tmpfs /tmp tmpfs rw"}) {
        EXPECT_NE(mounts.find(line), std::string::npos) << line << " in:\n" << mounts;
    }
    EXPECT_EQ(kernel.write_file("/tmp/a", "hello"), 0);
    EXPECT_EQ(kernel.read_file("/tmp/a"), "hello");
    EXPECT_FALSE(kernel.list("/sys/class").empty());
    const long null = kernel.must("open", nr::openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
    EXPECT_EQ(kernel.call(nr::write, null, "x", 1), 1);
}

TEST(Environment, NamesAndLimits) {
    Instance kernel;
    utsname names{};
    EXPECT_EQ(kernel.call(nr::uname, &names), 0);
    EXPECT_STREQ(names.sysname, "Linux");
    EXPECT_STREQ(names.nodename, "lkl");
    EXPECT_EQ(kernel.call(nr::umask, 0), 022);
    EXPECT_EQ(kernel.call(nr::getuid), 0);
    rlimit limit{};
    EXPECT_EQ(kernel.call(nr::prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit), 0);
    EXPECT_EQ(limit.rlim_cur, 65536U);
    EXPECT_EQ(limit.rlim_max, 65536U);
    EXPECT_EQ(kernel.call(nr::getpid), 1);
    EXPECT_GT(kernel.call(nr::gettid), 1);
    const std::string status = kernel.read_file("/proc/self/status");
    const std::size_t at = status.find("CapEff:");
    ASSERT_NE(at, std::string::npos);
    // Every capability from 0 to CAP_CHECKPOINT_RESTORE (40).
    EXPECT_EQ(status.substr(at + 8, 16), "000001ffffffffff");
}

TEST(Environment, ManyFilesCanBeOpen) {
    Instance kernel;
    constexpr int kFiles = 5000;
    for (int i = 0; i < kFiles; i++) {
        ASSERT_EQ(kernel.open("/dev/null", O_RDONLY), i + 3);
    }
}

TEST(Environment, FirstDescriptorsAreTheConsole) {
    Instance kernel;
    for (int fd = 0; fd <= 2; fd++) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        std::array<char, 64> target{};
        const long n =
            kernel.call(nr::readlinkat, AT_FDCWD, path.c_str(), target.data(), target.size());
        EXPECT_GT(n, 0) << fd;
        EXPECT_STREQ(target.data(), "/dev/console") << fd;
    }
    EXPECT_EQ(kernel.call(nr::write, 1, "said on 1\n", 10), 10);
    EXPECT_EQ(kernel.call(nr::write, 2, "said on 2\n", 10), 10);
    EXPECT_TRUE(kernel.log().contains("said on 1"));
    EXPECT_TRUE(kernel.log().contains("said on 2"));
    EXPECT_EQ(kernel.open("/dev/null", O_RDONLY), 3);
}

TEST(Environment, WallClockIsTheHosts) {
    Instance kernel;
    const timespec before = [] {
        timespec ts{};
        clock_gettime(CLOCK_REALTIME, &ts);
        return ts;
    }();
    timespec ours{};
    ASSERT_EQ(kernel.call(nr::clock_gettime, CLOCK_REALTIME, &ours), 0);
    // Two clocks of one machine, set apart only by when each is read: a minute is wide enough for
    // any load, and 1970 is far outside.
    EXPECT_NEAR(static_cast<double>(ours.tv_sec), static_cast<double>(before.tv_sec), 60.0);
}

TEST(Environment, RandomBytesComeAtOnceAndDiffer) {
    Instance one;
    Instance two;
    constexpr unsigned kNonblock = 1;
    std::array<std::uint64_t, 8> a{};
    std::array<std::uint64_t, 8> b{};
    ASSERT_EQ(one.call(nr::getrandom, a.data(), sizeof(a), kNonblock), long{sizeof(a)});
    ASSERT_EQ(two.call(nr::getrandom, b.data(), sizeof(b), kNonblock), long{sizeof(b)});
    for (std::size_t i = 0; i < a.size(); i++) {
        EXPECT_NE(a.at(i), b.at(i));
    }
}

TEST(Environment, BrokenPipesGiveErrorsNotSignals) {
    Instance kernel;
    std::array<int, 2> fds{};
    ASSERT_EQ(kernel.call(nr::pipe2, fds.data(), 0), 0);
    ASSERT_EQ(kernel.call(nr::close, fds[0]), 0);
    EXPECT_EQ(kernel.call(nr::write, fds[1], "x", 1), -EPIPE);
    ASSERT_EQ(kernel.call(nr::socketpair, AF_UNIX, SOCK_STREAM, 0, fds.data()), 0);
    ASSERT_EQ(kernel.call(nr::close, fds[0]), 0);
    EXPECT_EQ(kernel.call(nr::sendto, fds[1], "x", 1, 0, nullptr, 0), -EPIPE);
    // The signal that came with it disturbs nothing later.
    EXPECT_EQ(kernel.call(nr::getpid), 1);
    const timespec short_time = {0, 1'000'000};
    EXPECT_EQ(kernel.call(nr::nanosleep, &short_time, nullptr), 0);
}

TEST(Environment, UnknownCallsAreRefused) {
    Instance kernel;
    for (const long number : {-1L, -2L, -100L, LONG_MIN, LONG_MIN + 1, LONG_MAX, 244L, 259L, 300L,
                              423L, 463L, 464L, 1000L, 100'000L, 1L << 31, 1L << 32, 1L << 62}) {
        EXPECT_EQ(kernel.call(number, 1, 2, 3, 4, 5, 6), -ENOSYS) << number;
    }
    EXPECT_EQ(kernel.call(nr::getpid), 1);
}

// The tests' own judgement of the log: what it finds, and what a test has declared.
TEST(Environment, ComplaintsAreFound) {
    Instance kernel;
    EXPECT_TRUE(kernel.complaints().empty());
    EXPECT_EQ(kernel.write_file("/dev/kmsg", "<6>only for information\n"), 0);
    EXPECT_TRUE(kernel.complaints().empty());
    // By its level alone; by its text alone.
    EXPECT_EQ(kernel.write_file("/dev/kmsg", "<4>something is odd\n"), 0);
    EXPECT_EQ(kernel.complaints().size(), 1U);
    EXPECT_EQ(kernel.write_file("/dev/kmsg", "<6>BUG: sleeping function called\n"), 0);
    EXPECT_EQ(kernel.complaints().size(), 2U);
    kernel.expect("something is odd");
    EXPECT_EQ(kernel.complaints().size(), 1U);
    kernel.expect("BUG: sleeping");
    EXPECT_TRUE(kernel.complaints().empty());
}

TEST(Environment, OneThreadAndNothingWritableAndExecutable) {
    if (kThreadSanitized) {
        // It starts a thread of its own with the first one.
        std::thread([] {}).join();
        while (process_state().threads != 2) {
            std::this_thread::yield();
        }
    }
    const std::size_t threads = process_state().threads;
    Instance kernel;
    EXPECT_EQ(kernel.call(nr::getpid), 1);
    EXPECT_EQ(process_state().threads, threads + 1);
    EXPECT_EQ(writable_and_executable(), std::vector<std::string>{});
}

// Looked at all the time by another thread while instances boot, work and halt.
TEST(Environment, NothingIsEverWritableAndExecutable) {
    std::atomic<bool> enough{false};
    std::atomic<int> looks{0};
    std::vector<std::string> found;
    std::thread watcher([&] {
        while (!enough && found.empty()) {
            found = writable_and_executable();
            looks++;
        }
    });
    constexpr int kTimes = 10;
    for (int i = 0; i < kTimes || looks < 20; i++) {
        Instance kernel;
        EXPECT_EQ(kernel.write_file("/tmp/file", std::string(10'000, 'x')), 0);
        EXPECT_EQ(kernel.call(nr::uname, 8), -EFAULT);
    }
    enough = true;
    watcher.join();
    EXPECT_EQ(found, std::vector<std::string>{});
}

}  // namespace
}  // namespace lkl::testing
