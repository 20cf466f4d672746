// SPDX-License-Identifier: GPL-2.0
// Sleeping and being woken by time: nothing early, nothing lost.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/timerfd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <thread>
#include <vector>

#include "host.hh"
#include "instance.hh"
#include "platform/clock.hh"

namespace lkl::testing {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

timespec ns(std::uint64_t value) {
    return {static_cast<time_t>(value / 1'000'000'000), static_cast<long>(value % 1'000'000'000)};
}

TEST(Timers, ManySleepersAtOnce) {
    constexpr int kThreads = 48;
    constexpr int kSleeps = 8;
    Instance kernel;
    std::atomic<int> early{0};
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; i++) {
        threads.emplace_back([&, i] {
            for (int k = 0; k < kSleeps; k++) {
                const std::uint64_t duration = (1 + (i * 7 + k * 13) % 25) * kMs;
                const timespec ts = ns(duration);
                const std::uint64_t start = monotonic_ns();
                failed += kernel.call(nr::nanosleep, &ts, nullptr) != 0 ? 1 : 0;
                early += monotonic_ns() - start < duration ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(early, 0);
}

TEST(Timers, MonotonicTimeIsTheHosts) {
    Instance kernel;
    for (int i = 0; i < 1000; i++) {
        timespec a{};
        timespec b{};
        ASSERT_EQ(kernel.call(nr::clock_gettime, CLOCK_MONOTONIC, &a), 0);
        ASSERT_EQ(kernel.call(nr::clock_gettime, CLOCK_MONOTONIC, &b), 0);
        ASSERT_TRUE(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
    }
}

// Periodic: as many expirations as the time that has passed allows, and all of them.
TEST(Timers, TimerFdCountsEveryPeriod) {
    Instance kernel;
    constexpr std::uint64_t kPeriod = 5 * kMs;
    constexpr std::uint64_t kWanted = 30;
    const long fd = kernel.call(nr::timerfd_create, CLOCK_MONOTONIC, 0);
    ASSERT_GE(fd, 0);
    const itimerspec periodic = {ns(kPeriod), ns(kPeriod)};
    const std::uint64_t start = monotonic_ns();
    ASSERT_EQ(kernel.call(nr::timerfd_settime, fd, 0, &periodic, nullptr), 0);
    std::uint64_t total = 0;
    while (total < kWanted) {
        std::uint64_t expirations = 0;
        ASSERT_EQ(kernel.call(nr::read, fd, &expirations, sizeof(expirations)), 8);
        ASSERT_GE(expirations, 1U);
        total += expirations;
    }
    EXPECT_LE(total, (monotonic_ns() - start) / kPeriod);
}

TEST(Timers, TimeoutsOfOtherCalls) {
    Instance kernel;
    std::array<int, 2> fds{};
    ASSERT_EQ(kernel.call(nr::pipe2, fds.data(), 0), 0);
    timespec timeout = ns(30 * kMs);  // ppoll() leaves what remains of it
    const std::uint64_t start = monotonic_ns();
    pollfd poll{fds[0], POLLIN, 0};
    EXPECT_EQ(kernel.call(nr::ppoll, &poll, 1, &timeout, nullptr, 8), 0);
    EXPECT_GE(monotonic_ns() - start, 30 * kMs);
    EXPECT_EQ(timeout.tv_nsec, 0);
    timeout = ns(30 * kMs);
    int word = 7;
    constexpr int kWaitPrivate = 128;
    EXPECT_EQ(kernel.call(nr::futex, &word, kWaitPrivate, 7, &timeout, nullptr, 0), -ETIMEDOUT);
    EXPECT_GE(monotonic_ns() - start, 60 * kMs);
    const long epoll = kernel.call(nr::epoll_create1, 0);
    std::array<char, 16> event{};
    EXPECT_EQ(kernel.call(nr::epoll_pwait, epoll, event.data(), 1, 30, nullptr, 8), 0);
    EXPECT_GE(monotonic_ns() - start, 90 * kMs);
}

// An alarm for one thread (timer_create with SIGEV_THREAD_ID), which waits for its signal.
TEST(Timers, AlarmsReachTheThreadThatWaits) {
    Instance kernel;
    const std::uint64_t set = std::uint64_t{1} << (SIGALRM - 1);
    ASSERT_EQ(kernel.call(nr::rt_sigprocmask, SIG_BLOCK, &set, nullptr, sizeof(set)), 0);
    sigevent event{};
    event.sigev_signo = SIGALRM;
    event.sigev_notify = SIGEV_THREAD_ID;
    event._sigev_un._tid = static_cast<pid_t>(kernel.call(nr::gettid));
    int timer = -1;
    ASSERT_EQ(kernel.call(nr::timer_create, CLOCK_MONOTONIC, &event, &timer), 0);
    const itimerspec once = {{}, ns(20 * kMs)};
    const std::uint64_t start = monotonic_ns();
    ASSERT_EQ(kernel.call(nr::timer_settime, timer, 0, &once, nullptr), 0);
    const timespec long_time = {60, 0};
    EXPECT_EQ(kernel.call(nr::rt_sigtimedwait, &set, nullptr, &long_time, sizeof(set)), SIGALRM);
    EXPECT_GE(monotonic_ns() - start, 20 * kMs);
    EXPECT_EQ(kernel.call(nr::timer_delete, timer), 0);
}

// Without any call the helper thread runs what is due: a timer that is set and never waited for.
TEST(Timers, TheKernelWorksWhileNobodyCalls) {
    Instance kernel;
    const long fd = kernel.call(nr::timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK);
    const itimerspec once = {{}, ns(20 * kMs)};
    ASSERT_EQ(kernel.call(nr::timerfd_settime, fd, 0, &once, nullptr), 0);
    const auto switches = [&] {
        const std::string stat = kernel.read_file("/proc/stat");
        return std::stoull(stat.substr(stat.find("ctxt ") + 5));
    };
    const auto before = switches();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    std::uint64_t expirations = 0;
    EXPECT_EQ(kernel.call(nr::read, fd, &expirations, sizeof(expirations)), 8);
    EXPECT_EQ(expirations, 1U);
    // Somebody was switched to while no call was under way.
    EXPECT_GT(switches(), before);
}

// An idle instance sleeps: its helper does not turn the processor round and round.
TEST(Timers, AnIdleInstanceCostsNothing) {
    Instance kernel;
    kernel.call(nr::getpid);
    const auto cpu = [] {
        timespec ts{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
        return static_cast<std::uint64_t>(ts.tv_sec) * 1000 * kMs +
               static_cast<std::uint64_t>(ts.tv_nsec);
    };
    const std::uint64_t before = cpu();
    std::this_thread::sleep_for(std::chrono::seconds(2));
    // Of two seconds: a spinning helper would take most of them, ticks of 100 Hz a few ms.
    EXPECT_LT(cpu() - before, 400 * kMs);
}

}  // namespace
}  // namespace lkl::testing
