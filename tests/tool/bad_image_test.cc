// SPDX-License-Identifier: GPL-2.0
// Images that are damaged, foreign, write-protected or in need of recovery.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <lkl/disk.hh>
#include <lkl/kernel.hh>
#include <lkl/mount.hh>

#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;

class BadImage : public ToolTest {
  protected:
    void SetUp() override {
        work_.write("f", "x");
        out_ = directory("out");
    }

    void expect_refused(const std::string& arguments, const std::vector<std::string>& parts) {
        for (const std::string name : {"cptofs", "cpfromfs", "fs2tar"}) {
            const std::string rest = name == "cptofs"     ? quote(path("f")) + " /"
                                     : name == "cpfromfs" ? "/. " + quote(out_)
                                                          : quote(path("a.tar"));
            const auto result = tool(name, arguments + " " + rest);
            EXPECT_EQ(result.exit_code, 3) << name << " " << arguments << "\n" << result.errors;
            for (const std::string& part : parts) {
                EXPECT_NE(result.errors.find(part), std::string::npos)
                    << "\"" << part << "\" is missing in: " << result.errors;
            }
            EXPECT_FALSE(stdfs::exists(path("a.tar"))) << arguments;
        }
    }

    std::string out_;
};

TEST_F(BadImage, ZerosHoldNoFileSystem) {
    work_.write("zeros", std::string(1 << 20, '\0'));
    expect_refused("-i " + quote(path("zeros")), {"zeros", "nothing in it is recognised"});
    expect_refused("-t ext4 -i " + quote(path("zeros")), {"zeros", "ext4"});
}

TEST_F(BadImage, WhatIsNoDiskIsNotWaitedFor) {
    ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
    for (const std::string& name : {path("fifo"), work_.path(), std::string("/dev/null")}) {
        expect_refused("-i " + quote(name), {name, "neither a regular file nor a block device"});
    }
}

TEST_F(BadImage, ADeviceThatTheHostUsesIsNotWritten) {
    const std::string image = make_image("ext4");
    const auto attached = run("losetup -f --show " + quote(image));
    const std::string device = attached.output.substr(0, attached.output.find('\n'));
    if (attached.exit_code != 0) {
        GTEST_SKIP() << "no loop devices here, or not for this user: " << attached.errors;
    }
    const int claim = ::open(device.c_str(), O_RDONLY | O_EXCL | O_CLOEXEC);
    EXPECT_GE(claim, 0) << device;
    const std::string arguments = "-i " + quote(device) + " " + quote(path("f")) + " /";
    const auto claimed = tool("cptofs", arguments);
    EXPECT_EQ(claimed.exit_code, 3);
    EXPECT_NE(claimed.errors.find("it is mounted or otherwise in use"), std::string::npos)
        << claimed.errors;
    EXPECT_EQ(tool("lkl", "ls -i " + quote(device)).exit_code, 0);
    ::close(claim);
    EXPECT_EQ(tool("cptofs", arguments).exit_code, 0);
    run("losetup -d " + quote(device));
    expect_clean("ext4", image);
}

TEST_F(BadImage, TheWrongTypeIsNamedTogetherWithTheRightOne) {
    const std::string image = make_image("ext4");
    expect_refused("-t xfs -i " + quote(image), {"as xfs", "it holds ext4"});
}

TEST_F(BadImage, AnUnknownTypeIsNamed) {
    const std::string image = make_image("ext4");
    expect_refused("-t nosuchfs -i " + quote(image), {"nosuchfs"});
}

TEST_F(BadImage, AMissingPartitionIsNamed) {
    const std::string image = make_image("ext4");
    expect_refused("-P 3 -i " + quote(image), {"partition 3", "no partition table"});
}

TEST_F(BadImage, ATruncatedImageIsRefused) {
    const std::string image = make_image("ext4");
    stdfs::resize_file(image, 1 << 20);
    expect_refused("-i " + quote(image), {"ext4.img"});
    const std::string xfs = make_image("xfs");
    stdfs::resize_file(xfs, 1 << 20);
    expect_refused("-i " + quote(xfs), {"xfs.img"});
}

