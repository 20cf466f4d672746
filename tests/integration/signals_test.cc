// SPDX-License-Identifier: GPL-2.0
// Signals of the host: handlers that arrive inside a call, and faults that are not the kernel's.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <map>
#include <thread>

#include "block/testing/temporary.hh"
#include "blocked.hh"
#include "host.hh"
#include "instance.hh"
#include "platform/fault.hh"

namespace lkl::testing {
namespace {

// What handlers do and see: there is one test at a time.
Instance* handlers_kernel = nullptr;
std::atomic<long> handlers_result{0};
std::atomic<int> signals_seen{0};
std::atomic<int> refused{0};
std::atomic<int> served{0};
std::atomic<int> wrong{0};

void install(int signal, void (*handler)(int), int flags) {
    struct sigaction action {};

    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    ASSERT_EQ(sigaction(signal, &action, nullptr), 0);
}

void restore(int signal) {
    install(signal, SIG_DFL, 0);
}

void call_and_remember(int /*signal*/) {
    const int before = errno;
    handlers_result = handlers_kernel->call(nr::getpid);
    signals_seen++;
    errno = before;
}

// The thread is in a call, though it sleeps in the host's kernel.
TEST(Signals, AHandlerThatCallsInABlockedCallIsRefused) {
    if (kThreadSanitized) {
        GTEST_SKIP() << "ThreadSanitizer holds a signal back while a thread sleeps in a call: it "
                        "delivers at the C library's functions only";
    }
    Instance kernel;
    handlers_kernel = &kernel;
    signals_seen = 0;
    install(SIGUSR1, call_and_remember, SA_RESTART);
    std::array<int, 2> fds{};
    ASSERT_EQ(kernel.call(nr::pipe2, fds.data(), 0), 0);
    char byte = 0;
    {
        BlockedCaller reader(kernel, 'S', [&] { return kernel.call(nr::read, fds[0], &byte, 1); });
        pthread_kill(reader.thread().native_handle(), SIGUSR1);
        while (signals_seen == 0) {
            std::this_thread::yield();
        }
        EXPECT_EQ(handlers_result, -EDEADLK);
        // Host signals do not interrupt a call.
        EXPECT_EQ(kernel.call(nr::write, fds[1], "x", 1), 1);
        EXPECT_EQ(reader.result(), 1);
        EXPECT_EQ(byte, 'x');
    }
    restore(SIGUSR1);
}

void call_and_count(int /*signal*/) {
    const int before = errno;
    const long result = handlers_kernel->call(nr::getpid);
    signals_seen++;
    refused += result == -EDEADLK ? 1 : 0;
    served += result == 1 ? 1 : 0;
    wrong += result != -EDEADLK && result != 1 ? 1 : 0;
    errno = before;
}

// Wherever in a call, or between calls, the handler arrives: it is refused or served.
TEST(Signals, AHandlerThatCallsIsRefusedOrServed) {
    constexpr int kWanted = 50;
    Instance kernel;
    handlers_kernel = &kernel;
    signals_seen = refused = served = wrong = 0;
    install(SIGPROF, call_and_count, SA_RESTART);
    const itimerval often = {{0, 1000}, {0, 1000}};
    ASSERT_EQ(setitimer(ITIMER_PROF, &often, nullptr), 0);
    std::atomic<bool> enough{false};
    // Another thread that calls makes this one sleep in calls, too.
    std::thread other([&] {
        while (!enough) {
            EXPECT_EQ(kernel.call(nr::getpid), 1);
        }
    });
    while (signals_seen < kWanted || refused == 0) {
        ASSERT_EQ(kernel.call(nr::getppid), 0);
        ASSERT_EQ(kernel.write_file("/tmp/file", std::string(5000, 'x')), 0);
    }
    enough = true;
    other.join();
    const itimerval never{};
    setitimer(ITIMER_PROF, &never, nullptr);
    restore(SIGPROF);
    EXPECT_GT(refused, 0);
    EXPECT_EQ(wrong, 0);
}

void count_deeply(int /*signal*/) {
    // Some stack, as a profiler's handler uses.
    std::array<char, 2048> buffer{};
    for (char& byte : buffer) {
        *static_cast<volatile char*>(&byte) = 1;
    }
    signals_seen++;
}

void heavy_work_under_profiling(const std::string& type, std::size_t mebibytes) {
    const TemporaryFolder folder;
    const std::string image = folder.file("image");
    make_image(image, type, mebibytes);
    {
        Instance kernel;
        const std::string mount = kernel.mount(kernel.add_disk(file_disk(image)), type, "disk");
        signals_seen = 0;
        install(SIGPROF, count_deeply, SA_RESTART);  // without SA_ONSTACK: on the kernel's stack
        const itimerval often = {{0, 500}, {0, 500}};
        ASSERT_EQ(setitimer(ITIMER_PROF, &often, nullptr), 0);
        constexpr int kWanted = 60;
        for (int i = 0; signals_seen < kWanted; i++) {
            const std::string path = mount + "/file" + std::to_string(i % 50);
            ASSERT_EQ(kernel.write_file(path, std::string(60'000, 'w')), 0);
            ASSERT_EQ(kernel.read_file(path).size(), 60'000U);
            if (i % 5 == 0) {
                ASSERT_EQ(kernel.call(nr::unlinkat, AT_FDCWD, path.c_str(), 0), 0);
                kernel.call(nr::sync);
            }
        }
        const itimerval never{};
        setitimer(ITIMER_PROF, &never, nullptr);
        restore(SIGPROF);
        EXPECT_EQ(kernel.halt(), 0);
    }
    EXPECT_EQ(type == "ext4" ? run_program({"e2fsck", "-fn", image})
                             : run_program({"btrfs", "check", image}),
              0);
}

TEST(Signals, ProfilingWithoutAStackDuringExt4Work) {
    heavy_work_under_profiling("ext4", 64);
}

TEST(Signals, ProfilingWithoutAStackDuringBtrfsWork) {
    {
        Instance kernel;
        if (kernel.read_file("/proc/filesystems").find("btrfs") == std::string::npos) {
            GTEST_SKIP() << "this kernel has no btrfs";
        }
    }
    heavy_work_under_profiling("btrfs", 160);
}

// Whatever is not the kernel's: its handler may have been replaced by this one.
void count_sent(int signal, siginfo_t* info, void* context) {
    if (!redirect_fault(signal, info, context)) {
        signals_seen++;
    }
}

// A fault signal that somebody sends, rather than the kernel's code causes, is the application's.
TEST(Signals, SentFaultSignalsAreNotTheKernels) {
    std::map<int, struct sigaction> before;
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGTRAP, SIGILL}) {
        struct sigaction action {};

        action.sa_sigaction = count_sent;
        action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        ASSERT_EQ(sigaction(signal, &action, &before[signal]), 0);
    }
    signals_seen = 0;
    int sent = 0;
    {
        Instance kernel;
        std::atomic<bool> enough{false};
        std::thread caller([&] {
            while (!enough) {
                EXPECT_EQ(kernel.write_file("/tmp/file", std::string(100'000, 'x')), 0);
            }
        });
        constexpr int kTimes = 10;
        for (int i = 0; i < kTimes; i++) {
            for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGTRAP}) {
                pthread_kill(caller.native_handle(), signal);
                sent++;
                while (signals_seen < sent && kernel.machine().running()) {
                    std::this_thread::yield();
                }
            }
        }
        enough = true;
        caller.join();
        EXPECT_TRUE(kernel.machine().running());
        EXPECT_EQ(kernel.call(nr::uname, 8), -EFAULT);
    }
    EXPECT_EQ(signals_seen, sent);
    for (const auto& [signal, action] : before) {
        sigaction(signal, &action, nullptr);
    }
}

// --- the application's own faults
// -----------------------------------------------------------------

thread_local sigjmp_buf after_fault;
std::atomic<int> own_faults{0};

void on_own_fault(int /*signal*/, siginfo_t* /*info*/, void* /*context*/) {
    own_faults++;
    siglongjmp(after_fault, 1);
}

void on_any_fault(int signal, siginfo_t* info, void* context) {
    if (!redirect_fault(signal, info, context)) {
        on_own_fault(signal, info, context);
    }
}

void install_fault_handler(void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action {};

    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, nullptr);
}

// A fault of our own: true if the handler saw it.
bool fault_once() {
    constexpr std::size_t kPage = 4096;
    void* page = mmap(nullptr, kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int before = own_faults;
    if (sigsetjmp(after_fault, 1) == 0) {
        *static_cast<volatile char*>(page) = 1;
    }
    munmap(page, kPage);
    return own_faults == before + 1;
}

// Both kinds of faults in turn, on two threads.
bool both_kinds_work(Instance& kernel) {
    bool good = true;
    const auto work = [&] {
        constexpr int kTimes = 50;
        for (int i = 0; i < kTimes; i++) {
            good = good && fault_once() && kernel.call(nr::uname, 8) == -EFAULT &&
                   kernel.call(nr::getpid) == 1;
        }
    };
    work();
    std::thread(work).join();
    return good;
}

// In a process of its own: the first boot of a process is what installs the library's handlers.
// GoogleTest runs suites of such a name first, before this process has booted.
TEST(FaultHandlersDeathTest, InstalledBeforeTheBoot) {
    EXPECT_EQ(in_child([] {
                  install_fault_handler(on_own_fault);
                  Instance kernel;
                  kernel.stop_judging();
                  check_in_child(both_kinds_work(kernel), "both kinds of faults are handled");
                  check_in_child(kernel.complaints().empty(), "the kernel does not complain");
                  check_in_child(kernel.halt() == 0, "the halt succeeds");
                  check_in_child(fault_once(), "the handler works after the halt");
                  kernel.destroy();
                  check_in_child(fault_once(), "the handler works without an instance");
              }),
              0);
}

TEST(FaultHandlersDeathTest, InstalledAfterTheBoot) {
    EXPECT_EQ(in_child([] {
                  Instance kernel;
                  kernel.stop_judging();
                  check_in_child(kernel.call(nr::uname, 8) == -EFAULT, "a bad pointer is refused");
                  install_fault_handler(on_any_fault);
                  check_in_child(both_kinds_work(kernel), "both kinds of faults are handled");
                  Instance second;
                  second.stop_judging();
                  check_in_child(both_kinds_work(second), "they are in a second instance");
                  check_in_child(second.halt() == 0, "the second halt succeeds");
                  check_in_child(kernel.complaints().empty(), "the kernel does not complain");
                  check_in_child(kernel.halt() == 0, "the halt succeeds");
              }),
              0);
}

TEST(FaultHandlersDeathTest, WithoutOneAFaultEndsTheProcess) {
    const int status = in_child([] {
        Instance kernel;
        kernel.stop_judging();
        kernel.call(nr::uname, 8);
        volatile char* volatile nowhere = nullptr;
        *nowhere = 1;
    });
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    EXPECT_NE(status, 0);  // the sanitizer's report is the default there
#else
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGSEGV);
#endif
}

TEST(FaultHandlersDeathTest, TheApplicationsSignalStackIsKept) {
    Instance kernel;
    std::thread([&] {
        std::vector<char> memory(1U << 16U);
        stack_t mine{};
        mine.ss_sp = memory.data();
        mine.ss_size = memory.size();
        ASSERT_EQ(sigaltstack(&mine, nullptr), 0);
        EXPECT_EQ(kernel.call(nr::uname, 8), -EFAULT);
        stack_t now{};
        ASSERT_EQ(sigaltstack(nullptr, &now), 0);
        EXPECT_EQ(now.ss_sp, mine.ss_sp);
        EXPECT_EQ(now.ss_size, mine.ss_size);
        mine.ss_flags = SS_DISABLE;
        sigaltstack(&mine, nullptr);
    }).join();
}

}  // namespace
}  // namespace lkl::testing
