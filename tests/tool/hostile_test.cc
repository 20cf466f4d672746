// SPDX-License-Identifier: GPL-2.0
// Images with flipped bits and cut ends. LKL_HOSTILE_COUNT sets how many of each type are tried,
// and LKL_HOSTILE_FIRST the first seed (docs/tools.md); a failure names the seed.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;

unsigned number_of(const char* variable, unsigned usual) {
    const char* text = std::getenv(variable);
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

class HostileImage : public ToolTest, public ::testing::WithParamInterface<const char*> {
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

    // Runs a tool that must end by itself, with one of its documented exit codes, and must say why
    // if not all is well. Returns the code.
    int expect_orderly(const std::string& command, const std::string& image) {
        const auto result =
            run("timeout -s KILL 120 " LKL_TOOL_DIRECTORY "/" + command + " -i " + quote(image));
        const int code = result.exit_code;
        EXPECT_TRUE(code == 0 || code == 1 || code == 3 || code == 4 || code == 5)
            << command << ": exit code " << code << "\n"
            << result.errors;
        EXPECT_TRUE(code == 0 || !result.errors.empty()) << command;
        EXPECT_EQ(code == 5, result.errors.find("panicked") != std::string::npos)
            << command << ": " << result.errors;
        return code;
    }

    // Reads the damaged image in every way, and writes to it if it can be mounted.
    void try_everything(const std::string& damaged) {
        const std::string kept = path("kept.img");
        ASSERT_EQ(run("cp --sparse=auto " + quote(damaged) + " " + quote(kept)).exit_code, 0);
        const auto inspected =
            run("timeout -s KILL 60 " LKL_TOOL_DIRECTORY "/lkl inspect " + quote(damaged));
        EXPECT_TRUE(inspected.exit_code == 0 || inspected.exit_code == 3) << inspected.errors;
        const std::string type = std::string(" -t ") + GetParam();
        expect_orderly("lkl ls -l" + type + " / /tree/d0", damaged);
        const int read = expect_orderly("lkl check" + type, damaged);
        ++ends_[read];
        EXPECT_EQ(run("cmp " + quote(damaged) + " " + quote(kept)).exit_code, 0)
            << "the image was written";
        if (read == 0 || read == 1) {
            expect_orderly("cptofs -q -k" + type + " " + quote(path("tree/d1")) + " /tree",
                           damaged);
        }
    }

    std::map<int, unsigned> ends_;  // exit codes of the full reads
};

TEST_P(HostileImage, NeverCrashesHangsOrIsWritten) {
    const std::string image = make_filled_image();
    const auto blocks = used_blocks(image);
    ASSERT_FALSE(blocks.empty());
    const unsigned first = number_of("LKL_HOSTILE_FIRST", 0);
    const unsigned count = number_of("LKL_HOSTILE_COUNT", 3);
    for (unsigned seed = first; seed < first + count; ++seed) {
        SCOPED_TRACE(std::string(GetParam()) + ", seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const std::string damaged = path("damaged.img");
        ASSERT_EQ(run("cp --sparse=auto " + quote(image) + " " + quote(damaged)).exit_code, 0);
        flip_bytes(damaged, blocks, random);
        if (seed % 5 == 4) {
            stdfs::resize_file(damaged, random() % stdfs::file_size(image));
        }
        try_everything(damaged);
    }
    for (const auto& [code, times] : ends_) {
        std::cout << GetParam() << ": " << times << " times exit code " << code
                  << " after a full read\n";
    }
}

INSTANTIATE_TEST_SUITE_P(Types, HostileImage,
                         ::testing::Values("ext4", "xfs", "btrfs", "f2fs", "vfat", "exfat", "ntfs3",
                                           "squashfs"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace lkl::tool_test
