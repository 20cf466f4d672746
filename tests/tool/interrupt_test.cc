// SPDX-License-Identifier: GPL-2.0
// SIGINT and SIGTERM during a copy: a clean image, an honest exit code, and what is missing.

#include <csignal>
#include <filesystem>
#include <fstream>

#include "background_tool.hh"
#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;

class Interrupted : public ToolTest, public ::testing::WithParamInterface<int> {
  protected:
    void SetUp() override {
        // More names than fit between the tool and its full standard output.
        work_.write("first", "whole");
        make_many_files(directory("tree"), 2000);
        work_.write("second", "never reached");
        ::signal(GetParam(), SIG_DFL);  // who runs the tests may ignore it
    }

    // Sends the signal while the tool waits in the middle of the tree.
    void interrupt(BackgroundTool& tool) {
        ASSERT_TRUE(tool.wait_for_output());
        ASSERT_EQ(::kill(tool.process(), GetParam()), 0);
        EXPECT_EQ(tool.finish(), 128 + GetParam());
        EXPECT_NE(tool.errors().find(": interrupted: "), std::string::npos) << tool.errors();
    }

    void expect_told(const BackgroundTool& tool, const std::string& sentence) {
        EXPECT_NE(tool.errors().find(sentence), std::string::npos) << tool.errors();
    }
};

TEST_P(Interrupted, ACopyIntoAnImageUnmountsItAndTellsWhatIsMissing) {
    const std::string image = make_image("ext4");
    BackgroundTool tool("cptofs",
                        {"-v", "-i", image, path("first"), path("tree"), path("second"), "/"});
    interrupt(tool);
    expect_told(tool, "the rest is missing; the file system was unmounted cleanly\n");
    expect_told(tool, "not copied completely: " + path("tree") + ", stopped at " + path("tree/d"));
    expect_told(tool, "not copied: " + path("second") + "\n");
    EXPECT_EQ(tool.errors().find(path("first")), std::string::npos) << tool.errors();
    expect_clean("ext4", image);
    expect_tool("cpfromfs", "-i " + quote(image) + " / " + quote(directory("out")));
    EXPECT_EQ(work_.read("out/first"), "whole");
    EXPECT_TRUE(stdfs::exists(path("out/tree/d0/f0")));
    EXPECT_FALSE(stdfs::exists(path("out/second")));
}

TEST_P(Interrupted, ACopyOutOfAnImageTellsWhatIsMissing) {
    const std::string image = make_image("ext4");
    expect_tool("cptofs", "-i " + quote(image) + " " + quote(path("first")) + " " +
                              quote(path("tree")) + " " + quote(path("second")) + " /");
    BackgroundTool tool("cpfromfs",
                        {"-v", "-i", image, "/first", "/tree", "/second", directory("out")});
    interrupt(tool);
    expect_told(tool, "not copied completely: /tree, stopped at /tree/d");
    expect_told(tool, "not copied: /second\n");
    EXPECT_EQ(work_.read("out/first"), "whole");
    EXPECT_FALSE(stdfs::exists(path("out/second")));
}

// As nohup starts a program.
TEST_F(ToolTest, ASignalThatIsIgnoredFromTheStartStaysSo) {
    const std::string image = make_image("ext4");
    make_many_files(directory("tree"), 2000);
    const auto before = ::signal(SIGHUP, SIG_IGN);
    BackgroundTool copy("cptofs", {"-v", "-i", image, path("tree"), "/"});
    ::signal(SIGHUP, before);
    ASSERT_TRUE(copy.wait_for_output());
    ASSERT_EQ(::kill(copy.process(), SIGHUP), 0);
    EXPECT_EQ(copy.finish(), 0) << copy.errors();
    EXPECT_EQ(copy.errors().find("interrupted"), std::string::npos) << copy.errors();
    expect_clean("ext4", image);
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupted, ::testing::Values(SIGINT, SIGTERM),
                         [](const auto& info) {
                             return std::string(info.param == SIGINT ? "INT" : "TERM");
                         });

}  // namespace
}  // namespace lkl::tool_test
