// SPDX-License-Identifier: GPL-2.0
// lklfuse on images of the real mkfs, used by ordinary programs.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "fuse_mount.hh"
#include "panic_fixture.hh"
#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;
using fs::testing::describe_tree;

constexpr uid_t kNobody = 65534;

class Fuse : public PanicTest {
  protected:
    void SetUp() override {
        if (const std::string why = fuse_is_missing(); !why.empty()) {
            GTEST_SKIP() << why;
        }
        mount_point_ = directory("mnt");
    }

    [[nodiscard]] std::string in_mount(const std::string& below) const {
        return mount_point_ + "/" + below;
    }

    void expect_in_image(const std::string& image, const std::string& name,
                         const std::string& content) {
        const auto seen = tool("lkl", "cat -i " + quote(image) + " " + quote(name));
        EXPECT_EQ(seen.exit_code, 0) << seen.errors;
        EXPECT_TRUE(seen.output == content) << name;
    }

    std::string mount_point_;
};

class FuseTypes : public Fuse, public ::testing::WithParamInterface<const char*> {};

// The row of the table of failures: 0 files, and the journal still to be replayed.
TEST_P(FuseTypes, EveryFileThatIsCopiedIsInACleanImage) {
    const std::string type = GetParam();
    const std::string tree = directory("tree");
    make_rich_tree(tree);
    const auto expected = describe_tree(tree);
    const std::string image = make_image(type);
    FuseMount mounted(image, mount_point_);
    ASSERT_TRUE(mounted.wait_for_mount());
    const auto copied = run("cp -a " + quote(tree) + " " + quote(mount_point_));
    EXPECT_EQ(copied.exit_code, 0) << copied.errors;
    EXPECT_EQ(describe_tree(in_mount("tree")), expected);
    EXPECT_EQ(mounted.unmount(), 0) << mounted.errors();
    EXPECT_EQ(mounted.errors(), "");
    expect_clean(type, image);
    if (type == "ext4") {
        const auto features = run("dumpe2fs -h " + quote(image));
        EXPECT_EQ(features.output.find("needs_recovery"), std::string::npos) << features.output;
    }
    expect_tool("cpfromfs", "-i " + quote(image) + " /tree " + quote(directory("out")));
    EXPECT_EQ(describe_tree(path("out/tree")), expected);
}

INSTANTIATE_TEST_SUITE_P(Types, FuseTypes, ::testing::Values("ext4", "xfs", "btrfs", "f2fs"),
                         [](const auto& info) { return std::string(info.param); });

// The row of the table of failures: exit code 0, and then a mount that leads nowhere.
TEST_F(Fuse, AnImageThatCannotBeMountedIsAnErrorBeforeItGoesToTheBackground) {
    work_.write("zeros", std::string(1 << 20, '\0'));
    const std::string sound = make_image("ext4");

    const struct {
        std::string arguments;
        std::string part;
    } cases[] = {
        {quote(path("zeros")) + " " + quote(mount_point_), "nothing in it is recognised"},
        {"-o type=xfs " + quote(sound) + " " + quote(mount_point_), "it holds ext4"},
        {quote(path("none.img")) + " " + quote(mount_point_), "No such file or directory"},
        {quote(sound) + " " + quote(path("nowhere")), "nowhere: No such file or directory"},
        {quote(sound) + " " + quote(path("zeros")), "Not a directory"},
    };

    for (const auto& one : cases) {
        const auto result = tool("lklfuse", one.arguments);
        EXPECT_EQ(result.exit_code, 3) << one.arguments;
        EXPECT_EQ(result.errors.rfind("lklfuse: cannot ", 0), 0U) << result.errors;
        EXPECT_NE(result.errors.find(one.part), std::string::npos) << result.errors;
        EXPECT_FALSE(is_mounted(mount_point_));
    }
    EXPECT_EQ(tool("lklfuse", "").exit_code, 2);
    EXPECT_EQ(tool("lklfuse", quote(sound)).exit_code, 2);
    EXPECT_EQ(tool("lklfuse", "-o mb=lots " + quote(sound) + " x").exit_code, 2);
    const auto unknown =
        tool("lklfuse", "-o no_such_option " + quote(sound) + " " + quote(mount_point_));
    EXPECT_EQ(unknown.exit_code, 3) << unknown.errors;
    EXPECT_NE(unknown.errors.find("no_such_option"), std::string::npos) << unknown.errors;
    expect_clean("ext4", sound);
}

