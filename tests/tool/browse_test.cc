// SPDX-License-Identifier: GPL-2.0
// The subcommands of lkl.

#include <sys/stat.h>

#include <filesystem>

#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

class Browse : public ToolTest {
  protected:
    void SetUp() override {
        work_.write("tree/a.txt", "hello\n");
        work_.write("tree/sub/b", std::string(5000, 'b'), 0600);
        std::filesystem::create_symlink("a.txt", path("tree/link"));
        image_ = make_image("ext4");
        expect_tool("lkl", "cp -i " + quote(image_) + " " + quote(path("tree")) + " :/");
    }

    // Output of a subcommand that succeeds.
    std::string lkl(const std::string& arguments) {
        const auto result = tool("lkl", arguments);
        EXPECT_EQ(result.exit_code, 0) << arguments << "\n" << result.errors;
        EXPECT_EQ(result.errors, "") << arguments;
        return result.output;
    }

    std::string in(const std::string& command) { return command + " -i " + quote(image_) + " "; }

    std::string image_;
};

TEST_F(Browse, Ls) {
    EXPECT_EQ(lkl(in("ls") + "/tree"), "a.txt\nlink\nsub\n");
    const std::string lines = lkl(in("ls -l") + "/tree");
    EXPECT_EQ(lines.find("-rw-r--r--   1"), 0U) << lines;
    EXPECT_NE(lines.find(" link -> a.txt\n"), std::string::npos) << lines;
    EXPECT_NE(lkl(in("ls --json") + "/tree/link").find("\"target\":\"a.txt\""), std::string::npos);
    EXPECT_EQ(lkl(in("ls") + "/tree/a.txt"), "/tree/a.txt\n");
}

TEST_F(Browse, CatFollowsLinks) {
    EXPECT_EQ(lkl(in("cat") + "/tree/a.txt"), "hello\n");
    EXPECT_EQ(lkl(in("cat") + "/tree/link"), "hello\n");
}

TEST_F(Browse, Stat) {
    const std::string text = lkl(in("stat") + "/tree/sub/b");
    EXPECT_NE(text.find("Mode: -rw------- (0600)\n"), std::string::npos) << text;
    EXPECT_NE(text.find("Size: 5000\n"), std::string::npos) << text;
}

TEST_F(Browse, DuSumsAllocatedBytes) {
    EXPECT_EQ(lkl(in("du") + "/tree/sub/b"), "8192\t/tree/sub/b\n");
}

TEST_F(Browse, Find) {
    EXPECT_EQ(lkl(in("find --name '*.txt'") + "/"), "/tree/a.txt\n");
    EXPECT_EQ(lkl(in("find --kind l") + "/tree"), "/tree/link\n");
    EXPECT_EQ(lkl(in("find --min-size 4k --kind f") + "/tree"), "/tree/sub/b\n");
}

TEST_F(Browse, HashIsWhatSha256sumWrites) {
    work_.write("sums", lkl(in("hash") + "/tree"));
    const auto checked =
        run("sed 's,/tree/,tree/,' " + quote(path("sums")) + " >" + quote(path("s")) + " && cd " +
            quote(work_.path()) + " && sha256sum -c s");
    EXPECT_EQ(checked.exit_code, 0) << checked.output << checked.errors;
    EXPECT_EQ(checked.output, "tree/a.txt: OK\ntree/sub/b: OK\n");
}

TEST_F(Browse, DiffFindsWhatDiffers) {
    const std::string both = "diff " + quote(path("tree")) + " " + quote(image_ + ":/tree");
    EXPECT_EQ(lkl(both), "");
    work_.write("tree/a.txt", "HELLO\n");
    work_.write("tree/new", "");
    const auto result = tool("lkl", both);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.output.find("a.txt: time, contents\n"), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("new: only in "), std::string::npos) << result.output;
}

TEST_F(Browse, DiffTellsALinkFromACopyOfTheSameContents) {
    std::filesystem::create_hard_link(path("tree/a.txt"), path("tree/a2.txt"));
    const std::string image = make_image("ext4");
    lkl("cp -i " + quote(image) + " " + quote(path("tree")) + " :/");
    EXPECT_EQ(lkl("diff " + quote(path("tree")) + " " + quote(image + ":/tree")), "");
    std::filesystem::remove(path("tree/a2.txt"));
    ASSERT_EQ(
        run("cp -p " + quote(path("tree/a.txt")) + " " + quote(path("tree/a2.txt"))).exit_code, 0);
    const auto result = tool("lkl", "diff " + quote(path("tree")) + " " + quote(image + ":/tree"));
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.output.find("a2.txt: hard link\n"), std::string::npos) << result.output;
}

