// SPDX-License-Identifier: GPL-2.0
// Large things. LKL_LARGE=1 tries them in the size that docs/tools.md promises.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;

bool in_full_size() {
    return std::getenv("LKL_LARGE") != nullptr;
}

class Large : public ToolTest {
  protected:
    static std::string in(const std::string& image) { return "-i " + quote(image) + " "; }
};

class LargeFile : public Large, public ::testing::WithParamInterface<const char*> {};

// Over 4 GiB, with data on both sides of every boundary where 32 bits end.
TEST_P(LargeFile, OverFourGibibytes) {
    const std::string tree = directory("tree");
    const std::string file = tree + "/large";
    constexpr std::uint64_t kSize = (std::uint64_t{5} << 30) + 12345;
    const std::vector<std::uint64_t> places = {0, (std::uint64_t{1} << 31) - 3,
                                               (std::uint64_t{1} << 32) - 3, kSize - 6};
    std::ofstream(file).close();
    stdfs::resize_file(file, kSize);
    for (const std::uint64_t place : places) {
        std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
            .seekp(static_cast<std::streamoff>(place))
            .write("marked", 6);
    }
    const std::string image = make_image(GetParam());
    expect_tool("cptofs", in(image) + quote(tree) + " /");
    expect_clean(GetParam(), image);
    expect_tool("cpfromfs", in(image) + "/tree " + quote(directory("out")));
    EXPECT_EQ(run("cmp " + quote(file) + " " + quote(path("out/tree/large"))).exit_code, 0);

    struct stat status {};

    ASSERT_EQ(::stat(path("out/tree/large").c_str(), &status), 0);
    EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), kSize);
    EXPECT_LT(status.st_blocks * 512, 1 << 20);
}

INSTANTIATE_TEST_SUITE_P(Types, LargeFile, ::testing::Values("ext4", "xfs", "btrfs", "f2fs"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(Large, ManyFilesInADirectory) {
    const int count = in_full_size() ? 200000 : 5000;
    const std::string tree = directory("tree");
    for (int i = 0; i < count; ++i) {
        const int fd = ::open((tree + "/file number " + std::to_string(i)).c_str(),
                              O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        ASSERT_GE(fd, 0);
        ::close(fd);
    }
    for (const char* type : {"ext4", "xfs", "btrfs", "f2fs"}) {
        const std::string image = make_image(type, std::string(type) == "ext4" ? "-N 210000" : "",
                                             in_full_size() ? 1024 : 0);
        expect_tool("cptofs", in(image) + quote(tree) + " /");
        expect_clean(type, image);
        const auto listed =
            run(quote(LKL_TOOL_DIRECTORY "/lkl") + " ls " + in(image) + "/tree | wc -l");
        EXPECT_EQ(listed.output, std::to_string(count) + "\n") << type;
    }
}

// Every component fits, the whole does not fit in one call of either side.
TEST_F(Large, PathsLongerThanPathMax) {
    const std::string name(200, 'p');
    const std::string make = "cd " + quote(directory("tree")) +
                             " && for i in $(seq 30); do mkdir " + name + " && cd -P ./" + name +
                             " || exit 1; done && echo deep >file && ln file link";
    ASSERT_EQ(run(make).exit_code, 0);
    const std::string image = make_image("ext4");
    expect_tool("cptofs", in(image) + quote(path("tree")) + " /");
    expect_clean("ext4", image);
    expect_tool("cpfromfs", in(image) + "/tree " + quote(directory("out")));
    expect_tool("fs2tar", in(image) + quote(path("a.tar")) + " /tree");
    const auto read = run("cd " + quote(path("out/tree")) + " && for i in $(seq 30); do cd -P ./" +
                          name + " || exit 1; done && cat file && stat -c %h link");
    EXPECT_EQ(read.output, "deep\n2\n") << read.errors;
    EXPECT_NE(run("tar -tf " + quote(path("a.tar")) + " | wc -L").output, "0\n");
    EXPECT_EQ(run("tar -tf " + quote(path("a.tar")) + " | grep -c '/file$'").output, "1\n");
    // remove_all() cannot go so deep.
    run("rm -rf " + quote(path("tree")) + " " + quote(path("out")));
}

// Memory follows the work in flight, not the size of the tree.
TEST_F(Large, AMillionSmallFilesNeedLittleMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer's own memory would be measured";
#endif
    const int directories = in_full_size() ? 1000 : 20;
    const int files = in_full_size() ? 1000 : 500;
    const std::string tree = directory("tree");
    for (int d = 0; d < directories; ++d) {
        const std::string below = directory("tree/d" + std::to_string(d));
        for (int f = 0; f < files; ++f) {
            std::ofstream(below + "/f" + std::to_string(f)) << f;
        }
    }
    const std::string image = make_image("ext4", "-N 1100000", in_full_size() ? 6000 : 1000);
    const auto measured = [&](const std::string& command) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
            ::_exit(127);
        }
        int status = 0;
        rusage usage{};
        EXPECT_EQ(::wait4(child, &status, 0, &usage), child);
        EXPECT_EQ(status, 0) << command;
        return usage.ru_maxrss;  // KiB
    };
    const std::string tools = LKL_TOOL_DIRECTORY;
    const long into = measured(tools + "/cptofs " + in(image) + quote(tree) + " /");
    const long out = measured(tools + "/fs2tar " + in(image) + "- >/dev/null");
    std::cout << directories * files << " files: " << into / 1024 << " MiB into the image, "
              << out / 1024 << " MiB out of it\n";
    constexpr long kLimit = 300L << 10;
    EXPECT_LT(into, kLimit);
    EXPECT_LT(out, kLimit);
    expect_clean("ext4", image);
}

}  // namespace
}  // namespace lkl::tool_test