TEST_F(BadImage, ADamagedSuperblockIsRefused) {
    const std::string image = make_image("xfs");
    {
        std::fstream file(image, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(100);
        file << "garbage in the superblock";
    }
    expect_refused("-t xfs -i " + quote(image), {"xfs.img"});
}

TEST_F(BadImage, AReadOnlyFileSystemIsNotWrittenTo) {
    work_.write("content/f", "x");
    ASSERT_EQ(run("mksquashfs " + quote(path("content")) + " " + quote(path("s.img")) + " -quiet")
                  .exit_code,
              0);
    const auto result =
        tool("cptofs", "-i " + quote(path("s.img")) + " " + quote(path("f")) + " /");
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(result.errors.find("can only be read"), std::string::npos) << result.errors;
    expect_tool("cpfromfs", "-i " + quote(path("s.img")) + " /f " + quote(out_));
    EXPECT_EQ(work_.read("out/f"), "x");
}

TEST_F(BadImage, AnImageWithoutWritePermissionIsNotWrittenTo) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may write everything";
    }
    const std::string image = make_image("ext4");
    ASSERT_EQ(::chmod(image.c_str(), 0444), 0);
    const auto result = tool("cptofs", "-i " + quote(image) + " " + quote(path("f")) + " /");
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_NE(result.errors.find("Permission denied"), std::string::npos) << result.errors;
}

TEST_F(BadImage, ReadingNeverWritesTheImage) {
    for (const char* type : {"ext4", "xfs", "btrfs", "f2fs", "vfat", "exfat", "ntfs3"}) {
        const std::string image = make_image(type);
        const std::string before = run("b2sum " + quote(image)).output;

        struct stat first {};

        ASSERT_EQ(::stat(image.c_str(), &first), 0);
        expect_tool("cpfromfs", "-i " + quote(image) + " / " + quote(directory(type)));
        expect_tool("fs2tar", "-i " + quote(image) + " /dev/null");
        EXPECT_EQ(before, run("b2sum " + quote(image)).output) << type;

        struct stat second {};

        ASSERT_EQ(::stat(image.c_str(), &second), 0);
        EXPECT_EQ(first.st_mtim.tv_nsec, second.st_mtim.tv_nsec) << type;
    }
}

class DirtyJournal : public BadImage, public ::testing::WithParamInterface<const char*> {
  protected:
    // Copies the image while a file system with a synced file is mounted: what a crash leaves.
    void make_dirty(const std::string& image, const std::string& dirty) {
        Kernel::Options boot;
        boot.memory_bytes = std::uint64_t{384} << 20;
        auto kernel = Kernel::boot(std::move(boot));
        ASSERT_TRUE(kernel) << kernel.error().message();
        auto disk = Disk::add_file(*kernel, image, {});
        ASSERT_TRUE(disk) << disk.error().message();
        Mount::Options options;
        options.type = GetParam();
        auto mount = Mount::mount(*disk, 0, options);
        ASSERT_TRUE(mount) << mount.error().message();
        const std::string file = mount->path() + "/synced";
        constexpr int kHere = -100;
        const long fd = kernel->call(nr::openat, kHere, file.c_str(),
                                     open_flags::create | open_flags::write_only, 0644);
        ASSERT_GE(fd, 0);
        ASSERT_EQ(kernel->call(nr::write, fd, "in the log", 10), 10);
        ASSERT_EQ(kernel->call(nr::fsync, fd), 0);
        stdfs::copy_file(image, dirty);
        ASSERT_EQ(kernel->call(nr::close, fd), 0);
        ASSERT_TRUE(mount->unmount());
    }
};

TEST_P(DirtyJournal, IsReplayedAndTheImageStaysAsItIs) {
    const std::string image = make_image(GetParam());
    const std::string dirty = path("dirty.img");
    make_dirty(image, dirty);
    ASSERT_EQ(::chmod(dirty.c_str(), 0444), 0);
    const std::string before = run("b2sum " + quote(dirty)).output;
    expect_tool("cpfromfs", "-i " + quote(dirty) + " -t " + GetParam() + " /synced " + quote(out_));
    EXPECT_EQ(work_.read("out/synced"), "in the log");
    EXPECT_EQ(before, run("b2sum " + quote(dirty)).output);
}

INSTANTIATE_TEST_SUITE_P(Types, DirtyJournal, ::testing::Values("ext4", "xfs", "btrfs", "f2fs"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace lkl::tool_test
