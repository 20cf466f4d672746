// SPDX-License-Identifier: GPL-2.0
// Calls that would end or copy the process that all callers are part of.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "instance.hh"

namespace lkl::testing {
namespace {

TEST(ProcessCalls, CopiesAreRefused) {
    Instance kernel;
    const std::array<long, 11> clone_args = {CLONE_VM, 0, 0, 0, SIGCHLD};
    const std::array<const char*, 2> argv = {"/init", nullptr};
    EXPECT_EQ(kernel.call(nr::clone, SIGCHLD, 0, 0, 0, 0), -ENOSYS);
    // What fork() and vfork() are made of where there are no calls of that name.
    EXPECT_EQ(kernel.call(nr::clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0), -ENOSYS);
    EXPECT_EQ(kernel.call(nr::clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, 0, 0, 0, 0), -ENOSYS);
    EXPECT_EQ(kernel.call(nr::clone3, clone_args.data(), sizeof(clone_args)), -ENOSYS);
    EXPECT_EQ(kernel.call(nr::clone3, nullptr, 0), -ENOSYS);
    EXPECT_EQ(kernel.call(nr::execve, "/init", argv.data(), argv.data() + 1), -ENOSYS);
    EXPECT_EQ(kernel.call(nr::execveat, AT_FDCWD, "/init", argv.data(), argv.data() + 1, 0),
              -ENOSYS);
    EXPECT_EQ(kernel.call(nr::rt_sigreturn), -ENOSYS);
    EXPECT_EQ(kernel.call(nr::wait4, -1, nullptr, WNOHANG, nullptr), -ECHILD);
    EXPECT_EQ(kernel.call(nr::getpid), 1);
}

TEST(ProcessCalls, ExitGroupIsRefused) {
    Instance kernel;
    EXPECT_EQ(kernel.call(nr::exit_group, 0), -EPERM);
    EXPECT_EQ(kernel.call(nr::exit_group, 1), -EPERM);
    EXPECT_EQ(kernel.call(nr::getpid), 1);
}

TEST(ProcessCalls, ExitEndsTheCallersTaskOnly) {
    Instance kernel;
    const long first = kernel.call(nr::gettid);
    const std::size_t tasks = kernel.tasks();
    const long fd = kernel.open("/tmp/file", O_CREAT | O_RDWR);
    EXPECT_EQ(kernel.call(nr::exit, 3), 0);
    // The thread is served by another task from now on; descriptors belong to the process.
    EXPECT_NE(kernel.call(nr::gettid), first);
    EXPECT_EQ(kernel.tasks(), tasks);
    EXPECT_EQ(kernel.call(nr::write, fd, "x", 1), 1);
    std::thread([&] {
        EXPECT_EQ(kernel.call(nr::exit, 0), 0);
        EXPECT_EQ(kernel.call(nr::exit, 0), 0);
        EXPECT_GT(kernel.call(nr::gettid), 1);
    }).join();
    EXPECT_EQ(kernel.tasks(), tasks);
}

TEST(ProcessCalls, SignalsEndNothing) {
    Instance kernel;
    const long tid = kernel.call(nr::gettid);
    for (const int signal : {SIGKILL, SIGTERM, SIGSEGV, SIGSTOP, SIGTSTP, SIGINT, SIGABRT, SIGALRM,
                             SIGCHLD, SIGUSR1, SIGCONT, 34, 64}) {
        EXPECT_EQ(kernel.call(nr::kill, 1, signal), 0) << signal;
        EXPECT_EQ(kernel.call(nr::kill, -1, signal), 0) << signal;  // threads of the kernel
        EXPECT_EQ(kernel.call(nr::tgkill, 1, tid, signal), 0) << signal;
        EXPECT_EQ(kernel.call(nr::getpid), 1) << signal;
    }
    std::thread([&] { EXPECT_EQ(kernel.call(nr::getpid), 1); }).join();
    const timespec short_time = {0, 1'000'000};
    EXPECT_EQ(kernel.call(nr::nanosleep, &short_time, nullptr), 0);
}

// A signal that a thread waits for by a call comes there, as on any Linux.
TEST(ProcessCalls, SignalsCanBeWaitedFor) {
    Instance kernel;
    const std::uint64_t set = std::uint64_t{1} << (SIGUSR1 - 1);
    ASSERT_EQ(kernel.call(nr::rt_sigprocmask, SIG_BLOCK, &set, nullptr, sizeof(set)), 0);
    const long fd = kernel.call(nr::signalfd4, -1, &set, sizeof(set), 0);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(kernel.call(nr::tgkill, 1, kernel.call(nr::gettid), SIGUSR1), 0);
    std::array<char, 128> info{};
    EXPECT_EQ(kernel.call(nr::read, fd, info.data(), info.size()), 128);
    EXPECT_EQ(info[0], SIGUSR1);
    ASSERT_EQ(kernel.call(nr::tgkill, 1, kernel.call(nr::gettid), SIGUSR1), 0);
    const timespec none{};
    EXPECT_EQ(kernel.call(nr::rt_sigtimedwait, &set, info.data(), &none, sizeof(set)), SIGUSR1);
    EXPECT_EQ(kernel.call(nr::rt_sigtimedwait, &set, info.data(), &none, sizeof(set)), -EAGAIN);
}

// reboot(2) ends the instance, not the process.
TEST(ProcessCalls, RebootHalts) {
    constexpr unsigned kMagic1 = 0xfee1dead;
    constexpr unsigned kMagic2 = 672274793;
    constexpr unsigned kPowerOff = 0x4321fedc;
    Instance kernel;
    EXPECT_EQ(kernel.call(nr::reboot, kMagic1, kMagic2, kPowerOff, nullptr), -ESHUTDOWN);
    EXPECT_FALSE(kernel.machine().running());
    EXPECT_FALSE(kernel.machine().panicked());
    EXPECT_EQ(kernel.call(nr::getpid), -ESHUTDOWN);
    Instance next;
    EXPECT_EQ(next.call(nr::getpid), 1);
}

}  // namespace
}  // namespace lkl::testing
