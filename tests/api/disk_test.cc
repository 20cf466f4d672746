// SPDX-License-Identifier: GPL-2.0
#include <cerrno>
#include <cstring>
#include <fstream>
#include <lkl/disk.hh>
#include <lkl/mount.hh>
#include <sstream>

#include "fixture.hh"

namespace lkl {
namespace {

constexpr std::uintmax_t kSize = 16U << 20U;

std::string whole_file(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
}

// A partition table of the MBR kind with primary partitions {start, size}, in bytes.
void write_partition_table(const std::string& path,
                           const std::vector<std::pair<std::uint32_t, std::uint32_t>>& partitions) {
    constexpr std::size_t kTable = 446;
    constexpr std::size_t kEntry = 16;
    constexpr std::uint32_t kSector = 512;
    std::vector<std::byte> sector(kSector);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        std::byte* const entry = sector.data() + kTable + i * kEntry;
        const std::uint32_t start = partitions[i].first / kSector;
        const std::uint32_t size = partitions[i].second / kSector;
        entry[4] = std::byte{0x83};
        std::memcpy(entry + 8, &start, sizeof(start));
        std::memcpy(entry + 12, &size, sizeof(size));
    }
    sector[510] = std::byte{0x55};
    sector[511] = std::byte{0xaa};
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
        .write(reinterpret_cast<const char*>(sector.data()), kSector);
}

class DiskTest : public KernelTest {
  protected:
    static std::string content(const Dir& dir, const std::string& name) {
        auto file = dir.open_file(name, open_flags::read_only);
        if (!file) {
            return file.error().message();
        }
        return as_text(file->read_rest(4096).value());
    }

