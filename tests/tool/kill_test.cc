// SPDX-License-Identifier: GPL-2.0
// Copies that are killed at random moments. The image must mount after a replay of its journal, and
// what the copy had told to be saved must be there. LKL_KILL_COUNT sets how many copies of each
// type are killed (docs/tools.md); a failure names the seed.

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;

unsigned kill_count() {
    const char* text = std::getenv("LKL_KILL_COUNT");
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 3;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

// The number in the last whole line that tells one, or 0.
std::size_t saved_entries(const std::string& errors) {
    const std::string key = "{\"saved_entries\":";
    const std::size_t end = errors.rfind('\n');
    const std::size_t at = end == std::string::npos ? end : errors.rfind(key, end);
    return at == std::string::npos ? 0 : std::stoul(errors.substr(at + key.size()));
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

class Killed : public ToolTest, public ::testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override {
        make_many_files(directory("tree"), 3000);
        std::ofstream(path("tree/d3/large")) << std::string(5 << 20, 'L');
    }

    [[nodiscard]] std::string copy_command(const std::string& image) const {
        return "exec " + quote(LKL_TOOL_DIRECTORY "/cptofs") +
               " -v --progress=json --sync-every 0.02 -t " + GetParam() + " -i " + quote(image) +
               " " + quote(path("tree")) + " /";
    }

    // How long a copy takes that is not killed; a bound for random moments, not a test of speed.
    std::chrono::microseconds whole_copy() {
        const auto start = std::chrono::steady_clock::now();
        const auto whole = run(copy_command(make_image(GetParam())));
        EXPECT_EQ(whole.exit_code, 0) << whole.errors;
        EXPECT_GT(saved_entries(whole.errors), 0U) << whole.errors;
        return std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - start);
    }

    // The first `count` of the names that the copy told are in `out` as they are in the tree.
    void expect_saved(const std::vector<std::string>& told, std::size_t count,
                      const std::string& out) {
        ASSERT_LE(count, told.size());
        for (std::size_t i = 0; i < count; ++i) {
            const std::string& name = told[i];  // "/tree/d0/f1"

            struct stat source {};

            struct stat copy {};

            ASSERT_EQ(::lstat(path(name.substr(1)).c_str(), &source), 0) << name;
            ASSERT_EQ(::lstat((out + name).c_str(), &copy), 0) << name << " is missing";
            EXPECT_EQ(source.st_mode, copy.st_mode) << name;
            EXPECT_EQ(source.st_mtim.tv_nsec, copy.st_mtim.tv_nsec) << name;
            if (S_ISREG(source.st_mode)) {
                EXPECT_TRUE(content_of(path(name.substr(1))) == content_of(out + name)) << name;
            }
        }
    }
};

TEST_P(Killed, LeavesAnImageThatMountsAndHoldsWhatWasSaved) {
    const auto usual = whole_copy();
    std::size_t most_saved = 0;
    for (unsigned seed = 0; seed < kill_count(); ++seed) {
        SCOPED_TRACE(std::string(GetParam()) + ", seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const std::string image = make_image(GetParam());
        const double part = static_cast<double>(random() % 1000) / 1000;
        const double seconds = 1e-6 * static_cast<double>(usual.count()) * part;
        const auto killed = run("timeout -s KILL " + std::to_string(seconds) + " sh -c " +
                                quote(copy_command(image)));
        ASSERT_TRUE(killed.exit_code == 0 || killed.exit_code == 137) << killed.errors;

        const auto check =
            tool("lkl", std::string("check -t ") + GetParam() + " -i " + quote(image));
        EXPECT_EQ(check.exit_code, 0) << check.errors;
        const std::string out = directory("out");
        const std::size_t saved = saved_entries(killed.errors);
        most_saved = std::max(most_saved, saved);
        if (saved > 0) {
            expect_tool("cpfromfs", std::string("-t ") + GetParam() + " -i " + quote(image) +
                                        " /tree " + quote(out));
            expect_saved(lines_of(killed.output), saved, out);
        }
        // The next one who writes replays the journal in the image itself.
        const auto mounted =
            tool("lkl", std::string("mkdir -t ") + GetParam() + " -i " + quote(image) + " /after");
        EXPECT_EQ(mounted.exit_code, 0) << mounted.errors;
        expect_clean(GetParam(), image);
        stdfs::remove_all(out);
    }
    RecordProperty("most_entries_saved", std::to_string(most_saved));
}

INSTANTIATE_TEST_SUITE_P(Types, Killed, ::testing::Values("ext4", "xfs", "btrfs", "f2fs"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace lkl::tool_test
