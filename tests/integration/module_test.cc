// SPDX-License-Identifier: GPL-2.0
// Modules: loaded, used and removed; nothing of them is ever writable and executable; their faults
// end the instance.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "host.hh"
#include "instance.hh"

namespace lkl::testing {
namespace {

std::vector<char> module_bytes() {
    std::ifstream file(LKL_TEST_MODULE, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Module : public ::testing::Test {
  protected:
    Module() {
        // It is built outside the kernel's tree, which the kernel remarks upon.
        kernel_.expect("lkl_test: loading out-of-tree module taints kernel");
    }

    long load(const char* parameters) {
        return kernel_.call(nr::init_module, bytes_.data(), bytes_.size(), parameters);
    }

    long unload() { return kernel_.call(nr::delete_module, "lkl_test", O_NONBLOCK); }

    const std::vector<char> bytes_ = module_bytes();
    Instance kernel_;
};

TEST_F(Module, LoadsWorksAndGoes) {
    ASSERT_GT(bytes_.size(), 1000U);
    constexpr int kTimes = 5;
    for (int i = 0; i < kTimes; i++) {
        ASSERT_EQ(load(""), 0);
        EXPECT_EQ(load(""), -EEXIST);
        EXPECT_EQ(kernel_.read_file("/sys/module/lkl_test/parameters/answer"), "31\n");
        EXPECT_NE(kernel_.read_file("/proc/modules").find("lkl_test "), std::string::npos);
        EXPECT_EQ(writable_and_executable(), std::vector<std::string>{});
        EXPECT_EQ(unload(), 0);
        EXPECT_EQ(unload(), -ENOENT);
    }
    EXPECT_EQ(load("what=fail"), -ENXIO);
    EXPECT_EQ(kernel_.read_file("/proc/modules"), "");
}

// Looked at all the time by another thread while modules come and go.
TEST_F(Module, NothingIsEverWritableAndExecutable) {
    std::atomic<bool> enough{false};
    std::atomic<int> looks{0};
    std::vector<std::string> found;
    std::thread watcher([&] {
        while (!enough && found.empty()) {
            found = writable_and_executable();
            looks++;
        }
    });
    constexpr int kTimes = 100;
    long result = 0;
    for (int i = 0; (i < kTimes || looks < 20) && result == 0; i++) {
        result = load("");
        result = result == 0 ? unload() : result;
    }
    EXPECT_EQ(result, 0);
    enough = true;
    watcher.join();
    EXPECT_EQ(found, std::vector<std::string>{});
}

TEST_F(Module, BrokenFilesAreRefused) {
    Instance& kernel = kernel_;
    kernel.expect("Invalid");
    std::vector<char> broken = bytes_;
    EXPECT_EQ(kernel.call(nr::init_module, broken.data(), std::size_t{10}, ""), -ENOEXEC);
    EXPECT_EQ(kernel.call(nr::init_module, broken.data(), broken.size() / 2, ""), -ENOEXEC);
    EXPECT_EQ(kernel.call(nr::init_module, 8, broken.size(), ""), -EFAULT);
    EXPECT_EQ(kernel.call(nr::init_module, broken.data(), broken.size(), 8), -EFAULT);
    broken[18] = 3;  // e_machine: i386
    EXPECT_EQ(kernel.call(nr::init_module, broken.data(), broken.size(), ""), -ENOEXEC);
    EXPECT_EQ(load(""), 0);
}

// It goes to the log, where the tests' judgement finds it, and the instance goes on.
TEST_F(Module, AWarningGoesToTheLogOnly) {
    ASSERT_EQ(load("what=warn"), 0);
    EXPECT_TRUE(kernel_.log().contains("WARNING: CPU: 0"));
    EXPECT_TRUE(kernel_.log().contains("lkl_test was asked to warn"));
    EXPECT_FALSE(kernel_.complaints().empty());
    kernel_.stop_judging();
    EXPECT_TRUE(kernel_.machine().running());
    EXPECT_EQ(kernel_.call(nr::getpid), 1);
    EXPECT_EQ(unload(), 0);
}

// Two locks in both orders: with lockdep that is a report, though nobody waits for ever.
TEST_F(Module, LockdepFindsAnInversion) {
#ifdef LKL_TEST_LOCKDEP
    ASSERT_FALSE(kernel_.read_file("/proc/lockdep_stats").empty()) << "debug without PROVE_LOCKING";
#endif
    if (kernel_.read_file("/proc/lockdep_stats").empty()) {
        kernel_.stop_judging();  // of a module that is not loaded
        GTEST_SKIP() << "this kernel has no lockdep";
    }
    ASSERT_EQ(load("what=invert"), 0);
    EXPECT_TRUE(kernel_.log().contains("possible circular locking dependency detected"));
    EXPECT_FALSE(kernel_.complaints().empty());
    kernel_.stop_judging();
    EXPECT_EQ(unload(), 0);
}

void expect_end(Instance& kernel, const std::string& reason) {
    kernel.expect(reason);
    kernel.expect("Call Trace");
    kernel.expect("Kernel panic - not syncing: Fatal exception");
}

TEST_F(Module, AnOopsNamesTheModule) {
    expect_end(kernel_, "BUG: unable to handle page fault for address 0000000000000008");
    EXPECT_EQ(load("what=oops"), -ENOTRECOVERABLE);
    EXPECT_TRUE(kernel_.machine().panicked());
    EXPECT_TRUE(kernel_.log().contains("lkl_test_oops+0x"));
    EXPECT_TRUE(kernel_.log().contains("[lkl_test]"));
    Instance next;
    EXPECT_EQ(next.call(nr::getpid), 1);
}

TEST_F(Module, ABugEndsTheInstance) {
    kernel_.expect("BUG");
    kernel_.expect("Call Trace");
    kernel_.expect("Kernel panic");
    EXPECT_EQ(load("what=bug"), -ENOTRECOVERABLE);
    EXPECT_TRUE(kernel_.machine().panicked());
    Instance next;
    EXPECT_EQ(next.call(nr::getpid), 1);
}

}  // namespace
}  // namespace lkl::testing