TEST_F(Browse, ParentsThatAreNoDirectoriesAreNamed) {
    const auto result = tool("lkl", in("mkdir --parents") + "/tree/a.txt");
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.errors.find("/tree/a.txt: Not a directory"), std::string::npos)
        << result.errors;
    lkl(in("mkdir --parents") + "/tree/sub");
}

TEST_F(Browse, CpIsBetweenTheHostAndTheImage) {
    lkl("cp -i " + quote(image_) + " :/tree/a.txt " + quote(directory("out")));
    EXPECT_EQ(work_.read("out/a.txt"), "hello\n");
    for (const std::string& words : {std::string(":/tree/a.txt :/tree/sub"),
                                     quote(path("tree/a.txt")) + " " + quote(directory("out"))}) {
        const auto result = tool("lkl", "cp -i " + quote(image_) + " " + words);
        EXPECT_EQ(result.exit_code, 2) << words;
        EXPECT_NE(result.errors.find("paths in the image start with ':'"), std::string::npos)
            << result.errors;
    }
}

TEST_F(Browse, OutputThatIsLostIsAnError) {
    for (const std::string& arguments :
         {in("ls") + "/tree", "inspect " + quote(image_), in("check"),
          "diff " + quote(path("tree/sub")) + " " + quote(image_ + ":/tree"),
          "cp --json -i " + quote(image_) + " " + quote(path("tree/a.txt")) + " :/"}) {
        const auto result = tool("lkl", arguments + " >/dev/full");
        EXPECT_EQ(result.exit_code, 1) << arguments;
        EXPECT_NE(result.errors.find("cannot write standard output: No space left on device"),
                  std::string::npos)
            << arguments << ": " << result.errors;
    }
}

TEST_F(Browse, SmallChanges) {
    lkl(in("mkdir --parents") + "/x/y/z");
    lkl(in("mv") + "/tree/a.txt /x/y");
    lkl(in("mv") + "/tree/link /tree/renamed");
    lkl(in("rm -r") + "/tree/sub");
    EXPECT_EQ(lkl(in("find") + "/tree /x"), "/tree\n/tree/renamed\n/x\n/x/y\n/x/y/a.txt\n/x/y/z\n");
    const auto not_empty = tool("lkl", in("rm") + "/tree");
    EXPECT_EQ(not_empty.exit_code, 1);
    EXPECT_NE(not_empty.errors.find("cannot remove /tree: Is a directory"), std::string::npos)
        << not_empty.errors;
    expect_clean("ext4", image_);
}

TEST_F(Browse, InspectAndCheck) {
    EXPECT_NE(lkl("inspect " + quote(image_)).find(", ext4\n"), std::string::npos);
    EXPECT_NE(lkl("inspect --json " + quote(image_)).find("\"type\": \"ext4\""), std::string::npos);
    EXPECT_NE(lkl(in("check")).find("without an error\n"), std::string::npos);
}

TEST_F(Browse, MissingPathsAreNamed) {
    for (const char* command : {"ls", "cat", "stat", "find", "du", "rm"}) {
        const auto result = tool("lkl", in(command) + "/tree/none");
        EXPECT_EQ(result.exit_code, 1) << command;
        EXPECT_NE(result.errors.find("/tree/none: No such file or directory"), std::string::npos)
            << command << ": " << result.errors;
    }
}

TEST_F(Browse, UsageErrors) {
    EXPECT_EQ(tool("lkl", "").exit_code, 2);
    EXPECT_EQ(tool("lkl", "frobnicate").exit_code, 2);
    EXPECT_EQ(tool("lkl", "ls /").exit_code, 2);
    EXPECT_EQ(tool("lkl", "cat -i x").exit_code, 2);
    EXPECT_EQ(tool("lkl", "--help").exit_code, 0);
    EXPECT_EQ(tool("lkl", "find --help").exit_code, 0);
}

}  // namespace
}  // namespace lkl::tool_test
