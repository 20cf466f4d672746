// SPDX-License-Identifier: GPL-2.0
#include "fs/probe.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/unique_fd.hh"
#include "fs/json_text.hh"
#include "fs/probe_reading.hh"
#include "fs/test_tree.hh"

namespace lkl::fs {
namespace {

using testing::TemporaryDirectory;

ImageInfo two_partitions() {
    ImageInfo image;
    image.table = "gpt";
    image.partitions.resize(2);
    image.partitions[0].number = 1;
    image.partitions[0].name = "EFI";
    image.partitions[0].content = {"vfat", "BOOT", "1234-ABCD", "FAT32", false};
    image.partitions[1].number = 5;
    image.partitions[1].uuid = "part-uuid";
    image.partitions[1].content = {"ext4", "root", "fs-uuid", "1.0", false};
    return image;
}

TEST(FindPartition, ByNumberLabelAndUuid) {
    const ImageInfo image = two_partitions();
    EXPECT_EQ(*find_partition(image, "1", "i"), 1U);
    EXPECT_EQ(*find_partition(image, "5", "i"), 5U);
    EXPECT_EQ(*find_partition(image, "0", "i"), 0U);
    EXPECT_EQ(*find_partition(image, "LABEL=root", "i"), 5U);
    EXPECT_EQ(*find_partition(image, "UUID=1234-ABCD", "i"), 1U);
    EXPECT_EQ(*find_partition(image, "PARTLABEL=EFI", "i"), 1U);
    EXPECT_EQ(*find_partition(image, "PARTUUID=part-uuid", "i"), 5U);
}

TEST(FindPartition, AMissingOneIsNamedWithThoseThatExist) {
    const auto result = find_partition(two_partitions(), "2", "disk.img");
    ASSERT_FALSE(result);
    const std::string text = result.error().message();
    EXPECT_NE(text.find("partition 2"), std::string::npos) << text;
    EXPECT_NE(text.find("disk.img"), std::string::npos) << text;
    EXPECT_NE(text.find("5 (ext4, label root)"), std::string::npos) << text;
    EXPECT_FALSE(find_partition(two_partitions(), "root", "i"));
    EXPECT_FALSE(find_partition(ImageInfo(), "1", "i"));
}

TEST(FindPartition, WithoutAWishTheOnlyOneIsTaken) {
    ImageInfo image = two_partitions();
    EXPECT_FALSE(find_partition(image, "", "i"));
    image.partitions[0].content.type = "swap";
    EXPECT_EQ(*find_partition(image, "", "i"), 5U);
    EXPECT_EQ(*find_partition(ImageInfo(), "", "i"), 0U);
}

TEST(KernelType, NamesWhatIsNoFileSystem) {
    EXPECT_EQ(*kernel_type({"ext4", "", "", "", false}, "i"), "ext4");
    EXPECT_EQ(*kernel_type({"ntfs", "", "", "", false}, "i"), "ntfs3");
    for (const char* type : {"crypto_LUKS", "LVM2_member", "swap", ""}) {
        const auto result = kernel_type({type, "", "", "", false}, "i");
        ASSERT_FALSE(result) << type;
        EXPECT_NE(result.error().message().find(type), std::string::npos);
    }
    EXPECT_FALSE(kernel_type({"ext4", "", "", "", true}, "i"));
}

TEST(ProbeImage, ReadsLabelsOfARealFileSystem) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("ext4.img");
    const std::string command = "mkfs.ext4 -q -F -L my-label " + path + " 2M 2>/dev/null";
    if (std::system(command.c_str()) != 0) {
        GTEST_SKIP() << "mkfs.ext4 is missing";
    }
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto image = probe_image(fd.get(), path);
    ASSERT_TRUE(image) << image.error().message();
    EXPECT_EQ(image->content.type, "ext4");
    EXPECT_EQ(image->content.label, "my-label");
    EXPECT_EQ(image->content.uuid.size(), 36U);
    EXPECT_EQ(image->size, std::uint64_t{2} << 20);
    EXPECT_TRUE(image->partitions.empty());
    EXPECT_NE(inspect_json(*image, path).find("\"label\": \"my-label\""), std::string::npos);
}

TEST(ProbeImage, FindsNothingInZeros) {
    const TemporaryDirectory directory;
    directory.write("zeros", std::string(1 << 20, '\0'));
    const UniqueFd fd(::open(directory.path("zeros").c_str(), O_RDONLY | O_CLOEXEC));
    const auto image = probe_image(fd.get(), "zeros");
    ASSERT_TRUE(image);
    EXPECT_EQ(image->content.type, "");
    EXPECT_FALSE(kernel_type(image->content, "zeros"));
}

// Reads from the descriptor and adds up how much.
ReadDevice counting_reader(int fd, std::uint64_t& total) {
    return [fd, &total](std::span<std::byte> buffer, std::uint64_t offset) -> Result<void> {
        total += buffer.size();
        EXPECT_EQ(::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset)),
                  static_cast<ssize_t>(buffer.size()));
        return {};
    };
}

TEST(ProbeByReading, FindsTheSameWithLittleReading) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("disk.img");
    const std::string command =
        "truncate -s 64M " + path +
        " && printf 'label: gpt\\nstart=2048, size=40960, name=one\\nstart=43008\\n' | "
        "sfdisk -q " +
        path + " && mkfs.ext4 -q -F -L second -E offset=22020096 " + path + " 40M >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << "install the packages fdisk and e2fsprogs";
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto whole = probe_image(fd.get(), path);
    ASSERT_TRUE(whole) << whole.error().message();
    std::uint64_t total = 0;
    const ReadDevice read = counting_reader(fd.get(), total);
    const auto partly = probe_by_reading(std::uint64_t{64} << 20, path, read);
    ASSERT_TRUE(partly) << partly.error().message();
    EXPECT_EQ(inspect_json(*partly, path), inspect_json(*whole, path));
    ASSERT_EQ(partly->partitions.size(), 2U);
    EXPECT_EQ(partly->partitions[1].content.label, "second");
    EXPECT_LT(total, std::uint64_t{5} << 20);
    EXPECT_EQ(*find_content(*partly, "ext4", path), 2U);
    EXPECT_FALSE(find_content(*partly, "xfs", path));
}

TEST(ProbeByReading, ALongTableCostsNoMoreThanAShortOne) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("disk.img");
    const std::string command = "truncate -s 2G " + path +
                                " && { printf 'label: gpt\\ntable-length: 512\\n'; "
                                "yes 'size=4096' | head -n 400; } | PATH=$PATH:/sbin sfdisk -q " +
                                path;
    ASSERT_EQ(std::system(command.c_str()), 0) << "install the package fdisk";
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::uint64_t total = 0;
    const ReadDevice read = counting_reader(fd.get(), total);
    const auto image = probe_by_reading(std::uint64_t{2} << 30, path, read);
    ASSERT_TRUE(image) << image.error().message();
    EXPECT_EQ(image->partitions.size(), 400U);
    EXPECT_LT(total, std::uint64_t{170} << 20);
}

TEST(ProbeByReading, AFailureOfTheDeviceIsTold) {
    const auto fails = [](std::span<std::byte>, std::uint64_t) -> Result<void> {
        return Error::other("the wire is cut", "read", "far");
    };
    const auto result = probe_by_reading(std::uint64_t{1} << 20, "far", fails);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message().find("the wire is cut"), std::string::npos);
}

}  // namespace
}  // namespace lkl::fs