TEST_F(Fuse, InTheBackgroundItCanBeUsedAtOnce) {
    const std::string image = make_image("ext4");
    const auto started =
        run(quote(LKL_TOOL_DIRECTORY "/lklfuse") + " " + quote(image) + " " + quote(mount_point_) +
            " && echo content >" + quote(in_mount("f")) + " && fusermount3 -u " +
            quote(mount_point_) + " && flock " + quote(image) + " true");
    EXPECT_EQ(started.exit_code, 0) << started.errors;
    expect_clean("ext4", image);
    expect_in_image(image, "/f", "content\n");
}

class FuseSignals : public Fuse, public ::testing::WithParamInterface<int> {};

TEST_P(FuseSignals, ASignalUnmountsCleanlyEvenWhatIsInUse) {
    const std::string image = make_image("ext4");
    FuseMount mounted(image, mount_point_);
    ASSERT_TRUE(mounted.wait_for_mount());
    work_.write("mnt/whole", "content");
    // Open, and changed in the host's memory only.
    const int fd = ::open(in_mount("mapped").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(::ftruncate(fd, 4096), 0);
    void* const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ASSERT_NE(memory, MAP_FAILED);
    std::memset(memory, 'm', 4096);
    ASSERT_EQ(::kill(mounted.process(), GetParam()), 0);
    EXPECT_EQ(mounted.finish(), 0) << mounted.errors();
    EXPECT_FALSE(is_mounted(mount_point_));
    ::munmap(memory, 4096);
    ::close(fd);
    expect_clean("ext4", image);
    expect_in_image(image, "/whole", "content");
    expect_in_image(image, "/mapped", std::string(4096, 'm'));
}

INSTANTIATE_TEST_SUITE_P(Signals, FuseSignals, ::testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& info) { return "Signal" + std::to_string(info.param); });

TEST_F(Fuse, ReadOnlyRefusesToWriteAndLeavesTheImageAlone) {
    const std::string image = make_image("ext4");
    work_.write("f", "content");
    expect_tool("cptofs", "-i " + quote(image) + " " + quote(path("f")) + " /");
    const std::string before = run("b2sum " + quote(image)).output;
    FuseMount mounted(image, mount_point_, {"-o", "ro"});
    ASSERT_TRUE(mounted.wait_for_mount());
    EXPECT_EQ(work_.read("mnt/f"), "content");
    EXPECT_LT(::open(in_mount("f").c_str(), O_WRONLY | O_CLOEXEC), 0);
    EXPECT_EQ(errno, EROFS);
    EXPECT_NE(::mkdir(in_mount("d").c_str(), 0700), 0);
    EXPECT_EQ(errno, EROFS);
    EXPECT_EQ(mounted.unmount(), 0) << mounted.errors();
    EXPECT_EQ(run("b2sum " + quote(image)).output, before);
}

TEST_F(Fuse, TakesAPartitionAsTheOtherToolsDo) {
    const std::string part = make_image("ext4");
    const std::string disk = path("disk.img");
    ASSERT_EQ(run("truncate -s 100M " + quote(disk) + " && printf 'size=10M\\nsize=64M\\n' | " +
                  "sfdisk -q -X gpt " + quote(disk) + " && dd if=" + quote(part) +
                  " bs=1M seek=11 conv=notrunc of=" + quote(disk))
                  .exit_code,
              0);
    FuseMount mounted(disk, mount_point_, {"-o", "part=2,type=ext4"});
    ASSERT_TRUE(mounted.wait_for_mount());
    work_.write("mnt/f", "in the second partition");
    EXPECT_EQ(mounted.unmount(), 0) << mounted.errors();
    const auto seen = tool("lkl", "cat -P 2 -i " + quote(disk) + " /f");
    EXPECT_EQ(seen.output, "in the second partition") << seen.errors;
}

