// SPDX-License-Identifier: GPL-2.0
// Images with flipped bits and cut ends, and copies that are killed. LKL_HOSTILE_COUNT sets how
// many of each are tried (docs/tools.md); seeds are the numbers that a failure names.

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;

unsigned count_or(unsigned usual) {
    const char* text = std::getenv("LKL_HOSTILE_COUNT");
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : usual;
}

// Offsets of the 4 KiB blocks that are not all zeros: where damage matters.
std::vector<std::uint64_t> used_blocks(const std::string& image) {
    constexpr std::size_t kBlock = 4096;
    std::vector<std::uint64_t> blocks;
    std::ifstream file(image, std::ios::binary);
    std::string block(kBlock, '\0');
    const std::string zeros(kBlock, '\0');
    for (std::uint64_t at = 0; file.read(block.data(), kBlock); at += kBlock) {
        if (block != zeros) {
            blocks.push_back(at);
        }
    }
    return blocks;
}

class Hostile : public ToolTest {};

class HostileImage : public Hostile, public ::testing::WithParamInterface<const char*> {
  protected:
    // An image of the type with a few files in it.
    std::string make_filled_image() {
        const std::string type = GetParam();
        const std::string tree = directory("tree");
        make_many_files(tree, 60);
        if (type == "squashfs") {
            const std::string image = path("squashfs.img");
            const auto made = run("mksquashfs " + quote(tree) + " " + quote(image) + " -quiet");
            EXPECT_EQ(made.exit_code, 0) << made.errors;
            return image;
        }
        const std::string image = make_image(type);
        const auto filled = tool("cptofs", "-q -i " + quote(image) + " " + quote(tree) + " /");
        EXPECT_EQ(filled.exit_code, 0) << filled.errors;
        return image;
    }

    static void flip_bytes(const std::string& image, const std::vector<std::uint64_t>& blocks,
                           std::mt19937& random) {
        std::fstream file(image, std::ios::in | std::ios::out | std::ios::binary);
        const unsigned flips = 1 + random() % 16;
        for (unsigned i = 0; i < flips; ++i) {
            const std::uint64_t at = blocks[random() % blocks.size()] + random() % 4096;
            file.seekp(static_cast<std::streamoff>(at));
            file.put(static_cast<char>(random()));
        }
    }
};

TEST_P(HostileImage, NeverCrashesHangsOrIsWritten) {
    const std::string image = make_filled_image();
    const auto blocks = used_blocks(image);
    ASSERT_FALSE(blocks.empty());
    const unsigned count = count_or(5);
    for (unsigned seed = 0; seed < count; ++seed) {
        std::mt19937 random(seed);
        const std::string damaged = path("damaged.img");
        ASSERT_EQ(run("cp --sparse=auto " + quote(image) + " " + quote(damaged)).exit_code, 0);
        flip_bytes(damaged, blocks, random);
        if (seed % 5 == 4) {
            stdfs::resize_file(damaged, random() % stdfs::file_size(image));
        }
        ASSERT_EQ(
            run("cp --sparse=auto " + quote(damaged) + " " + quote(path("kept.img"))).exit_code, 0);
        const auto result = run("timeout -s KILL 60 " + quote(LKL_TOOL_DIRECTORY "/lkl") +
                                " check -t " + GetParam() + " -i " + quote(damaged));
        EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 1 || result.exit_code == 3 ||
                    result.exit_code == 5)
            << GetParam() << ", seed " << seed << ": exit code " << result.exit_code << "\n"
            << result.errors;
        EXPECT_EQ(result.exit_code == 0, result.errors.empty()) << result.errors;
        EXPECT_EQ(run("cmp " + quote(damaged) + " " + quote(path("kept.img"))).exit_code, 0)
            << GetParam() << ", seed " << seed << ": the image was written";
    }
}

INSTANTIATE_TEST_SUITE_P(Types, HostileImage,
                         ::testing::Values("ext4", "xfs", "btrfs", "f2fs", "vfat", "exfat", "ntfs3",
                                           "squashfs"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(Hostile, AKilledCopyLeavesAnImageThatMounts) {
    const std::string tree = directory("tree");
    make_many_files(tree, 3000);
    const unsigned count = count_or(5);
    for (unsigned seed = 0; seed < count; ++seed) {
        std::mt19937 random(seed);
        const std::string image = make_image("ext4", "", 128);
        const std::string delay = "0." + std::to_string(10 + random() % 90);
        const auto killed =
            run("timeout -s KILL " + delay + " " + quote(LKL_TOOL_DIRECTORY "/cptofs") + " -i " +
                quote(image) + " " + quote(tree) + " /");
        EXPECT_TRUE(killed.exit_code == 0 || killed.exit_code == 137) << killed.exit_code;
        const auto read = tool("lkl", "check -i " + quote(image));
        EXPECT_EQ(read.exit_code, 0) << "seed " << seed << ": " << read.errors;
    }
}

}  // namespace
}  // namespace lkl::tool_test
