// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>
#include <lkl/lkl_host_ops.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace {

int steps = 0;
lkl_jmp_buf point;

TEST(HostOpsTest, SemaphoresCountAndWake) {
    lkl_sem* sem = lkl_host_ops.sem_alloc(1);
    ASSERT_NE(sem, nullptr);
    lkl_host_ops.sem_down(sem);
    const lkl_thread_t thread = lkl_host_ops.thread_create(
        [](void* argument) { lkl_host_ops.sem_up(static_cast<lkl_sem*>(argument)); }, sem);
    ASSERT_NE(thread, 0U);
    lkl_host_ops.sem_down(sem);
    EXPECT_EQ(lkl_host_ops.thread_join(thread), 0);
    lkl_host_ops.sem_free(sem);
    lkl_host_ops.sem_free(nullptr);
    EXPECT_EQ(lkl_host_ops.sem_alloc(-1), nullptr);
}

TEST(HostOpsTest, RecursiveMutex) {
    lkl_mutex* mutex = lkl_host_ops.mutex_alloc(1);
    ASSERT_NE(mutex, nullptr);
    lkl_host_ops.mutex_lock(mutex);
    lkl_host_ops.mutex_lock(mutex);
    lkl_host_ops.mutex_unlock(mutex);
    lkl_host_ops.mutex_unlock(mutex);
    lkl_host_ops.mutex_free(mutex);
}

TEST(HostOpsTest, MutexExcludes) {
    static int counter = 0;
    static lkl_mutex* const mutex = lkl_host_ops.mutex_alloc(0);
    const auto add = [](void*) {
        for (int i = 0; i < 10000; ++i) {
            lkl_host_ops.mutex_lock(mutex);
            ++counter;
            lkl_host_ops.mutex_unlock(mutex);
        }
    };
    const lkl_thread_t a = lkl_host_ops.thread_create(add, nullptr);
    const lkl_thread_t b = lkl_host_ops.thread_create(add, nullptr);
    EXPECT_EQ(lkl_host_ops.thread_join(a), 0);
    EXPECT_EQ(lkl_host_ops.thread_join(b), 0);
    EXPECT_EQ(counter, 20000);
    lkl_host_ops.mutex_free(mutex);
}

TEST(HostOpsTest, ThreadLocalStorageIsDestroyed) {
    static int destroyed = 0;
    static lkl_tls_key* const key =
        lkl_host_ops.tls_alloc([](void* data) { destroyed = *static_cast<int*>(data); });
    ASSERT_NE(key, nullptr);
    static int value = 42;
    const lkl_thread_t thread = lkl_host_ops.thread_create(
        [](void*) {
            EXPECT_EQ(lkl_host_ops.tls_set(key, &value), 0);
            EXPECT_EQ(lkl_host_ops.tls_get(key), &value);
            lkl_host_ops.thread_exit();
            ADD_FAILURE() << "not reached";
        },
        nullptr);
    EXPECT_EQ(lkl_host_ops.thread_join(thread), 0);
    EXPECT_EQ(destroyed, 42);
    EXPECT_EQ(lkl_host_ops.tls_get(key), nullptr);
    lkl_host_ops.tls_free(key);
}

TEST(HostOpsTest, ThreadsKnowThemselves) {
    const lkl_thread_t self = lkl_host_ops.thread_self();
    EXPECT_NE(lkl_host_ops.thread_equal(self, lkl_host_ops.thread_self()), 0);
    EXPECT_EQ(lkl_host_ops.gettid(), ::getpid());
}

TEST(HostOpsTest, JumpsBack) {
    steps = 0;
    lkl_host_ops.jmp_buf_set(&point, [] {
        steps += 1;
        lkl_host_ops.jmp_buf_longjmp(&point, 1);
        steps += 10;
    });
    EXPECT_EQ(steps, 1);
    lkl_host_ops.jmp_buf_set(&point, [] { steps += 100; });
    EXPECT_EQ(steps, 101);
}

TEST(HostOpsTest, MemoryAndTime) {
    void* memory = lkl_host_ops.mem_alloc(16);
    ASSERT_NE(memory, nullptr);
    lkl_host_ops.memset(memory, 'x', 16);
    char copy[16];
    lkl_host_ops.memcpy(copy, memory, 16);
    EXPECT_EQ(copy[15], 'x');
    lkl_host_ops.mem_free(memory);
    const unsigned long long before = lkl_host_ops.time();
    EXPECT_GE(lkl_host_ops.time(), before);
}

TEST(HostOpsDeathTest, DefaultPanicEndsTheProcess) {
    EXPECT_EXIT(lkl_host_ops.panic(), ::testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
