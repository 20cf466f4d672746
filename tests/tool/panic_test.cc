// SPDX-License-Identifier: GPL-2.0
// Every tool shows the last words of a kernel that panics.

#include "panic_fixture.hh"

namespace lkl::tool_test {
namespace {

using Panic = PanicTest;

TEST_F(Panic, EveryToolShowsTheKernelsLastWords) {
    work_.write("new", "x");

    const struct {
        std::string name;
        std::string before;
        std::string after;
    } lines[] = {
        {"cptofs", "-i ", " " + quote(path("new")) + " /d"},
        {"lkl", "mkdir -i ", " /d/new"},
        {"lkl", "shell --write -c 'mkdir /d/new' -i ", ""},
    };

    for (const auto& line : lines) {
        const std::string image = make_treacherous_image();
        const auto result = tool(
            line.name, line.before + quote(image) + " --mount-options errors=panic" + line.after);
        EXPECT_EQ(result.exit_code, 5) << line.name << " " << line.before << result.errors;
        for (const char* part : {" panicked; its last words:\n", "Kernel panic", "EXT4-fs"}) {
            EXPECT_NE(result.errors.find(part), std::string::npos)
                << part << " is missing in: " << line.before << result.errors;
        }
    }
}

// The file system asks for a panic, and its root is gone: the mount is the end of the kernel.
TEST_F(Panic, AMountThatPanicsShowsThemToo) {
    work_.write("new", "x");
    const std::string mount = directory("mount");

    const struct {
        std::string name;
        std::string before;
        std::string after;
    } lines[] = {
        {"cptofs", "-i ", " " + quote(path("new")) + " /"},
        {"fs2tar", "-i ", " " + quote(path("tar"))},
        {"lkl", "ls -i ", " /"},
        {"lklfuse", "", " " + quote(mount)},
    };

    for (const auto& line : lines) {
        const std::string image = make_image("ext4");
        ASSERT_EQ(run("tune2fs -e panic " + quote(image)).exit_code, 0);
        ASSERT_EQ(run("debugfs -w -R 'clri <2>' " + quote(image)).exit_code, 0);
        const auto result = tool(line.name, line.before + quote(image) + line.after);
        EXPECT_EQ(result.exit_code, 5) << line.name << ": " << result.errors;
        for (const char* part : {"cannot mount ", " panicked; its last words:\n", "Kernel panic"}) {
            EXPECT_NE(result.errors.find(part), std::string::npos)
                << part << " is missing in: " << line.name << ": " << result.errors;
        }
    }
}

}  // namespace
}  // namespace lkl::tool_test
