// SPDX-License-Identifier: GPL-2.0
#include "capi/call_guard.hh"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "api/testing/host_instance.hh"

namespace lkl::capi {
namespace {

TEST(CallGuardTest, WithdrawWaitsForWhoIsInside) {
    testing::HostInstance instance;
    publish(&instance);
    std::promise<void> inside;
    std::promise<void> leave;
    std::thread caller([&] {
        const CallGuard guard;
        EXPECT_EQ(guard.instance(), &instance);
        inside.set_value();
        leave.get_future().wait();
    });
    inside.get_future().wait();
    EXPECT_FALSE(withdraw(std::chrono::milliseconds(1)));
    EXPECT_EQ(CallGuard().instance(), nullptr);
    leave.set_value();
    EXPECT_TRUE(withdraw(std::chrono::seconds(60)));
    caller.join();
}

TEST(CallGuardTest, KnowsThatItIsInside) {
    EXPECT_FALSE(inside_call());
    {
        const CallGuard outer;
        const CallGuard inner;
        EXPECT_TRUE(inside_call());
    }
    EXPECT_FALSE(inside_call());
}

TEST(CallGuardTest, SlotsOfEndedThreadsAreUsedAgain) {
    CallSlot* first = nullptr;
    std::thread([&] {
        const CallGuard guard;
        first = current_slot;
    }).join();
    for (int i = 0; i < 100; ++i) {
        CallSlot* slot = nullptr;
        std::thread([&] {
            const CallGuard guard;
            slot = current_slot;
        }).join();
        EXPECT_EQ(slot, first);
    }
}

TEST(CallGuardTest, ForgetsTheThreadsThatAForkLost) {
    testing::HostInstance instance;
    publish(&instance);
    std::promise<void> inside;
    std::promise<void> leave;
    std::thread caller([&] {
        const CallGuard guard;
        inside.set_value();
        leave.get_future().wait();
        // Left after the marks were taken away, which cannot happen in a real child.
        current_slot->depth.store(1);
    });
    inside.get_future().wait();
    forget_other_threads();
    EXPECT_TRUE(withdraw(std::chrono::milliseconds(1)));
    leave.set_value();
    caller.join();
}

// An instance whose calls fail once it is freed: threads call while others replace and free it.
TEST(CallGuardTest, NobodyUsesWhatIsFreed) {
    struct Counter {
        std::atomic<long> alive{1};
    };

    constexpr int kThreads = 3;
    constexpr int kRounds = 20;
    std::atomic<bool> stop{false};
    std::atomic<long> calls{0};
    std::vector<std::jthread> callers;
    for (int i = 0; i < kThreads; ++i) {
        callers.emplace_back([&] {
            while (!stop.load()) {
                const CallGuard guard;
                if (guard.instance() != nullptr) {
                    // The pointer stands for the Counter here; it is never used as an Instance.
                    auto* counter = reinterpret_cast<Counter*>(guard.instance());
                    ASSERT_EQ(counter->alive.load(std::memory_order_relaxed), 1);
                    calls.fetch_add(1, std::memory_order_relaxed);
                }
            }
        });
    }
    for (int round = 0; round < kRounds; ++round) {
        auto counter = std::make_unique<Counter>();
        publish(reinterpret_cast<detail::Instance*>(counter.get()));
        const long before = calls.load();
        while (calls.load() == before) {
            std::this_thread::yield();
        }
        ASSERT_TRUE(withdraw(std::chrono::seconds(60)));
        counter->alive.store(0, std::memory_order_relaxed);
    }
    stop.store(true);
}

}  // namespace
}  // namespace lkl::capi
