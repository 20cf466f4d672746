// SPDX-License-Identifier: GPL-2.0
// The tools confine themselves, and do their work so. What a confined process may do is tested in
// src/sandbox.

#include <filesystem>
#include <fstream>

#include "background_tool.hh"
#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

using fs::testing::describe_tree;

class SandboxedTool : public ToolTest {
  protected:
    void SetUp() override {
        make_many_files(directory("tree"), 100);
        image_ = make_image("ext4");
        expect_tool("cptofs", "-i " + quote(image_) + " " + quote(path("tree")) + " /");
        const auto told =
            tool("cptofs", "-n -v -i " + quote(image_) + " " + quote(path("tree")) + " /");
        if (told.errors.find("sandbox is incomplete") != std::string::npos) {
            GTEST_SKIP() << told.errors;
        }
    }

    // The tool ends well, and is confined while it writes to standard output.
    static std::string expect_confined(const std::string& name,
                                       const std::vector<std::string>& arguments) {
        BackgroundTool tool(name, arguments);
        EXPECT_TRUE(tool.wait_for("Seccomp", "2")) << name;
        EXPECT_TRUE(tool.wait_for("NoNewPrivs", "1")) << name;
        EXPECT_EQ(tool.finish(), 0) << name;
        return tool.output();
    }

    std::string image_;
};

TEST_F(SandboxedTool, CopiesIn) {
    const std::string second = make_image("xfs");
    const std::string lines = expect_confined("cptofs", {"-v", "-i", second, path("tree"), "/"});
    EXPECT_NE(lines.find("/tree/d1/f99\n"), std::string::npos) << lines;
    expect_clean("xfs", second);
    expect_tool("cpfromfs", "-i " + quote(second) + " /tree " + quote(directory("out")));
    EXPECT_EQ(describe_tree(path("tree")), describe_tree(path("out/tree")));
}

TEST_F(SandboxedTool, CopiesOut) {
    const std::string lines =
        expect_confined("cpfromfs", {"-v", "-i", image_, "/tree", directory("out")});
    EXPECT_NE(lines.find("/tree/d1/f99\n"), std::string::npos) << lines;
    EXPECT_EQ(describe_tree(path("tree")), describe_tree(path("out/tree")));
}

TEST_F(SandboxedTool, WritesAndReadsArchives) {
    expect_confined("fs2tar", {"-v", "-i", image_, path("a.tar.gz")});
    const std::string second = make_image("btrfs");
    expect_confined("cptofs", {"-v", "-i", second, "--tar", path("a.tar.gz"), "/"});
    expect_tool("cpfromfs", "-i " + quote(second) + " /tree " + quote(directory("out")));
    EXPECT_EQ(describe_tree(path("tree")), describe_tree(path("out/tree")));
}

TEST_F(SandboxedTool, LooksAtImages) {
    EXPECT_NE(expect_confined("lkl", {"ls", "-i", image_, "/tree"}).find("d1\n"),
              std::string::npos);
    EXPECT_NE(expect_confined("lkl", {"cat", "-i", image_, "/tree/d0/f7"}).find("file 7\n"),
              std::string::npos);
    EXPECT_NE(expect_confined("lkl", {"inspect", image_}).find("ext4"), std::string::npos);
}

TEST_F(SandboxedTool, ComparesTwoImagesAndAnImageWithADirectory) {
    std::ofstream(path("tree/only here")) << "x";
    const std::string second = make_image("xfs");
    expect_tool("cptofs", "-i " + quote(second) + " " + quote(path("tree")) + " /");
    for (const auto& sides : {std::vector<std::string>{path("tree"), image_ + ":/tree"},
                              std::vector<std::string>{image_ + ":/tree", path("tree")},
                              std::vector<std::string>{image_ + ":/tree", second + ":/tree"}}) {
        BackgroundTool tool("lkl", {"diff", sides[0], sides[1]});
        EXPECT_TRUE(tool.wait_for("Seccomp", "2")) << sides[0];
        EXPECT_EQ(tool.finish(), 1) << sides[0] << " " << sides[1];
        EXPECT_NE(tool.output().find("only here: only in"), std::string::npos) << tool.output();
    }
}

TEST_F(SandboxedTool, NoSandboxTurnsItOff) {
    BackgroundTool tool("lkl", {"ls", "--no-sandbox", "-i", image_, "/tree"});
    // Past the place where it would have confined itself.
    EXPECT_TRUE(tool.wait_for_output());
    for (const std::string& value : tool.status("Seccomp")) {
        EXPECT_EQ(value, "0");
    }
    EXPECT_EQ(tool.finish(), 0);
    EXPECT_NE(tool.output().find("d1\n"), std::string::npos) << tool.output();
}

// It is opened before the sandbox is entered, but emptied only when there is something to write.
TEST_F(SandboxedTool, AFailedMountKeepsTheArchiveThatWasThere) {
    work_.write("old.tar", "precious");
    ASSERT_EQ(run("dd if=/dev/zero of=" + quote(image_) + " bs=1024 seek=4 count=200 conv=notrunc")
                  .exit_code,
              0);
    EXPECT_EQ(tool("fs2tar", "-t xfs -i " + quote(image_) + " " + quote(path("old.tar"))).exit_code,
              3);
    EXPECT_EQ(work_.read("old.tar"), "precious");
}

}  // namespace
}  // namespace lkl::tool_test