TEST_F(Fuse, HolesLinksAndNamesAreWhatTheyAre) {
    const std::string image = make_image("xfs");
    FuseMount mounted(image, mount_point_);
    ASSERT_TRUE(mounted.wait_for_mount());
    constexpr off_t kPart = 1 << 20;
    work_.write("mnt/a", std::string(3 * kPart, 'a'));
    work_.write("mnt/b", "b");
    const int fd = ::open(in_mount("a").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(fd, 0);
    EXPECT_EQ(::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, kPart, kPart), 0);
    EXPECT_EQ(::lseek(fd, 0, SEEK_HOLE), kPart);
    EXPECT_EQ(::lseek(fd, kPart, SEEK_DATA), 2 * kPart);
    const int copy = ::open(in_mount("copy").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    off_t from = 0;
    off_t to = 5;
    EXPECT_EQ(::copy_file_range(fd, &from, copy, &to, 10, 0), 10);
    EXPECT_EQ(work_.read("mnt/copy"), std::string(5, '\0') + std::string(10, 'a'));
    // An unlinked file is there as long as it is open.
    EXPECT_EQ(::unlink(in_mount("copy").c_str()), 0);
    char byte = 0;
    EXPECT_EQ(::pread(copy, &byte, 1, 5), 1);

    struct stat status {};

    EXPECT_EQ(::fstat(copy, &status), 0);
    EXPECT_EQ(status.st_nlink, 0U);
    EXPECT_EQ(status.st_size, 15);
    ::close(copy);
    ::close(fd);

    EXPECT_EQ(::link(in_mount("b").c_str(), in_mount("b2").c_str()), 0);

    struct stat second {};

    ASSERT_EQ(::stat(in_mount("b").c_str(), &status), 0);
    ASSERT_EQ(::stat(in_mount("b2").c_str(), &second), 0);
    EXPECT_EQ(status.st_ino, second.st_ino);
    EXPECT_EQ(second.st_nlink, 2U);
    EXPECT_EQ(::renameat2(AT_FDCWD, in_mount("a").c_str(), AT_FDCWD, in_mount("b").c_str(),
                          RENAME_EXCHANGE),
              0);
    EXPECT_EQ(work_.read("mnt/a"), "b");
    EXPECT_NE(::renameat2(AT_FDCWD, in_mount("a").c_str(), AT_FDCWD, in_mount("b").c_str(),
                          RENAME_NOREPLACE),
              0);
    EXPECT_EQ(errno, EEXIST);

    struct statvfs file_system {};

    EXPECT_EQ(::statvfs(mount_point_.c_str(), &file_system), 0);
    EXPECT_GT(file_system.f_blocks, file_system.f_bfree);
    EXPECT_EQ(mounted.unmount(), 0) << mounted.errors();
    expect_clean("xfs", image);
}

TEST_F(Fuse, ManyThreadsAtOnce) {
    const std::string image = make_image("btrfs");
    FuseMount mounted(image, mount_point_);
    ASSERT_TRUE(mounted.wait_for_mount());
    constexpr int kThreads = 8;
    constexpr int kFiles = 60;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([this, i] {
                const std::string own = "mnt/d" + std::to_string(i);
                stdfs::create_directory(path(own));
                for (int j = 0; j < kFiles; ++j) {
                    const std::string file = own + "/f" + std::to_string(j);
                    work_.write(file + ".new", std::string(1000U * static_cast<unsigned>(j), 'x'));
                    stdfs::rename(path(file + ".new"), path(file));
                    if (j % 3 == 0) {
                        stdfs::remove(path(file));
                    }
                }
            });
        }
    }
    for (int i = 0; i < kThreads; ++i) {
        for (int j = 0; j < kFiles; ++j) {
            const std::string file = "mnt/d" + std::to_string(i) + "/f" + std::to_string(j);
            ASSERT_EQ(stdfs::exists(path(file)), j % 3 != 0) << file;
            if (j % 3 != 0) {
                EXPECT_EQ(work_.read(file).size(), 1000U * static_cast<unsigned>(j));
            }
        }
    }
    EXPECT_EQ(mounted.unmount(), 0) << mounted.errors();
    expect_clean("btrfs", image);
}

// btrfs finds by its checksum that one block is not what was written.
TEST_F(Fuse, AnErrorInsideAFileIsNotItsEnd) {
    const std::string marker = "this block will be damaged";
    const std::string image = make_image("btrfs");
    std::string content(40000, 'x');
    content.replace(8 * 4096 + 100, marker.size(), marker);
    work_.write("file", content);
    expect_tool("cptofs", "-i " + quote(image) + " " + quote(path("file")) + " /");
    const std::string offset =
        run("grep -abo -m1 " + quote(marker) + " " + quote(image) + " | cut -d: -f1").output;
    ASSERT_FALSE(offset.empty());
    ASSERT_EQ(run("printf T | dd bs=1 conv=notrunc seek=" + std::to_string(std::stoul(offset)) +
                  " of=" + quote(image))
                  .exit_code,
              0);
    FuseMount mounted(image, mount_point_, {"-o", "ro"});
    ASSERT_TRUE(mounted.wait_for_mount());
    const auto read = run("cat " + quote(in_mount("file")));
    EXPECT_NE(read.exit_code, 0);
    EXPECT_EQ(read.output, content.substr(0, read.output.size()));
    EXPECT_EQ(run("stat -c %s " + quote(in_mount("file"))).output, "40000\n");
    EXPECT_EQ(mounted.unmount(), 0);
}

