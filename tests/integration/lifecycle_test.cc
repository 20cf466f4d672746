// SPDX-License-Identifier: GPL-2.0
// Instances begin and end, alone and side by side, and threads with them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <latch>
#include <thread>
#include <vector>

#include "block/testing/temporary.hh"
#include "host.hh"
#include "instance.hh"
#include "virtio/blk.hh"

namespace lkl::testing {
namespace {

// A boot, some work that leaves something in every corner, a halt.
void live_once() {
    Instance kernel;
    EXPECT_EQ(kernel.write_file("/tmp/file", std::string(100'000, 'x')), 0);
    std::thread([&] { EXPECT_GT(kernel.call(nr::gettid), 1); }).join();
    kernel.open("/tmp/file", O_RDONLY);  // left open
    EXPECT_EQ(kernel.halt(), 0);
}

TEST(Lifecycle, BootsAndHaltsLeaveNothingBehind) {
    constexpr int kWarmUp = 10;
    constexpr int kTimes = 200;
    for (int i = 0; i < kWarmUp; i++) {
        live_once();
    }
    const ProcessState before = process_state();
    for (int i = kWarmUp; i < kTimes; i++) {
        live_once();
    }
    const ProcessState after = process_state();
    EXPECT_EQ(after.descriptors, before.descriptors);
    EXPECT_EQ(after.threads, before.threads);
    if (kSanitized) {
        return;  // a sanitizer maps more and more, and keeps what is freed
    }
    // The allocator's arenas may split and merge a little; 190 instances have far more.
    EXPECT_LE(after.mappings, before.mappings + 8);
    // 190 instances that leave 16 KiB each would show.
    EXPECT_LE(after.resident_kib, before.resident_kib + 3072);
}

TEST(Lifecycle, HaltIsIdempotentAndRefusesCalls) {
    Instance kernel;
    EXPECT_TRUE(kernel.machine().running());
    EXPECT_EQ(kernel.halt(), 0);
    EXPECT_EQ(kernel.halt(), 0);
    EXPECT_FALSE(kernel.machine().running());
    EXPECT_FALSE(kernel.machine().panicked());
    EXPECT_EQ(kernel.call(nr::getpid), -ESHUTDOWN);
    std::thread([&] { EXPECT_EQ(kernel.call(nr::getpid), -ESHUTDOWN); }).join();
}

TEST(Lifecycle, AThreadThatEndsAfterHaltHarmsNothing) {
    auto kernel = std::make_unique<Instance>();
    std::latch called(2);
    std::latch halted(1);
    std::latch freed(1);
    std::thread after_halt([&] {
        EXPECT_GT(kernel->call(nr::gettid), 1);
        called.count_down();
        halted.wait();
    });
    std::thread after_free([&] {
        EXPECT_GT(kernel->call(nr::gettid), 1);
        called.count_down();
        freed.wait();
    });
    called.wait();
    EXPECT_EQ(kernel->halt(), 0);
    halted.count_down();
    after_halt.join();
    kernel.reset();
    // Another instance, maybe at the same address, while the late thread still remembers the first.
    Instance next;
    EXPECT_EQ(next.call(nr::getpid), 1);
    freed.count_down();
    after_free.join();
    EXPECT_EQ(next.call(nr::getpid), 1);
}

TEST(Lifecycle, ThreadsGiveTheirTasksBack) {
    constexpr int kThreads = 64;
    constexpr int kRounds = 3;
    constexpr int kCalls = 200;
    Instance kernel;
    kernel.call(nr::getpid);
    const std::size_t at_first = kernel.tasks();
    for (int round = 0; round < kRounds; round++) {
        std::latch all_there(kThreads + 1);
        std::latch go_on(1);
        std::vector<std::thread> threads;
        std::atomic<int> failures{0};
        threads.reserve(kThreads);
        for (int i = 0; i < kThreads; i++) {
            threads.emplace_back([&, i] {
                const long mine = kernel.call(nr::gettid);
                all_there.arrive_and_wait();
                const std::string path = "/tmp/" + std::to_string(i);
                for (int k = 0; k < kCalls; k++) {
                    const long fd = kernel.open(path, O_CREAT | O_RDWR);
                    failures += fd < 0 ? 1 : 0;
                    failures += kernel.call(nr::write, fd, "text", 4) != 4 ? 1 : 0;
                    failures += kernel.call(nr::gettid) != mine ? 1 : 0;
                    failures += kernel.call(nr::close, fd) != 0 ? 1 : 0;
                }
                go_on.wait();
            });
        }
        all_there.arrive_and_wait();
        EXPECT_EQ(kernel.tasks(), at_first + kThreads);
        go_on.count_down();
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_EQ(failures, 0);
        EXPECT_EQ(kernel.tasks(), at_first);
    }
}

TEST(Lifecycle, DetachEndsTheTaskAndTheNextCallMakesAnother) {
    Instance kernel;
    kernel.call(nr::getpid);
    const std::size_t tasks = kernel.tasks();
    const long first = kernel.call(nr::gettid);
    kernel.machine().detach_thread();
    EXPECT_NE(kernel.call(nr::gettid), first);
    EXPECT_EQ(kernel.tasks(), tasks);
    kernel.machine().detach_thread();
    kernel.machine().detach_thread();
    EXPECT_EQ(kernel.call(nr::getpid), 1);
}

// Writes, checks and removes files of one thread's own on a mounted disk.
void work_on(Instance& kernel, const std::string& folder, const std::string& name, int rounds) {
    for (int i = 0; i < rounds; i++) {
        const std::string path = folder + "/" + name + std::to_string(i % 10);
        const std::string content = name + " of round " + std::to_string(i);
        EXPECT_EQ(kernel.write_file(path, content), 0) << path;
        EXPECT_EQ(kernel.read_file(path), content) << path;
        if (i % 7 == 0) {
            EXPECT_EQ(kernel.call(nr::unlinkat, AT_FDCWD, path.c_str(), 0), 0) << path;
        }
    }
}

TEST(Lifecycle, TwoInstancesWithADiskEach) {
    constexpr int kThreads = 3;
    constexpr int kRounds = 60;
    const TemporaryFolder folder;
    const std::array<std::string, 2> images = {folder.file("one"), folder.file("two")};
    {
        std::array<Instance, 2> kernels;
        std::array<std::string, 2> mounts;
        for (std::size_t i = 0; i < kernels.size(); i++) {
            make_image(images.at(i), "ext4", 16);
            const std::string disk = kernels.at(i).add_disk(file_disk(images.at(i)));
            mounts.at(i) = kernels.at(i).mount(disk, "ext4", "disk");
        }
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < kernels.size(); i++) {
            for (int k = 0; k < kThreads; k++) {
                threads.emplace_back([&, i, k] {
                    work_on(kernels.at(i), mounts.at(i), "thread" + std::to_string(k), kRounds);
                });
            }
        }
        // And one that uses both in turn.
        threads.emplace_back([&] {
            for (int round = 0; round < kRounds; round++) {
                for (std::size_t i = 0; i < kernels.size(); i++) {
                    work_on(kernels.at(i), mounts.at(i), "both" + std::to_string(i), 1);
                }
            }
        });
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_EQ(kernels[0].write_file(mounts[0] + "/whose", "first"), 0);
        EXPECT_EQ(kernels[1].write_file(mounts[1] + "/whose", "second"), 0);
        EXPECT_EQ(kernels[0].read_file(mounts[0] + "/whose"), "first");
        EXPECT_EQ(kernels[0].halt(), 0);
        // The end of one is nothing to the other.
        EXPECT_EQ(kernels[1].read_file(mounts[1] + "/whose"), "second");
        EXPECT_EQ(kernels[1].halt(), 0);
    }
    EXPECT_TRUE(fsck_ext4(images[0]));
    EXPECT_TRUE(fsck_ext4(images[1]));
}

TEST(Lifecycle, WhatWasWrittenIsThereAfterAnotherBoot) {
    const TemporaryFolder folder;
    const std::string image = folder.file("image");
    make_image(image, "ext4", 16);
    constexpr int kBoots = 4;
    for (int i = 0; i < kBoots; i++) {
        Instance kernel;
        const std::string mount = kernel.mount(kernel.add_disk(file_disk(image)), "ext4", "disk");
        for (int k = 0; k < i; k++) {
            EXPECT_EQ(kernel.read_file(mount + "/boot" + std::to_string(k)), std::to_string(k));
        }
        // Neither closed nor synced nor unmounted: halt() sees to all that.
        const long fd = kernel.open(mount + "/boot" + std::to_string(i), O_CREAT | O_WRONLY);
        EXPECT_EQ(kernel.call(nr::write, fd, std::to_string(i).c_str(), 1), 1);
        EXPECT_EQ(kernel.halt(), 0);
        EXPECT_TRUE(fsck_ext4(image));
    }
}

TEST(Lifecycle, DevicesComeAndGo) {
    Instance kernel;
    const TemporaryFolder folder;
    const std::string image = folder.file("image");
    make_image(image, "ext4", 8);
    const ProcessState before = process_state();
    constexpr int kTimes = 20;
    for (int i = 0; i < kTimes; i++) {
        auto id = kernel.machine().add_device(make_virtio_blk(file_disk(image)));
        ASSERT_TRUE(id) << id.error().message();
        const auto name = kernel.machine().device_name(*id);
        ASSERT_TRUE(name) << name.error().message();
        EXPECT_EQ(name->substr(0, 6), "virtio");
        EXPECT_EQ(kernel.list("/sys/bus/virtio/devices"), std::vector<std::string>{*name});
        auto removed = kernel.machine().remove_device(*id);
        ASSERT_TRUE(removed) << removed.error().message();
        EXPECT_TRUE(kernel.list("/sys/bus/virtio/devices").empty());
    }
    EXPECT_FALSE(kernel.machine().remove_device(0));
    EXPECT_FALSE(kernel.machine().remove_device(12345));
    EXPECT_FALSE(kernel.machine().remove_device(-1));
    EXPECT_EQ(process_state().descriptors, before.descriptors);
}

}  // namespace
}  // namespace lkl::testing
