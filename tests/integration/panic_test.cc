// SPDX-License-Identifier: GPL-2.0
// A panic or oops ends the instance, not the process: every caller gets an error.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "base/check.hh"
#include "host.hh"
#include "instance.hh"
#include "machine/machine_impl.hh"

namespace lkl::testing {
namespace {

// What `c` written to sysrq-trigger leaves in the log.
void expect_crash(Instance& kernel) {
    kernel.expect("sysrq: Trigger a crash");
    kernel.expect("Kernel panic - not syncing: sysrq triggered crash");
    kernel.expect("Call Trace");
}

long crash(Instance& kernel) {
    const long fd = kernel.open("/proc/sysrq-trigger", O_WRONLY);
    EXPECT_GE(fd, 0);
    return kernel.call(nr::write, fd, "c", 1);
}

TEST(Panic, EndsInErrorsAndAnotherInstanceBoots) {
    Instance kernel;
    expect_crash(kernel);
    EXPECT_EQ(crash(kernel), -ENOTRECOVERABLE);
    EXPECT_TRUE(kernel.machine().panicked());
    EXPECT_FALSE(kernel.machine().running());
    EXPECT_EQ(kernel.call(nr::getpid), -ENOTRECOVERABLE);
    std::thread([&] { EXPECT_EQ(kernel.call(nr::getpid), -ENOTRECOVERABLE); }).join();
    EXPECT_NE(kernel.machine().console_tail().find("sysrq triggered crash"), std::string::npos);
    Instance next;
    EXPECT_EQ(next.call(nr::getpid), 1);
    EXPECT_FALSE(next.machine().panicked());
    EXPECT_EQ(kernel.halt(), -ENOTRECOVERABLE);
    EXPECT_EQ(next.halt(), 0);
}

TEST(Panic, ReleasesBlockedCallers) {
    constexpr int kReaders = 4;
    constexpr int kSleepers = 4;
    constexpr int kBusy = 2;
    Instance kernel;
    expect_crash(kernel);
    std::array<int, 2> fds{};
    ASSERT_EQ(kernel.call(nr::pipe2, fds.data(), 0), 0);
    std::latch started(kReaders + kSleepers + kBusy);
    std::vector<std::thread> threads;
    for (int i = 0; i < kReaders; i++) {
        threads.emplace_back([&] {
            kernel.call(nr::getpid);
            started.count_down();
            char byte = 0;
            EXPECT_EQ(kernel.call(nr::read, fds[0], &byte, 1), -ENOTRECOVERABLE);
        });
    }
    for (int i = 0; i < kSleepers; i++) {
        threads.emplace_back([&] {
            kernel.call(nr::getpid);
            started.count_down();
            const timespec long_time = {10'000, 0};
            EXPECT_EQ(kernel.call(nr::nanosleep, &long_time, nullptr), -ENOTRECOVERABLE);
        });
    }
    for (int i = 0; i < kBusy; i++) {
        threads.emplace_back([&] {
            started.count_down();
            long result = 0;
            while ((result = kernel.call(nr::getpid)) == 1) {
            }
            EXPECT_EQ(result, -ENOTRECOVERABLE);
        });
    }
    started.wait();
    crash(kernel);
    for (std::thread& thread : threads) {
        thread.join();
    }
}

// An instance whose requests can be given by hand.
struct BareMachine {
    BareMachine() {
        const char* path = std::getenv("LKL_IMAGE");
        auto image = path != nullptr ? Image::open(path) : Image::embedded();
        LKL_CHECK(image);
        auto arena = Arena::create(*image, 64U << 20U, false);
        LKL_CHECK(arena);
        auto vcpu = Vcpu::create();
        LKL_CHECK(vcpu);
        BootOptions options;
        options.command_line = "mem=64M";
        impl = std::make_unique<Machine::Impl>(std::move(options), std::move(*image),
                                               std::move(*arena), std::move(*vcpu));
        LKL_CHECK(impl->boot());
    }

    std::unique_ptr<Machine::Impl> impl;
};

// A fault of the kernel's own code that no exception table foresees: the library itself gives it a
// pointer that leads nowhere, which it has no reason to distrust.
TEST(Panic, AnOopsEndsInErrorsToo) {
    BareMachine machine;
    const auto call = [&](long number, const std::array<long, 6>& arguments = {}) {
        return machine.impl->request(LKL_REQUEST_SYSCALL, number, arguments);
    };
    EXPECT_EQ(call(nr::getpid), 1);
    std::latch started(1);
    std::thread blocked([&] {
        const timespec long_time = {10'000, 0};
        call(nr::getpid);
        started.count_down();
        EXPECT_EQ(call(nr::nanosleep, {argument(&long_time)}), -ENOTRECOVERABLE);
    });
    started.wait();
    constexpr long kNowhere = 0x1000;
    EXPECT_EQ(machine.impl->request(LKL_REQUEST_FORKED, 0, {kNowhere, 32}), -ENOTRECOVERABLE);
    EXPECT_EQ(machine.impl->ending(), Ending::panicked);
    EXPECT_EQ(call(nr::getpid), -ENOTRECOVERABLE);
    blocked.join();
    const std::string console = machine.impl->console().text();
    for (const char* text : {"BUG: unable to handle page fault for address 0000000000001", "RIP: ",
                             "Call Trace", "Kernel panic - not syncing: Fatal exception"}) {
        EXPECT_NE(console.find(text), std::string::npos) << text << " is not in:\n" << console;
    }
    // The trace has names of functions, not only numbers.
    EXPECT_NE(console.find("lkl_orphan_other_tasks+0x"), std::string::npos) << console;
    EXPECT_EQ(machine.impl->halt(), -ENOTRECOVERABLE);
    Instance next;
    EXPECT_EQ(next.call(nr::getpid), 1);
}

TEST(Panic, LeavesOtherInstancesAlone) {
    Instance healthy;
    const std::size_t threads = process_state().threads;
    constexpr int kTimes = 5;
    for (int i = 0; i < kTimes; i++) {
        Instance doomed;
        expect_crash(doomed);
        EXPECT_EQ(crash(doomed), -ENOTRECOVERABLE);
        EXPECT_EQ(healthy.call(nr::getpid), 1);
    }
    EXPECT_EQ(process_state().threads, threads);
    EXPECT_EQ(healthy.halt(), 0);
}

TEST(Panic, DuringBootIsAnErrorWithTheReason) {
    BootOptions options;
    // The root file system cannot be mounted on a device that is not there.
    options.command_line = "mem=64M root=/dev/nowhere init=/nowhere rdinit=/nowhere";
    const std::size_t threads = process_state().threads;
    const auto machine = Machine::boot(std::move(options));
    ASSERT_FALSE(machine);
    EXPECT_NE(machine.error().message().find("panicked"), std::string::npos)
        << machine.error().message();
    EXPECT_EQ(process_state().threads, threads);
    Instance next;
    EXPECT_EQ(next.call(nr::getpid), 1);
}

}  // namespace
}  // namespace lkl::testing
