// SPDX-License-Identifier: GPL-2.0
// Threads that wake one another, over and over: a wake-up that is lost leaves them waiting for
// ever, and the test's time limit finds them.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include "instance.hh"

namespace lkl::testing {
namespace {

constexpr int kRounds = 3000;

// Runs `player` as both sides of `pairs` games; player(game, side).
template <typename F>
void play(int pairs, F player) {
    std::vector<std::thread> threads;
    for (int game = 0; game < pairs; game++) {
        for (int side = 0; side < 2; side++) {
            threads.emplace_back([&player, game, side] { player(game, side); });
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

void ping_pong_pipes(int pairs) {
    Instance kernel;
    std::vector<std::array<int, 4>> pipes(static_cast<std::size_t>(pairs));
    for (auto& pipe : pipes) {
        ASSERT_EQ(kernel.call(nr::pipe2, pipe.data(), 0), 0);
        ASSERT_EQ(kernel.call(nr::pipe2, pipe.data() + 2, 0), 0);
    }
    std::atomic<int> failures{0};
    play(pairs, [&](int game, int side) {
        const auto& pipe = pipes.at(static_cast<std::size_t>(game));
        int ball = 0;
        for (int i = 0; i < kRounds; i++) {
            if (side == 0) {
                ball = i;
                failures += kernel.call(nr::write, pipe[1], &ball, sizeof(ball)) != 4 ? 1 : 0;
                failures += kernel.call(nr::read, pipe[2], &ball, sizeof(ball)) != 4 ? 1 : 0;
                failures += ball != i + 1 ? 1 : 0;
            } else {
                failures += kernel.call(nr::read, pipe[0], &ball, sizeof(ball)) != 4 ? 1 : 0;
                ball++;
                failures += kernel.call(nr::write, pipe[3], &ball, sizeof(ball)) != 4 ? 1 : 0;
            }
        }
    });
    EXPECT_EQ(failures, 0);
}

void ping_pong_eventfds(int pairs) {
    Instance kernel;
    std::vector<std::array<long, 2>> events(static_cast<std::size_t>(pairs));
    for (auto& event : events) {
        event = {kernel.call(nr::eventfd2, 0, 0), kernel.call(nr::eventfd2, 0, 0)};
    }
    std::atomic<int> failures{0};
    play(pairs, [&](int game, int side) {
        const auto& event = events.at(static_cast<std::size_t>(game));
        const long mine = event.at(static_cast<std::size_t>(side));
        const long theirs = event.at(static_cast<std::size_t>(1 - side));
        std::uint64_t value = 1;
        for (int i = 0; i < kRounds; i++) {
            if (side == 0) {
                failures += kernel.call(nr::write, theirs, &value, sizeof(value)) != 8 ? 1 : 0;
            }
            failures += kernel.call(nr::read, mine, &value, sizeof(value)) != 8 ? 1 : 0;
            failures += value != 1 ? 1 : 0;
            if (side == 1) {
                failures += kernel.call(nr::write, theirs, &value, sizeof(value)) != 8 ? 1 : 0;
            }
        }
    });
    EXPECT_EQ(failures, 0);
}

void ping_pong_futexes(int pairs) {
    constexpr int kWaitPrivate = 128;
    constexpr int kWakePrivate = 129;
    Instance kernel;
    std::vector<std::atomic<std::uint32_t>> turns(static_cast<std::size_t>(pairs));
    std::atomic<int> failures{0};
    play(pairs, [&](int game, int side) {
        auto& turn = turns.at(static_cast<std::size_t>(game));
        for (std::uint32_t i = 0; i < kRounds; i++) {
            const std::uint32_t wanted = 2 * i + static_cast<std::uint32_t>(side);
            std::uint32_t now = 0;
            while ((now = turn.load()) != wanted) {
                const long rc =
                    kernel.call(nr::futex, &turn, kWaitPrivate, now, nullptr, nullptr, 0);
                failures += rc != 0 && rc != -EAGAIN && rc != -EINTR ? 1 : 0;
            }
            turn++;
            failures += kernel.call(nr::futex, &turn, kWakePrivate, 1, nullptr, nullptr, 0) < 0;
        }
    });
    EXPECT_EQ(failures, 0);
}

TEST(WakeUps, PipesTwoThreads) {
    ping_pong_pipes(1);
}

TEST(WakeUps, PipesEightThreads) {
    ping_pong_pipes(4);
}

TEST(WakeUps, EventfdsTwoThreads) {
    ping_pong_eventfds(1);
}

TEST(WakeUps, EventfdsEightThreads) {
    ping_pong_eventfds(4);
}

TEST(WakeUps, FutexesTwoThreads) {
    ping_pong_futexes(1);
}

TEST(WakeUps, FutexesEightThreads) {
    ping_pong_futexes(4);
}

// One pipe, many writers and readers: every byte arrives once.
TEST(WakeUps, ManyOnOnePipe) {
    constexpr int kThreads = 4;
    constexpr int kBytes = 4000;
    Instance kernel;
    std::array<int, 2> fds{};
    ASSERT_EQ(kernel.call(nr::pipe2, fds.data(), 0), 0);
    constexpr int kSetPipeSize = 1031;
    EXPECT_EQ(kernel.call(nr::fcntl, fds[1], kSetPipeSize, 4096), 4096);
    std::atomic<long> sum_written{0};
    std::atomic<long> sum_read{0};
    std::vector<std::thread> writers;
    std::vector<std::thread> readers;
    for (int i = 0; i < kThreads; i++) {
        writers.emplace_back([&, i] {
            for (int k = 0; k < kBytes; k++) {
                const auto byte = static_cast<unsigned char>(i * 31 + k);
                sum_written += byte;
                ASSERT_EQ(kernel.call(nr::write, fds[1], &byte, 1), 1);
            }
        });
        readers.emplace_back([&] {
            std::array<unsigned char, 100> bytes{};
            long n = 0;
            while ((n = kernel.call(nr::read, fds[0], bytes.data(), bytes.size())) > 0) {
                for (long k = 0; k < n; k++) {
                    sum_read += bytes.at(static_cast<std::size_t>(k));
                }
            }
            EXPECT_EQ(n, 0);
        });
    }
    for (std::thread& writer : writers) {
        writer.join();
    }
    EXPECT_EQ(kernel.call(nr::close, fds[1]), 0);
    for (std::thread& reader : readers) {
        reader.join();
    }
    EXPECT_EQ(sum_read, sum_written);
}

// Callers that never block, with one that always does.
TEST(WakeUps, BusyCallersDoNotStarveASleeper) {
    Instance kernel;
    std::atomic<bool> enough{false};
    std::vector<std::thread> busy;
    for (int i = 0; i < 3; i++) {
        busy.emplace_back([&] {
            while (!enough) {
                EXPECT_EQ(kernel.call(nr::getpid), 1);
            }
        });
    }
    const timespec short_time = {0, 200'000};
    for (int i = 0; i < 60; i++) {
        EXPECT_EQ(kernel.call(nr::nanosleep, &short_time, nullptr), 0);
    }
    enough = true;
    for (std::thread& thread : busy) {
        thread.join();
    }
}

// A caller that comes back at once, call after call, goes before the tasks that its calls wake.
// When it stays away all of a sudden, they run all the same: here it waits, outside of the kernel,
// for what the reader sees.
TEST(WakeUps, TheEndOfAStreamArrives) {
    Instance kernel;
    std::array<int, 2> pipe{};
    ASSERT_EQ(kernel.call(nr::pipe2, pipe.data(), 0), 0);
    constexpr long kBursts = 200;
    constexpr long kBurst = 100;
    std::atomic<long> seen{0};
    std::thread reader([&] {
        std::array<char, 4096> buffer{};
        for (long n = 1; n > 0 && seen < kBursts * kBurst;) {
            n = kernel.call(nr::read, pipe[0], buffer.data(), buffer.size());
            seen += n;
            seen.notify_one();
        }
    });
    const char byte = 'x';
    for (long burst = 1; burst <= kBursts; burst++) {
        for (long i = 0; i < kBurst; i++) {
            ASSERT_EQ(kernel.call(nr::write, pipe[1], &byte, 1), 1);
        }
        for (long now = seen; now < burst * kBurst; now = seen) {
            seen.wait(now);
        }
    }
    reader.join();
    EXPECT_EQ(seen, kBursts * kBurst);
}

// Whoever happens to be inside serves the other callers too, and its own calls end all the same.
TEST(WakeUps, ACallerIsNotKeptByOthers) {
    Instance kernel;
    std::atomic<bool> enough{false};
    std::vector<std::thread> others;
    for (int i = 0; i < 6; i++) {
        others.emplace_back([&] {
            while (!enough) {
                EXPECT_EQ(kernel.call(nr::getppid), 0);
            }
        });
    }
    for (int i = 0; i < 2000; i++) {
        EXPECT_EQ(kernel.call(nr::getpid), 1);
    }
    enough = true;
    for (std::thread& thread : others) {
        thread.join();
    }
}

}  // namespace
}  // namespace lkl::testing
