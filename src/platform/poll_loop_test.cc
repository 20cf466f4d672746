// SPDX-License-Identifier: GPL-2.0
#include "platform/poll_loop.hh"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/unique_fd.hh"
#include "platform/clock.hh"

namespace lkl {
namespace {

constexpr std::uint64_t kForever = ~std::uint64_t{0};

struct Pipe {
    Pipe() {
        std::array<int, 2> fds{};
        EXPECT_EQ(pipe(fds.data()), 0);
        read.reset(fds[0]);
        write.reset(fds[1]);
    }

    UniqueFd read;
    UniqueFd write;
};

TEST(PollLoop, CallsBackWhenReadable) {
    auto loop = PollLoop::create().value();
    Pipe pipe;
    int calls = 0;
    ASSERT_TRUE(loop->add(pipe.read.get(), EPOLLIN, [&](std::uint32_t events) {
        EXPECT_NE(events & EPOLLIN, 0U);
        char byte = 0;
        EXPECT_EQ(read(pipe.read.get(), &byte, 1), 1);
        calls++;
    }));
    ASSERT_EQ(write(pipe.write.get(), "x", 1), 1);
    loop->run_once(kForever);
    EXPECT_EQ(calls, 1);
    loop->remove(pipe.read.get());
    ASSERT_EQ(write(pipe.write.get(), "x", 1), 1);
    loop->run_once(monotonic_ns());
    EXPECT_EQ(calls, 1);
}

TEST(PollLoop, ADeadlineInThePastDoesNotSleep) {
    auto loop = PollLoop::create().value();
    loop->run_once(0);
}

TEST(PollLoop, AWakeBeforeTheSleepIsNotLost) {
    auto loop = PollLoop::create().value();
    loop->wake();
    loop->run_once(kForever);
}

TEST(PollLoop, RunsPostedFunctionsOfOtherThreads) {
    auto loop = PollLoop::create().value();
    std::atomic<int> sum{0};
    std::thread other([&] {
        for (int i = 1; i <= 100; i++) {
            loop->post([&sum, i] { sum += i; });
        }
    });
    while (sum != 5050) {
        loop->run_once(kForever);
    }
    other.join();
}

TEST(PollLoop, ACallbackMayRemoveItself) {
    auto loop = PollLoop::create().value();
    Pipe pipe;
    ASSERT_TRUE(
        loop->add(pipe.read.get(), EPOLLIN, [&](std::uint32_t) { loop->remove(pipe.read.get()); }));
    ASSERT_EQ(write(pipe.write.get(), "x", 1), 1);
    loop->run_once(kForever);
}

TEST(PollLoop, WatchingNothingIsAnError) {
    auto loop = PollLoop::create().value();
    EXPECT_FALSE(loop->add(-1, EPOLLIN, [](std::uint32_t) {}));
}

}  // namespace
}  // namespace lkl