TEST_F(Fuse, AnOrdinaryUserIsRootInHisImage) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root, to become another user; the other tests mount as this one";
    }
    if (!stdfs::exists("/etc/mtab")) {
        GTEST_SKIP()
            << "fusermount3 unmounts for ordinary users only where /etc/mtab is (a link to "
               "/proc/self/mounts will do)";
    }
    const std::string image = make_image("ext4");
    ASSERT_EQ(::chown(image.c_str(), kNobody, kNobody), 0);
    ASSERT_EQ(::chown(mount_point_.c_str(), kNobody, kNobody), 0);
    ASSERT_EQ(::chmod(work_.path().c_str(), 0755), 0);
    FuseMount mounted(image, mount_point_, {}, kNobody);
    ASSERT_TRUE(mounted.wait_for_mount()) << mounted.finish() << mounted.errors();
    const std::string script = "cd " + quote(mount_point_) +
                               " && umask 027 && echo x >own && echo y >given && chown 0:5 given "
                               "&& chmod 4750 given && mkdir d && ls -ln";
    const auto used =
        run("setpriv --reuid=65534 --regid=65534 --clear-groups sh -c " + quote(script));
    EXPECT_EQ(used.exit_code, 0) << used.errors;
    // Not even the host's root.
    EXPECT_NE(::access(in_mount("own").c_str(), F_OK), 0);
    EXPECT_EQ(::kill(mounted.process(), SIGTERM), 0);
    EXPECT_EQ(mounted.finish(), 0) << mounted.errors();
    expect_clean("ext4", image);
    const auto listed = tool("lkl", "ls -l -i " + quote(image) + " /").output;
    EXPECT_NE(listed.find("-rw-r-----"), std::string::npos) << listed;
    EXPECT_NE(listed.find("-rwsr-x---"), std::string::npos) << listed;
    EXPECT_NE(listed.find("65534"), std::string::npos) << listed;
}

TEST_F(Fuse, TheProcessThatReadsTheImageIsConfined) {
    const std::string image = make_image("ext4");
    const auto seccomp = [](const FuseMount& mounted) {
        return run("grep -h ^Seccomp: /proc/" + std::to_string(mounted.worker()) +
                   "/task/*/status | sort -u")
            .output;
    };
    {
        FuseMount mounted(image, mount_point_, {"-v"});
        ASSERT_TRUE(mounted.wait_for_mount());
        work_.write("mnt/f", "x");
        const std::string seen = seccomp(mounted);
        ASSERT_EQ(mounted.unmount(), 0);
        if (mounted.errors().find("sandbox is incomplete") != std::string::npos) {
            GTEST_SKIP() << mounted.errors();
        }
        EXPECT_EQ(seen, "Seccomp:\t2\n");
    }
    FuseMount mounted(image, mount_point_, {"--no-sandbox"});
    ASSERT_TRUE(mounted.wait_for_mount());
    EXPECT_EQ(work_.read("mnt/f"), "x");
    EXPECT_EQ(seccomp(mounted), "Seccomp:\t0\n");
    EXPECT_EQ(mounted.unmount(), 0);
}

TEST_F(Fuse, APanicOfTheKernelIsAnErrorForCallersAndEndsIt) {
    const std::string image = make_treacherous_image();
    FuseMount mounted(image, mount_point_, {"-o", "opts=errors=panic"});
    ASSERT_TRUE(mounted.wait_for_mount());
    EXPECT_LT(::open(in_mount("d/new").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 0);
    EXPECT_EQ(errno, EIO);
    EXPECT_EQ(mounted.finish(), 5) << mounted.errors();
    EXPECT_NE(mounted.errors().find("panicked; its last words:\n"), std::string::npos);
    EXPECT_NE(mounted.errors().find("EXT4-fs error"), std::string::npos) << mounted.errors();
    EXPECT_FALSE(is_mounted(mount_point_));
}

TEST_F(Fuse, NoDeadMountIsLeftWhenItIsKilled) {
    const std::string image = make_image("ext4");
    FuseMount mounted(image, mount_point_);
    ASSERT_TRUE(mounted.wait_for_mount());
    work_.write("mnt/f", "x");
    ASSERT_GT(mounted.worker(), 0);
    ASSERT_EQ(::kill(mounted.worker(), SIGKILL), 0);
    EXPECT_EQ(mounted.finish(), 128 + SIGKILL);
    EXPECT_NE(mounted.errors().find("signal 9"), std::string::npos) << mounted.errors();
    EXPECT_FALSE(is_mounted(mount_point_));
}

}  // namespace
}  // namespace lkl::tool_test
