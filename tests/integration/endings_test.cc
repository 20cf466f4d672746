// SPDX-License-Identifier: GPL-2.0
// What ends while something else is under way: threads, forked children, a halt, a disk.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "blocked.hh"
#include "host.hh"
#include "instance.hh"

namespace lkl::testing {
namespace {

#define CHECK_IN_CHILD(condition) check_in_child((condition), #condition)

// A new instance, which a child must be able to boot and end.
void boot_in_child() {
    Instance own;
    own.stop_judging();
    CHECK_IN_CHILD(own.call(nr::getpid) == 1);
    CHECK_IN_CHILD(own.halt() == 0);
}

// The parent's helper thread is not in the child: who frees the instance must not wait for it.
TEST(Endings, AChildFreesAPanickedInstance) {
    if (kThreadSanitized) {
        GTEST_SKIP() << kNoThreadsInChildren;
    }
    Instance kernel;
    kernel.expect("sysrq");
    kernel.expect("Call Trace");
    kernel.write_file("/proc/sysrq-trigger", "c");
    ASSERT_TRUE(kernel.machine().panicked());
    const int status = in_child([&] {
        kernel.stop_judging();
        CHECK_IN_CHILD(kernel.halt() == -ENOTRECOVERABLE);
        kernel.destroy();
        boot_in_child();
    });
    EXPECT_EQ(status, 0);
}

// Nor for the callers that were inside when the parent forked.
TEST(Endings, AChildFreesAnInstanceWithCallers) {
    if (kThreadSanitized) {
        GTEST_SKIP() << kNoThreadsInChildren;
    }
    const timespec some_time = {0, 500'000'000};
    for (const bool fork_support : {true, false}) {
        BootOptions options;
        options.fork_support = fork_support;
        Instance kernel(std::move(options));
        BlockedCaller sleeper(kernel, 'S',
                              [&] { return kernel.call(nr::nanosleep, &some_time, nullptr); });
        const int status = in_child([&] {
            kernel.stop_judging();
            CHECK_IN_CHILD(kernel.halt() == 0);
            kernel.destroy();
            boot_in_child();
        });
        EXPECT_EQ(status, 0);
        EXPECT_EQ(sleeper.result(), 0);
    }
}

// A halt on another thread: the fork waits for its end, since the child has nobody to end it.
TEST(Endings, AForkDuringAHalt) {
    Instance kernel;
    const timespec long_time = {1000, 0};
    BlockedCaller sleeper(kernel, 'S',
                          [&] { return kernel.call(nr::nanosleep, &long_time, nullptr); });
    std::thread halting([&] { EXPECT_EQ(kernel.machine().halt(), 0); });
    while (kernel.call(nr::getpid) != -ESHUTDOWN) {
        std::this_thread::yield();
    }
    const int status = in_child([&] {
        kernel.stop_judging();
        CHECK_IN_CHILD(kernel.machine().halt() == 0);
        kernel.destroy();
    });
    EXPECT_EQ(status, 0);
    halting.join();
    EXPECT_LT(sleeper.result(), 0);
}

// A disk whose function forks, as the application's own may, when the helper thread calls it.
class ForkingDisk final : public BlockBackend {
  public:
    explicit ForkingDisk(std::atomic<int>& status) : status_(status) { info_.size = 1U << 20U; }

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override {
        for (const iovec& segment : request.segments) {
            if (request.op == BlockOp::read) {
                std::memset(segment.iov_base, 0, segment.iov_len);
            }
        }
        if (request.op == BlockOp::write && std::this_thread::get_id() != caller_) {
            status_ = in_child([] {});
        }
        return 0;
    }

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override {
        return self;
    }

