// SPDX-License-Identifier: GPL-2.0
// Everything that a tree holds goes in, out, and into an archive, for every type of file system.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

using fs::testing::describe_tree;

class Metadata : public ToolTest, public ::testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override {
        image_ = make_image(GetParam());
        tree_ = directory("tree");
    }

    std::string image_;
    std::string tree_;
};

class RichMetadata : public Metadata {};

class PlainMetadata : public Metadata {};

void expect_same_times(const std::string& a, const std::string& b) {
    struct stat first {};

    struct stat second {};

    ASSERT_EQ(::lstat(a.c_str(), &first), 0);
    ASSERT_EQ(::lstat(b.c_str(), &second), 0);
    EXPECT_EQ(first.st_atim.tv_sec, second.st_atim.tv_sec);
    EXPECT_EQ(first.st_atim.tv_nsec, second.st_atim.tv_nsec);
    EXPECT_EQ(first.st_mtim.tv_sec, second.st_mtim.tv_sec);
    EXPECT_EQ(first.st_mtim.tv_nsec, second.st_mtim.tv_nsec);
}

TEST_P(RichMetadata, SurvivesTheWayInAndOut) {
    make_rich_tree(tree_);
    const auto before = describe_tree(tree_);
    expect_tool("cptofs", "-i " + quote(image_) + " -t " + GetParam() + " " + quote(tree_) + " /");
    expect_clean(GetParam(), image_);
    const std::string out = directory("out");
    expect_tool("cpfromfs", "-i " + quote(image_) + " -t " + GetParam() + " /tree " + quote(out));
    expect_same_times(tree_ + "/plain", out + "/tree/plain");
    expect_same_times(tree_ + "/deep/er", out + "/tree/deep/er");
    EXPECT_EQ(before, describe_tree(out + "/tree"));
    for (const char* name : {"sparse", "only a hole"}) {
        struct stat status {};

        ASSERT_EQ(::stat((out + "/tree/" + name).c_str(), &status), 0);
        EXPECT_LT(status.st_blocks * 512, 200000) << name;
    }
}

TEST_P(RichMetadata, IsWhatTheHostsKernelSees) {
    make_rich_tree(tree_);
    expect_tool("cptofs", "-i " + quote(image_) + " " + quote(tree_) + " /");
    const auto seen = describe_by_loop_mount(image_, GetParam(), path("mnt"), "tree");
    if (seen.empty()) {
        GTEST_SKIP() << "no loop mount of " << GetParam() << " on this machine";
    }
    EXPECT_EQ(describe_tree(tree_), seen);
}

TEST_P(RichMetadata, SurvivesTheWayThroughTar) {
    make_rich_tree(tree_);
    std::filesystem::remove(tree_ + "/socket");  // tar has no entry for it
    const auto before = describe_tree(tree_);
    expect_tool("cptofs", "-i " + quote(image_) + " " + quote(tree_) + " /");
    expect_tool("fs2tar", "-i " + quote(image_) + " " + quote(path("a.tar")) + " /tree");
    const auto unpacked = run("tar --xattrs --xattrs-include='*' --acls -xpf " +
                              quote(path("a.tar")) + " -C " + quote(directory("out")));
    EXPECT_EQ(unpacked.exit_code, 0) << unpacked.errors;
    EXPECT_EQ(before, describe_tree(path("out/tree")));

    const std::string second = make_image(GetParam());
    const auto packed =
        run("cat " + quote(path("a.tar")) + " | " + quote(LKL_TOOL_DIRECTORY "/cptofs") + " -i " +
            quote(second) + " --tar - /");
    EXPECT_EQ(packed.exit_code, 0) << packed.errors;
    EXPECT_EQ(packed.errors, "");
    expect_clean(GetParam(), second);
    expect_tool("cpfromfs", "-i " + quote(second) + " /tree " + quote(directory("again")));
    EXPECT_EQ(before, describe_tree(path("again/tree")));
}

TEST_P(RichMetadata, ASecondCopyReplacesTheFirst) {
    make_rich_tree(tree_);
    const auto before = describe_tree(tree_);
    for (int i = 0; i < 2; ++i) {
        expect_tool("cptofs", "-i " + quote(image_) + " " + quote(tree_) + " /");
    }
    expect_clean(GetParam(), image_);
    const std::string out = directory("out");
    for (int i = 0; i < 2; ++i) {
        expect_tool("cpfromfs", "-i " + quote(image_) + " /tree " + quote(out));
    }
    EXPECT_EQ(before, describe_tree(out + "/tree"));
}

INSTANTIATE_TEST_SUITE_P(Types, RichMetadata, ::testing::Values("ext4", "xfs", "btrfs", "f2fs"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(PlainMetadata, FilesAndTimesSurvive) {
    make_plain_tree(tree_);
    const auto before = describe_tree(tree_);
    const std::string owner = ::geteuid() == 0 ? "" : " -o 0:0";
    expect_tool("cptofs",
                "-i " + quote(image_) + " -t " + GetParam() + owner + " " + quote(tree_) + " /");
    expect_clean(GetParam(), image_);
    const std::string out = directory("out");
    expect_tool("cpfromfs", "-i " + quote(image_) + " /tree " + quote(out));
    EXPECT_EQ(before, describe_tree(out + "/tree"));
}

TEST_P(PlainMetadata, WhatCannotBeHeldIsToldOnceInSum) {
    make_plain_tree(tree_);
    std::filesystem::create_hard_link(tree_ + "/File.txt", tree_ + "/second.txt");
    ASSERT_EQ(run("touch -d @1234567890 " + quote(tree_)).exit_code, 0);
    const auto result = tool("cptofs", "-i " + quote(image_) + " -o 5:6 " + quote(tree_) + " /");
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    if (std::string(GetParam()) == "ntfs3") {
        return;  // holds owners and hard links
    }
    EXPECT_NE(result.errors.find("warning: the owner was not kept for "), std::string::npos)
        << result.errors;
    EXPECT_NE(result.errors.find("warning: hard links became separate files for 1 entry"),
              std::string::npos)
        << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 2) << result.errors;
    const auto strict =
        tool("cptofs", "--strict -i " + quote(image_) + " -o 5:6 " + quote(tree_) + " /");
    EXPECT_EQ(strict.exit_code, 1);
    expect_clean(GetParam(), image_);
}

INSTANTIATE_TEST_SUITE_P(Types, PlainMetadata, ::testing::Values("vfat", "exfat", "ntfs3"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace lkl::tool_test
