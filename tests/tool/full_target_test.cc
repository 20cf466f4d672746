// SPDX-License-Identifier: GPL-2.0
// Targets that are full, out of inodes, over quota or read-only: the tool says so, what it told to
// be copied is there, and the image is clean.

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <lkl/disk.hh>
#include <lkl/kernel.hh>
#include <lkl/mount.hh>
#include <sstream>

#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;

class FullTarget : public ToolTest, public ::testing::WithParamInterface<const char*> {
  protected:
    static std::string in(const std::string& image) { return "-i " + quote(image) + " "; }

    // Files of 1 MiB, each with its number in it.
    void make_large_files(int count) {
        for (int i = 0; i < count; ++i) {
            work_.write("tree/f" + std::to_string(1000 + i),
                        std::to_string(i) + std::string(1 << 20, 'x'));
        }
    }

    // The copy ends with `cause` and exit code 1; the image is clean, and every file that the copy
    // named is complete in it. Returns how many those are.
    std::size_t expect_stop(const std::string& image, const std::string& options,
                            const std::string& cause) {
        const auto result =
            tool("cptofs", "-v " + options + " " + in(image) + quote(path("tree")) + " /");
        EXPECT_EQ(result.exit_code, 1) << result.errors;
        EXPECT_NE(result.errors.find(cause + "\n"), std::string::npos) << result.errors;
        EXPECT_NE(result.errors.find("cptofs: 1 error; "), std::string::npos) << result.errors;
        expect_clean(GetParam(), image);
        expect_tool("cpfromfs", in(image) + "/tree " + quote(directory("out")));
        std::istringstream told(result.output);
        std::size_t count = 0;
        for (std::string name; std::getline(told, name); ++count) {
            const std::string below = name.substr(1);
            EXPECT_TRUE(work_.read(below) == work_.read("out/" + below)) << name;
        }
        // Nothing but what was told: no half of a file.
        std::size_t found = 0;
        for (const auto& entry : stdfs::directory_iterator(path("out/tree"))) {
            found += entry.is_regular_file() ? 1 : 0;
        }
        EXPECT_EQ(found, count);
        return count;
    }
};

class FullDisk : public FullTarget {};

TEST_P(FullDisk, IsToldAndWhatFitsIsThere) {
    make_large_files(file_system(GetParam()).size);
    const std::string image = make_image(GetParam());
    EXPECT_GT(expect_stop(image, "", "No space left on device"), 5U);
}

INSTANTIATE_TEST_SUITE_P(Types, FullDisk,
                         ::testing::Values("ext4", "xfs", "btrfs", "f2fs", "vfat", "exfat",
                                           "ntfs3"),
                         [](const auto& info) { return std::string(info.param); });

class OutOfInodes : public FullTarget {};

TEST_P(OutOfInodes, IsToldAndWhatFitsIsThere) {
    for (int i = 0; i < 100; ++i) {
        work_.write("tree/f" + std::to_string(1000 + i), "small");
    }
    EXPECT_GT(expect_stop(make_image(GetParam(), "-N 64"), "", "No space left on device"), 5U);
}

INSTANTIATE_TEST_SUITE_P(Types, OutOfInodes, ::testing::Values("ext4"),
                         [](const auto& info) { return std::string(info.param); });

// A quota of btrfs holds for root, and so for the tools; those of other types do not.
class OverQuota : public FullTarget {
  protected:
    // The kernel's interface: include/uapi/linux/btrfs.h.
    struct QuotaControl {
        std::uint64_t command;
        std::uint64_t status;
    };

    struct GroupLimit {
        std::uint64_t group;
        std::uint64_t flags;
        std::array<std::uint64_t, 4> limits;
    };

    static constexpr unsigned long kQuotaControl = 0xc0109428;
    static constexpr unsigned long kGroupLimit = 0x8030942b;

    static void limit_to(const std::string& image, std::uint64_t bytes) {
        Kernel::Options boot;
        boot.memory_bytes = std::uint64_t{256} << 20;
        auto kernel = Kernel::boot(std::move(boot));
        ASSERT_TRUE(kernel) << kernel.error().message();
        auto disk = Disk::add_file(*kernel, image, {});
        ASSERT_TRUE(disk) << disk.error().message();
        Mount::Options options;
        options.type = "btrfs";
        auto mount = Mount::mount(*disk, 0, options);
        ASSERT_TRUE(mount) << mount.error().message();
        constexpr int kHere = -100;
        const long fd = kernel->call(nr::openat, kHere, mount->path().c_str(), 0);
        ASSERT_GE(fd, 0);
        QuotaControl enable{1, 0};
        EXPECT_EQ(kernel->call(nr::ioctl, fd, kQuotaControl, &enable), 0);
        constexpr std::uint64_t kMostReferenced = 1;
        constexpr std::uint64_t kTopLevel = 5;
        GroupLimit limit{kTopLevel, kMostReferenced, {bytes, 0, 0, 0}};
        EXPECT_EQ(kernel->call(nr::ioctl, fd, kGroupLimit, &limit), 0);
        EXPECT_EQ(kernel->call(nr::close, fd), 0);
        ASSERT_TRUE(mount->unmount());
        ASSERT_TRUE(kernel->halt());
    }
};

TEST_P(OverQuota, IsToldAndWhatFitsIsThere) {
    make_large_files(30);
    const std::string image = make_image("btrfs");
    limit_to(image, 16 << 20);
    const std::size_t files = expect_stop(image, "", "Disk quota exceeded");
    EXPECT_GT(files, 5U);
    EXPECT_LT(files, 17U);
}

INSTANTIATE_TEST_SUITE_P(Types, OverQuota, ::testing::Values("btrfs"),
                         [](const auto& info) { return std::string(info.param); });

class FullHost : public ToolTest {};

TEST_F(FullHost, IsToldWithTheHostsReason) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs a small file system of the host's";
    }
    for (int i = 0; i < 8; ++i) {
        work_.write("tree/f" + std::to_string(i), std::string(1 << 20, 'x'));
    }
    const std::string image = make_image("ext4");
    expect_tool("cptofs", "-i " + quote(image) + " " + quote(path("tree")) + " /");
    const std::string small = directory("small");
    if (run("mount -t tmpfs -o size=4m none " + quote(small)).exit_code != 0) {
        GTEST_SKIP() << "no mounts here";
    }
    const auto result = tool("cpfromfs", "-i " + quote(image) + " /tree " + quote(small));
    const bool half_a_file = stdfs::exists(small + "/tree/f4");
    const auto read_only = run("mount -o remount,ro " + quote(small));
    const auto refused = tool("cpfromfs", "-i " + quote(image) + " /tree " + quote(small));
    EXPECT_EQ(run("umount " + quote(small)).exit_code, 0);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.errors.find("/tree/f4: No space left on device\n"), std::string::npos)
        << result.errors;
    EXPECT_FALSE(half_a_file);
    ASSERT_EQ(read_only.exit_code, 0) << read_only.errors;
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.errors.find("Read-only file system"), std::string::npos) << refused.errors;
}

}  // namespace
}  // namespace lkl::tool_test