  private:
    BlockInfo info_;
    std::atomic<int>& status_;
    const std::thread::id caller_ = std::this_thread::get_id();
};

TEST(Endings, AForkWithinTheKernelOnTheHelperThread) {
    constexpr int kNotYet = -2;
    std::atomic<int> status{kNotYet};
    Instance kernel;
    const std::string disk = kernel.add_disk(std::make_unique<ForkingDisk>(status));
    ASSERT_EQ(kernel.write_file("/proc/sys/vm/dirty_expire_centisecs", "1"), 0);
    ASSERT_EQ(kernel.write_file("/proc/sys/vm/dirty_writeback_centisecs", "1"), 0);
    const long fd = kernel.must("open", nr::openat, AT_FDCWD, disk.c_str(), O_RDWR, 0);
    ASSERT_EQ(kernel.call(nr::write, fd, "data", 4), 4);
    while (status == kNotYet) {  // written back without any call
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(status, 0);
    EXPECT_EQ(kernel.call(nr::getpid), 1);
    EXPECT_EQ(kernel.halt(), 0);
}

// A disk that never answers: the halt gives up and says so.
TEST(Endings, AHaltGivesUpOnADeadDisk) {
    BootOptions options;
    options.halt_timeout = std::chrono::milliseconds(300);
    Instance kernel(std::move(options));
    auto owned = std::make_unique<StuckDisk>();
    StuckDisk& stuck = *owned;
    const std::string disk = kernel.add_disk(std::move(owned));
    const long fd = kernel.must("open", nr::openat, AT_FDCWD, disk.c_str(), O_RDWR, 0);
    ASSERT_EQ(kernel.call(nr::write, fd, "data", 4), 4);
    stuck.set_stuck(true);
    BlockedCaller caller(kernel, 'D', [&] { return kernel.call(nr::fsync, fd); });
    EXPECT_EQ(kernel.halt(), -ETIMEDOUT);
    EXPECT_EQ(kernel.halt(), -ETIMEDOUT);
    EXPECT_EQ(caller.result(), -ESHUTDOWN);
}

// One that answers slowly is waited for, longer than one that is silent.
TEST(Endings, AHaltWaitsForASlowDisk) {
    constexpr int kRequests = 28;
    constexpr auto kEach = std::chrono::milliseconds(250);
    BootOptions options;
    options.halt_timeout = 6 * kEach;  // and five seconds for the closing of files
    Instance kernel(std::move(options));
    auto owned = std::make_unique<StuckDisk>();
    StuckDisk& slow = *owned;
    const std::string disk = kernel.add_disk(std::move(owned));
    const long fd = kernel.must("open", nr::openat, AT_FDCWD, disk.c_str(), O_RDWR, 0);
    for (long i = 0; i < kRequests; i++) {  // apart, so that each is a request of its own
        ASSERT_EQ(kernel.call(nr::pwrite64, fd, "data", 4, i * (1L << 15U)), 4);
    }
    std::atomic<int> answered{0};
    slow.answer_slowly(kEach, answered);
    EXPECT_EQ(kernel.halt(), 0);
    EXPECT_GE(answered, kRequests);
}

Instance* late_kernel = nullptr;
std::atomic<int> late_calls{0};

void call_late(void* /*value*/) {
    late_calls += late_kernel->call(nr::gettid) > 1 ? 1 : 0;
}

struct CallsAtItsEnd {
    ~CallsAtItsEnd() { late_calls += late_kernel->call(nr::gettid) > 1 ? 1 : 0; }
};

// The application's own destructors of an ending thread call, some of them after the library's
// have run: they get a task, and it ends as well.
TEST(Endings, CallsFromTheDestructorsOfAThread) {
    Instance kernel;
    late_kernel = &kernel;
    pthread_key_t key{};
    ASSERT_EQ(pthread_key_create(&key, call_late), 0);
    const std::size_t tasks = kernel.tasks();
    constexpr int kThreads = 20;
    for (int i = 0; i < kThreads; i++) {
        std::thread([&] {
            thread_local const CallsAtItsEnd at_its_end;
            ASSERT_NE(&at_its_end, nullptr);
            ASSERT_EQ(pthread_setspecific(key, &kernel), 0);
            ASSERT_GT(kernel.call(nr::gettid), 1);
        }).join();
    }
    EXPECT_EQ(late_calls, 2 * kThreads);
    EXPECT_EQ(kernel.tasks(), tasks);
    pthread_key_delete(key);
}

// Takes what devices are given, and does nothing.
class Looker final : public MmioDevice {
  public:
    explicit Looker(GuestMemory& memory) : memory_(memory) {}

    [[nodiscard]] std::uint64_t mmio_size() const override { return 0x200; }

    void plug(const DeviceContext& context) override { memory_ = context.memory; }

    void unplug() override {}

    std::uint64_t mmio_read(std::uint64_t /*offset*/, unsigned /*size*/) override { return 0; }

    void mmio_write(std::uint64_t /*offset*/, std::uint64_t /*value*/, unsigned /*size*/) override {
    }

    void drain() override {}

    void after_fork_in_child() override {}

  private:
    GuestMemory& memory_;
};

// What a device may write to can really be written: a write to the kernel's text or constants
// would be a fault of the process.
TEST(Endings, DevicesMayWriteToWritableMemoryOnly) {
    Instance kernel;
    kernel.expect("Wrong magic value");  // it is no device that anybody knows
    GuestMemory memory;
    EXPECT_FALSE(kernel.machine().add_device(std::make_unique<Looker>(memory)));
    ASSERT_NE(memory.size(), 0U);
    const auto start = reinterpret_cast<std::uint64_t>(memory.at(0, 1).data());
    EXPECT_TRUE(memory.writable_at(0, 1).empty());
    EXPECT_FALSE(memory.writable_at(memory.size() - 4096, 4096).empty());
    std::ifstream maps("/proc/self/maps");
    std::string line;
    unsigned looked_at = 0;
    while (std::getline(maps, line)) {
        std::size_t used = 0;
        const std::uint64_t low = std::stoull(line, &used, 16);
        const std::uint64_t high = std::stoull(line.substr(used + 1), nullptr, 16);
        if (low < start || high > start + memory.size()) {
            continue;
        }
        looked_at++;
        const bool can_write = line[line.find(' ') + 2] == 'w';
        const bool may_write = !memory.writable_at(high - 1 - start, 1).empty();
        EXPECT_TRUE(can_write || !may_write) << line;
    }
    EXPECT_GE(looked_at, 3U);
}

}  // namespace
}  // namespace lkl::testing
