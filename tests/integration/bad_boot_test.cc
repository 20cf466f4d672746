// SPDX-License-Identifier: GPL-2.0
// Boots that cannot work, and hosts that give too little: a clear error, and nothing left behind.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "abi/machine.h"
#include "host.hh"
#include "instance.hh"

namespace lkl::testing {
namespace {

// The message of a boot that must fail.
std::string failure(const std::string& command_line, std::uint64_t memory = 0) {
    BootOptions options;
    options.command_line = command_line;
    options.memory_bytes = memory;
    const auto machine = Machine::boot(std::move(options));
    EXPECT_FALSE(machine) << command_line << " " << memory;
    return machine ? "" : machine.error().message();
}

TEST(BadBoot, ImpossibleMemory) {
    Instance first;  // whatever a process opens once is open now
    const ProcessState before = process_state();
    for (const char* mem : {"mem=0",
                            "mem=1",
                            "mem=1K",
                            "mem=4095K",
                            "mem=garbage",
                            "mem=",
                            "mem=K",
                            "mem=-1",
                            "mem=-64M",
                            "mem=12Q",
                            "mem=12MB",
                            "mem=0x",
                            "mem=1.5G",
                            "mem=99999999999999999999",
                            "mem=18446744073709551615",
                            "mem=0xffffffffffffffff",
                            "mem=16777216T",
                            "mem=32T",
                            "mem=17179869184G",
                            "mem=64M mem=0",
                            "quiet mem=nonsense loglevel=4"}) {
        const std::string message = failure(mem);
        EXPECT_GT(message.size(), std::string("cannot ").size() + 10) << mem << ": " << message;
    }
    for (const std::uint64_t bytes :
         {1ULL, 4095ULL, (4ULL << 20) - 1, 1ULL << 45, 1ULL << 63, ~0ULL, ~0ULL - 4095}) {
        EXPECT_NE(failure("", bytes), "") << bytes;
    }
    const ProcessState after = process_state();
    EXPECT_EQ(after.descriptors, before.descriptors);
    EXPECT_EQ(after.threads, before.threads);
    if (!kSanitized) {
        EXPECT_LE(after.mappings, before.mappings + 4);
    }
    EXPECT_EQ(first.call(nr::getpid), 1);
}

// Memory that the kernel itself finds too small: its panic is the error.
TEST(BadBoot, TooLittleMemoryForTheKernel) {
    for (const char* mem : {"mem=4M", "mem=5M", "mem=6M", "mem=8M", "mem=12M"}) {
        const int status = in_child([&] {
            BootOptions options;
            options.command_line = mem;
            const auto machine = Machine::boot(std::move(options));
            if (!machine) {
                const bool says_so =
                    machine.error().message().find("panicked") != std::string::npos;
                check_in_child(says_so, machine.error().message().c_str());
            }
        });
        EXPECT_EQ(status, 0) << mem;
    }
}

TEST(BadBoot, UnusualMemoryWorks) {
    for (const char* mem : {"mem=64m", "mem=65537K", "mem=0x4000000", "mem=67108864",
                            "mem=100000001", "mem=16M mem=48M", "mem=1G"}) {
        BootOptions options;
        options.command_line = mem;
        Instance kernel(std::move(options));
        EXPECT_EQ(kernel.call(nr::getpid), 1) << mem;
        EXPECT_EQ(kernel.write_file("/tmp/file", std::string(1'000'000, 'x')), 0) << mem;
    }
}

TEST(BadBoot, CommandLines) {
    EXPECT_NE(failure(std::string(5000, 'x')), "");
    BootOptions options;
    options.command_line = "foo=bar lkl.nothing=1 quiet loglevel=4 =x \"quoted word\"";
    Instance kernel(std::move(options));
    EXPECT_EQ(kernel.read_file("/proc/cmdline").substr(0, 8), "foo=bar ");
}

// As the limit grows, boots fail for one lack after the other, and at last succeed.
TEST(BadBoot, TooFewAddresses) {
    if (kSanitized) {
        GTEST_SKIP() << "a sanitizer needs terabytes of addresses itself";
    }
    int failed = 0;
    bool succeeded = false;
    constexpr std::uint64_t kStep = 96;
    for (std::uint64_t mebibytes = 64; mebibytes < 6000 && !succeeded; mebibytes += kStep) {
        constexpr int kBooted = 0;
        constexpr int kRefused = 3;
        const int status = in_child([&] {
            const rlimit limit = {mebibytes << 20U, mebibytes << 20U};
            check_in_child(setrlimit(RLIMIT_AS, &limit) == 0, "setrlimit()");
            BootOptions options;
            options.command_line = "mem=64M";
            const auto machine = Machine::boot(std::move(options));
            if (!machine) {
                _exit(machine.error().message().size() > 20 ? kRefused : 1);
            }
            constexpr long kGetpid = 172;
            check_in_child((*machine)->syscall(kGetpid, {}) == 1, "getpid()");
            check_in_child((*machine)->halt() == 0, "halt()");
            _exit(kBooted);
        });
        ASSERT_TRUE(WIFEXITED(status)) << mebibytes << " MiB: signal " << WTERMSIG(status);
        ASSERT_TRUE(WEXITSTATUS(status) == kBooted || WEXITSTATUS(status) == kRefused) << mebibytes;
        failed += WEXITSTATUS(status) == kRefused ? 1 : 0;
        succeeded = WEXITSTATUS(status) == kBooted;
    }
    EXPECT_GT(failed, 5);
    EXPECT_TRUE(succeeded);
}

TEST(BadBoot, TooFewDescriptors) {
    int failed = 0;
    for (rlim_t count = 3; count < 16; count++) {
        const int status = in_child([&] {
            const rlimit limit = {count, count};
            check_in_child(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit()");
            BootOptions options;
            options.command_line = "mem=64M";
            const auto machine = Machine::boot(std::move(options));
            if (!machine) {
                _exit(3);
            }
        });
        ASSERT_TRUE(WIFEXITED(status)) << count << " descriptors: signal " << WTERMSIG(status);
        failed += WEXITSTATUS(status) == 3 ? 1 : 0;
    }
    EXPECT_GT(failed, 0);
}

// Somebody has the preferred address: it is another then.
TEST(BadBoot, TheReservationAtThePreferredBaseFails) {
    if (kThreadSanitized) {
        GTEST_SKIP() << "ThreadSanitizer keeps such addresses to itself";
    }
    constexpr std::size_t kPage = 4096;
    BootOptions options;
    options.preferred_base = true;
    {
        Instance there(options);
        EXPECT_EQ(there.call(nr::getpid), 1);
        // While it is taken, by an instance.
        Instance elsewhere(options);
        EXPECT_EQ(elsewhere.call(nr::getpid), 1);
        EXPECT_EQ(there.call(nr::getpid), 1);
    }
    // By anything else, in the middle of what would be RAM.
    auto* wanted = reinterpret_cast<void*>(LKL_PREFERRED_BASE + (16U << 20U));
    void* place = mmap(wanted, kPage, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    ASSERT_EQ(place, wanted);
    std::memset(place, 'x', kPage);
    {
        Instance elsewhere(options);
        EXPECT_EQ(elsewhere.call(nr::getpid), 1);
    }
    EXPECT_EQ(static_cast<const char*>(place)[kPage - 1], 'x');
    munmap(place, kPage);
}

// Many at a time, each with its own files.
TEST(BadBoot, ManyInstancesAtOnce) {
    constexpr std::size_t kWanted = 24;
    std::vector<std::unique_ptr<Instance>> kernels;
    for (std::size_t i = 0; i < kWanted; i++) {
        kernels.push_back(std::make_unique<Instance>());
        EXPECT_EQ(kernels.back()->write_file("/tmp/number", std::to_string(i)), 0);
    }
    for (std::size_t i = 0; i < kWanted; i++) {
        EXPECT_EQ(kernels.at(i)->read_file("/tmp/number"), std::to_string(i));
    }
}

}  // namespace
}  // namespace lkl::testing
