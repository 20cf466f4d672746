// SPDX-License-Identifier: GPL-2.0
// fork() of the process: the child has a copy of every instance, and reaches nothing of the
// parent's.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <thread>
#include <vector>

#include "block/testing/temporary.hh"
#include "blocked.hh"
#include "host.hh"
#include "instance.hh"

namespace lkl::testing {
namespace {

// Half of the checks are the child's: see host.hh.
#define CHECK_IN_CHILD(condition) check_in_child((condition), #condition)

void check_log_in_child(Instance& kernel) {
    const std::vector<std::string> complaints = kernel.complaints();
    for (const std::string& line : complaints) {
        std::fprintf(stderr, "the child's kernel complained: %s\n", line.c_str());
    }
    CHECK_IN_CHILD(complaints.empty());
}

void work_in_child(Instance& kernel, const std::string& folder) {
    CHECK_IN_CHILD(kernel.call(nr::getpid) == 1);
    const timespec short_time = {0, 20'000'000};
    CHECK_IN_CHILD(kernel.call(nr::nanosleep, &short_time, nullptr) == 0);
    constexpr int kFiles = 30;
    for (int i = 0; i < kFiles; i++) {
        const std::string path = folder + "/child" + std::to_string(i);
        CHECK_IN_CHILD(kernel.write_file(path, std::string(20'000, 'c')) == 0);
        CHECK_IN_CHILD(kernel.read_file(path) == std::string(20'000, 'c'));
    }
    kernel.call(nr::sync);
    std::thread([&] { CHECK_IN_CHILD(kernel.call(nr::gettid) > 1); }).join();
}

TEST(Fork, TheChildHasItsOwnCopy) {
    const TemporaryFolder folder;
    const std::string image = folder.file("image");
    make_image(image, "ext4", 32);
    {
        Instance kernel;
        const std::string mount = kernel.mount(kernel.add_disk(file_disk(image)), "ext4", "disk");
        ASSERT_EQ(kernel.write_file(mount + "/before", "before"), 0);
        const long fd = kernel.open(mount + "/before", O_RDONLY);
        const int status = in_child([&] {
            kernel.stop_judging();
            CHECK_IN_CHILD(kernel.read_file(mount + "/before") == "before");
            work_in_child(kernel, mount);
            CHECK_IN_CHILD(kernel.call(nr::unlinkat, AT_FDCWD, (mount + "/before").c_str(), 0) ==
                           0);
            check_log_in_child(kernel);
            CHECK_IN_CHILD(kernel.halt() == 0);
        });
        EXPECT_EQ(status, 0);
        // The parent's files are as they were, and it goes on.
        EXPECT_EQ(kernel.list(mount), (std::vector<std::string>{"before", "lost+found"}));
        std::array<char, 8> content{};
        EXPECT_EQ(kernel.call(nr::read, fd, content.data(), content.size()), 6);
        EXPECT_EQ(kernel.write_file(mount + "/after", "after"), 0);
        EXPECT_EQ(kernel.halt(), 0);
    }
    EXPECT_TRUE(fsck_ext4(image));
    Instance kernel;
    const std::string mount = kernel.mount(kernel.add_disk(file_disk(image)), "ext4", "disk");
    EXPECT_EQ(kernel.list(mount), (std::vector<std::string>{"after", "before", "lost+found"}));
}

// The parent on its disk, which a child sees change (block/forked.hh), the children in memory.
TEST(Fork, ParentAndChildWorkAtTheSameTime) {
    const TemporaryFolder folder;
    const std::string image = folder.file("image");
    make_image(image, "ext4", 32);
    {
        Instance kernel;
        const std::string mount = kernel.mount(kernel.add_disk(file_disk(image)), "ext4", "disk");
        std::vector<pid_t> children;
        constexpr int kChildren = 3;
        for (int i = 0; i < kChildren; i++) {
            const pid_t pid = fork();
            if (pid == 0) {
                alarm(60);
                kernel.stop_judging();
                work_in_child(kernel, "/tmp");
                _exit(0);
            }
            ASSERT_GT(pid, 0);
            children.push_back(pid);
            const std::string name = mount + "/parent" + std::to_string(i);
            EXPECT_EQ(kernel.write_file(name, std::string(50'000, 'p')), 0);
        }
        for (const pid_t pid : children) {
            int status = -1;
            EXPECT_EQ(waitpid(pid, &status, 0), pid);
            EXPECT_EQ(status, 0);
        }
        EXPECT_EQ(kernel.read_file(mount + "/parent0"), std::string(50'000, 'p'));
        EXPECT_EQ(kernel.list(mount).size(), 1U + kChildren);
    }
    EXPECT_TRUE(fsck_ext4(image));
}

TEST(Fork, WhileOthersAreBlockedInCalls) {
    Instance kernel;
    std::array<int, 2> fds{};
    ASSERT_EQ(kernel.call(nr::pipe2, fds.data(), 0), 0);
    char byte = 0;
    const timespec some_time = {0, 300'000'000};
    {
        BlockedCaller reader(kernel, 'S', [&] { return kernel.call(nr::read, fds[0], &byte, 1); });
        BlockedCaller sleeper(kernel, 'S',
                              [&] { return kernel.call(nr::nanosleep, &some_time, nullptr); });
        const std::size_t tasks = kernel.tasks();
        const int status = in_child([&] {
            kernel.stop_judging();
            CHECK_IN_CHILD(kernel.call(nr::getpid) == 1);
            // The threads that blocked are not here: their tasks end.
            for (int i = 0; i < 1000 && kernel.tasks() != tasks - 2; i++) {
                const timespec short_time = {0, 1'000'000};
                kernel.call(nr::nanosleep, &short_time, nullptr);
            }
            CHECK_IN_CHILD(kernel.tasks() == tasks - 2);
            // The pipe is the child's own, and its reader is gone.
            CHECK_IN_CHILD(kernel.call(nr::write, fds[1], "c", 1) == 1);
            char mine = 0;
            CHECK_IN_CHILD(kernel.call(nr::read, fds[0], &mine, 1) == 1);
            CHECK_IN_CHILD(mine == 'c');
            check_log_in_child(kernel);
            CHECK_IN_CHILD(kernel.halt() == 0);
        });
        EXPECT_EQ(status, 0);
        EXPECT_EQ(kernel.call(nr::write, fds[1], "p", 1), 1);
        EXPECT_EQ(reader.result(), 1);
        EXPECT_EQ(byte, 'p');
        EXPECT_EQ(sleeper.result(), 0);
    }
}

TEST(Fork, WithTwoInstances) {
    std::array<Instance, 2> kernels;
    EXPECT_EQ(kernels[0].write_file("/tmp/name", "zero"), 0);
    EXPECT_EQ(kernels[1].write_file("/tmp/name", "one"), 0);
    const int status = in_child([&] {
        for (Instance& kernel : kernels) {
            kernel.stop_judging();
        }
        CHECK_IN_CHILD(kernels[0].read_file("/tmp/name") == "zero");
        CHECK_IN_CHILD(kernels[1].read_file("/tmp/name") == "one");
        CHECK_IN_CHILD(kernels[0].halt() == 0);
        work_in_child(kernels[1], "/tmp");
        CHECK_IN_CHILD(kernels[1].halt() == 0);
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(kernels[0].read_file("/tmp/name"), "zero");
    EXPECT_EQ(kernels[1].list("/tmp"), std::vector<std::string>{"name"});
}

TEST(Fork, ChildrenOfChildrenAndTheirOwnInstances) {
    Instance kernel;
    const int status = in_child([&] {
        kernel.stop_judging();
        CHECK_IN_CHILD(kernel.write_file("/tmp/generation", "child") == 0);
        Instance own;
        own.stop_judging();
        const int inner = in_child([&] {
            CHECK_IN_CHILD(kernel.read_file("/tmp/generation") == "child");
            CHECK_IN_CHILD(kernel.write_file("/tmp/generation", "grandchild") == 0);
            CHECK_IN_CHILD(own.call(nr::getpid) == 1);
        });
        CHECK_IN_CHILD(inner == 0);
        CHECK_IN_CHILD(kernel.read_file("/tmp/generation") == "child");
        CHECK_IN_CHILD(own.halt() == 0);
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(kernel.list("/tmp"), std::vector<std::string>{});
}

// Parent, child and a second child draw different bytes.
TEST(Fork, RandomBytesDiffer) {
    Instance kernel;
    std::array<int, 2> host_pipe{};
    ASSERT_EQ(pipe(host_pipe.data()), 0);
    using Bytes = std::array<std::uint64_t, 4>;
    const auto draw = [&] {
        Bytes bytes{};
        kernel.call(nr::getrandom, bytes.data(), sizeof(bytes), 0);
        return bytes;
    };
    draw();
    constexpr std::size_t kChildren = 2;
    std::array<Bytes, kChildren + 1> drawn{};
    for (std::size_t i = 0; i < kChildren; i++) {
        ASSERT_EQ(in_child([&] {
                      const Bytes bytes = draw();
                      CHECK_IN_CHILD(write(host_pipe[1], bytes.data(), sizeof(bytes)) ==
                                     ssize_t{sizeof(bytes)});
                  }),
                  0);
        ASSERT_EQ(read(host_pipe[0], drawn.at(i).data(), sizeof(Bytes)), ssize_t{sizeof(Bytes)});
    }
    drawn.at(kChildren) = draw();
    EXPECT_NE(drawn[0], drawn[1]);
    EXPECT_NE(drawn[0], drawn[2]);
    EXPECT_NE(drawn[1], drawn[2]);
    close(host_pipe[0]);
    close(host_pipe[1]);
}

// Without support for fork an instance is not copied, and a child must not reach the parent's.
TEST(Fork, WithoutSupportTheChildsCallsFail) {
    BootOptions options;
    options.fork_support = false;
    Instance kernel(std::move(options));
    ASSERT_EQ(kernel.write_file("/tmp/file", "parent"), 0);
    const int status = in_child([&] {
        kernel.stop_judging();
        CHECK_IN_CHILD(kernel.call(nr::getpid) < 0);
        CHECK_IN_CHILD(kernel.write_file("/tmp/file", "child") < 0);
        kernel.destroy();
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(kernel.read_file("/tmp/file"), "parent");
    EXPECT_EQ(kernel.halt(), 0);
}

TEST(Fork, AfterHaltAndAfterPanic) {
    Instance halted;
    Instance panicked;
    panicked.expect("sysrq");
    panicked.expect("Call Trace");
    EXPECT_EQ(halted.halt(), 0);
    panicked.write_file("/proc/sysrq-trigger", "c");
    const int status = in_child([&] {
        CHECK_IN_CHILD(halted.call(nr::getpid) == -ESHUTDOWN);
        CHECK_IN_CHILD(panicked.call(nr::getpid) == -ENOTRECOVERABLE);
    });
    EXPECT_EQ(status, 0);
}

// Threads begin, call and end all the time while another forks: nobody waits for ever.
TEST(Fork, WhileThreadsComeAndGo) {
    constexpr int kForks = 15;
    constexpr int kThreads = 3;
    Instance kernel;
    std::atomic<bool> enough{false};
    std::vector<std::thread> makers;
    for (int i = 0; i < kThreads; i++) {
        makers.emplace_back([&, i] {
            while (!enough) {
                std::thread([&] {
                    const std::string path = "/tmp/of" + std::to_string(i);
                    EXPECT_EQ(kernel.write_file(path, "x"), 0);
                }).join();
            }
        });
    }
    for (int i = 0; i < kForks; i++) {
        EXPECT_EQ(in_child([&] {
                      CHECK_IN_CHILD(kernel.call(nr::getpid) == 1);
                      CHECK_IN_CHILD(kernel.write_file("/tmp/child", "c") == 0);
                  }),
                  0);
    }
    enough = true;
    for (std::thread& maker : makers) {
        maker.join();
    }
    EXPECT_EQ(kernel.call(nr::getpid), 1);
}

// While others write to a disk: the copy is taken between requests, never within one. The child
// sees what the parent writes later wherever it has no copy (block/forked.hh), so that its file
// system may find itself damaged; that stays in the child.
TEST(Fork, DuringHeavyFileSystemWork) {
    if (kSanitized) {
        GTEST_SKIP() << "a sanitizer's allocator may be locked by another thread at the fork";
    }
    constexpr int kForks = 5;
    const TemporaryFolder folder;
    const std::string image = folder.file("image");
    make_image(image, "ext4", 64);
    {
        Instance kernel;
        const std::string mount = kernel.mount(kernel.add_disk(file_disk(image)), "ext4", "disk");
        std::atomic<bool> enough{false};
        std::thread writer([&] {
            for (int i = 0; !enough; i++) {
                const std::string path = mount + "/file" + std::to_string(i % 20);
                EXPECT_EQ(kernel.write_file(path, std::string(100'000, 'w')), 0);
                if (i % 10 == 0) {
                    kernel.call(nr::sync);
                }
            }
        });
        for (int i = 0; i < kForks; i++) {
            EXPECT_EQ(in_child([&] {
                          kernel.stop_judging();
                          work_in_child(kernel, "/tmp");
                          kernel.write_file(mount + "/child", std::string(50'000, 'c'));
                          kernel.call(nr::sync);
                      }),
                      0);
        }
        enough = true;
        writer.join();
    }
    EXPECT_TRUE(fsck_ext4(image));
}

}  // namespace
}  // namespace lkl::testing