    static void write(const Dir& dir, const std::string& name, std::string_view text) {
        auto file = dir.open_file(name, open_flags::write_only | open_flags::create);
        ASSERT_TRUE(file) << file.error().message();
        ASSERT_TRUE(file->write_all(as_bytes(text)));
        ASSERT_TRUE(file->close());
    }
};

TEST_F(DiskTest, UnmountIsFinishedOnReturn) {
    const ImageFile image(kSize);
    image.run("mkfs.ext4 -q -F");
    auto disk = Disk::add_file(kernel(), image.path(), {});
    ASSERT_TRUE(disk) << disk.error().message();
    EXPECT_EQ(disk->node(), "/dev/vda");
    EXPECT_EQ(disk->size().value(), kSize);
    EXPECT_TRUE(disk->partitions()->empty());
    for (int round = 0; round < 5; ++round) {
        auto mount = Mount::mount(*disk, 0, {});
        ASSERT_TRUE(mount) << mount.error().message();
        EXPECT_EQ(mount->type(), "ext4");
        Dir root = mount->root().value();
        write(root, "file-" + std::to_string(round), "content");
        EXPECT_EQ(mount->unmount(std::chrono::milliseconds(20)).error().linux_errno(), EBUSY);
        ASSERT_TRUE(root.close());
        const auto unmounted = mount->unmount();
        ASSERT_TRUE(unmounted) << unmounted.error().message();
        image.run("e2fsck -fn");
    }
}

TEST_F(DiskTest, OverlayLeavesTheImageAlone) {
    const ImageFile image(kSize);
    image.run("mkfs.ext4 -q -F");
    const std::string before = whole_file(image.path());
    Disk::Options options;
    options.overlay = true;
    auto disk = Disk::add_file(kernel(), image.path(), options);
    ASSERT_TRUE(disk) << disk.error().message();
    for (int round = 0; round < 2; ++round) {
        auto mount = Mount::mount(*disk, 0, {});
        ASSERT_TRUE(mount) << mount.error().message();
        {
            const Dir root = mount->root().value();
            if (round == 0) {
                write(root, "f", "in the overlay");
            }
            EXPECT_EQ(content(root, "f"), "in the overlay");
        }
        ASSERT_TRUE(mount->unmount());
    }
    EXPECT_TRUE(whole_file(image.path()) == before);
}

TEST_F(DiskTest, ReadOnlyDiskIsNotWritten) {
    expect("Can't open blockdev");  // 6.1's word for a mount that would write
    const ImageFile image(kSize);
    image.run("mkfs.ext4 -q -F");
    Disk::Options options;
    options.read_only = true;
    options.serial = "serial-of-the-test";
    auto disk = Disk::add_file(kernel(), image.path(), options);
    ASSERT_TRUE(disk) << disk.error().message();
    Mount::Options wanted;
    wanted.type = "ext4";
    EXPECT_EQ(Mount::mount(*disk, 0, wanted).error().linux_errno(), EACCES);
    wanted.flags = mount_flags::read_only;
    auto mount = Mount::mount(*disk, 0, wanted);
    ASSERT_TRUE(mount) << mount.error().message();
    EXPECT_EQ(content(Dir::working(kernel()), "/sys/class/block/vda/serial"), "serial-of-the-test");
    EXPECT_TRUE(mount->unmount());
}

TEST_F(DiskTest, MemoryDisksComeAndGo) {
    std::vector<std::byte> memory(kSize);
    for (int round = 0; round < 10; ++round) {
        auto disk = Disk::add_memory(kernel(), memory, {});
        ASSERT_TRUE(disk) << disk.error().message();
        File node = File::open(kernel(), disk->node(), open_flags::read_write).value();
        const std::string text = "round " + std::to_string(round);
        ASSERT_TRUE(node.pwrite_all(as_bytes(text), 4096));
        ASSERT_TRUE(node.sync());
        EXPECT_EQ(as_text(std::span(memory).subspan(4096, text.size())), text);
        ASSERT_TRUE(node.close());
        const auto removed = disk->remove();
        ASSERT_TRUE(removed) << removed.error().message();
        EXPECT_FALSE(Dir::working(kernel()).exists("/dev/vda").value());
    }
}

TEST_F(DiskTest, PartitionsAreFoundAndMounted) {
    const ImageFile image(4 * kSize);
    image.run("mkfs.ext4 -q -F -E offset=" + std::to_string(17U << 20U), " 20M");
    write_partition_table(image.path(), {{1U << 20U, 16U << 20U}, {17U << 20U, 40U << 20U}});
    auto disk = Disk::add_file(kernel(), image.path(), {});
    ASSERT_TRUE(disk) << disk.error().message();
    const auto partitions = disk->partitions().value();
    ASSERT_EQ(partitions.size(), 2U);
    EXPECT_EQ(partitions[0].start, 1U << 20);
    EXPECT_EQ(partitions[0].size, 16U << 20);
    EXPECT_EQ(partitions[1].node, "/dev/vda2");
    auto mount = Mount::mount(*disk, 2, {});
    ASSERT_TRUE(mount) << mount.error().message();
    EXPECT_TRUE(mount->unmount());
    EXPECT_EQ(Mount::mount(*disk, 3, {}).error().linux_errno(), ENXIO);
}

TEST_F(DiskTest, WhatIsNoFileSystemSaysSo) {
    expect("vda");  // each file system says that it is not its own
    std::vector<std::byte> memory(kSize);
    auto disk = Disk::add_memory(kernel(), memory, {});
    ASSERT_TRUE(disk);
    const auto mount = Mount::mount(*disk, 0, {});
    ASSERT_FALSE(mount);
    EXPECT_NE(mount.error().message().find("ext4"), std::string::npos) << mount.error().message();
}

TEST_F(DiskTest, MissingAndWrongFilesAreTheHostsErrors) {
    const auto missing = Disk::add_file(kernel(), "/nonexistent/image", {});
    ASSERT_FALSE(missing);
    EXPECT_FALSE(missing.error().is_kernel());
    EXPECT_EQ(missing.error().code().value(), ENOENT);
    EXPECT_FALSE(Disk::add_file(kernel(), "/dev/null", {}));
    EXPECT_FALSE(Disk::add_fd(kernel(), -1, {}));
    EXPECT_FALSE(Disk::add_memory(kernel(), {}, {}));
}

}  // namespace
}  // namespace lkl
