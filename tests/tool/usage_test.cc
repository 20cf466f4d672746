// SPDX-License-Identifier: GPL-2.0
// Selection, reports, partitions, and interrupted copies.

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "rich_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;
using fs::testing::describe_tree;

class Usage : public ToolTest {
  protected:
    static std::string in(const std::string& image) { return "-i " + quote(image) + " "; }
};

TEST_F(Usage, SelectsByPatterns) {
    const std::string image = make_image("ext4");
    work_.write("tree/a.c", "1");
    work_.write("tree/a.o", "2");
    work_.write("tree/sub/b.o", "3");
    work_.write("tree/cache/c", "4");
    expect_tool("cptofs",
                in(image) + "--exclude '*.o' --exclude cache/ " + quote(path("tree")) + " /");
    expect_tool("cpfromfs", in(image) + "/tree " + quote(directory("out")));
    EXPECT_TRUE(stdfs::exists(path("out/tree/a.c")));
    EXPECT_TRUE(stdfs::exists(path("out/tree/sub")));
    EXPECT_FALSE(stdfs::exists(path("out/tree/a.o")));
    EXPECT_FALSE(stdfs::exists(path("out/tree/sub/b.o")));
    EXPECT_FALSE(stdfs::exists(path("out/tree/cache")));
}

TEST_F(Usage, PatternsAsSourcesInTheImage) {
    const std::string image = make_image("ext4");
    work_.write("one.conf", "1");
    work_.write("two.conf", "2");
    work_.write("three.txt", "3");
    expect_tool("cptofs", in(image) + quote(path("one.conf")) + " " + quote(path("two.conf")) +
                              " " + quote(path("three.txt")) + " /");
    expect_tool("cpfromfs", in(image) + "'/*.conf' " + quote(directory("out")));
    EXPECT_EQ(work_.read("out/one.conf"), "1");
    EXPECT_EQ(work_.read("out/two.conf"), "2");
    EXPECT_FALSE(stdfs::exists(path("out/three.txt")));
}

TEST_F(Usage, WhatAPatternMatchesDoesNotReplaceEachOther) {
    const std::string image = make_image("ext4");
    work_.write("a/same", "1");
    work_.write("b/same", "2");
    expect_tool("cptofs", in(image) + quote(path("a")) + " " + quote(path("b")) + " /");
    const auto two = tool("cpfromfs", in(image) + "'/a/*' '/b/sam?' " + quote(directory("out")));
    EXPECT_EQ(two.exit_code, 2);
    EXPECT_NE(two.errors.find("cannot copy /b/same: another source has the same name"),
              std::string::npos)
        << two.errors;
    const auto one_name = tool("cpfromfs", in(image) + "-T '/[ab]' " + quote(path("out/name")));
    EXPECT_EQ(one_name.exit_code, 2);
    EXPECT_TRUE(stdfs::is_empty(path("out")));
    work_.write("c/other", "3");
    expect_tool("cptofs", in(image) + quote(path("c")) + " /");
    expect_tool("cpfromfs", in(image) + "'/a/*' '/c/*' " + quote(path("out")));
    EXPECT_EQ(work_.read("out/same"), "1");
    EXPECT_EQ(work_.read("out/other"), "3");
}

TEST_F(Usage, TheImageIsNoArchiveOfItself) {
    const std::string image = make_image("ext4");
    const std::string before = run("sha256sum " + quote(image)).output;
    stdfs::create_symlink(image, path("same"));
    for (const std::string& target : {image, path("same")}) {
        const auto result = tool("fs2tar", quote(image) + " " + quote(target));
        EXPECT_EQ(result.exit_code, 3) << result.errors;
        EXPECT_NE(result.errors.find("it is the image itself"), std::string::npos) << result.errors;
    }
    EXPECT_EQ(run("sha256sum " + quote(image)).output, before);
}

TEST_F(Usage, ADryRunChangesNothing) {
    const std::string image = make_image("ext4");
    work_.write("tree/f", "x");
    const std::string before = run("sha256sum " + quote(image)).output;
    const auto result = tool("cptofs", "-n -v " + in(image) + quote(path("tree")) + " /");
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.output, path("tree") + "\n" + path("tree/f") + "\n");
    EXPECT_NE(result.errors.find("2 entries, 1 B would be copied"), std::string::npos)
        << result.errors;
    EXPECT_EQ(before, run("sha256sum " + quote(image)).output);
}

TEST_F(Usage, ResultsAsJson) {
    const std::string image = make_image("ext4");
    work_.write("f", "12345");
    const auto result =
        tool("cptofs", "--json --progress=json " + in(image) + quote(path("f")) + " /");
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(
        result.output.find("{\"outcome\":\"complete\",\"entries\":1,\"bytes\":5,\"errors\":0,"), 0U)
        << result.output;
    EXPECT_NE(result.errors.find("{\"entries\":1,\"bytes\":5,"), std::string::npos)
        << result.errors;
}

TEST_F(Usage, OwnersAreMapped) {
    const std::string image = make_image("ext4");
    work_.write("f", "x");
    expect_tool("cptofs", in(image) + "-o 1000:2000 " + quote(path("f")) + " /");
    const auto seen = run("debugfs -R 'stat /f' " + quote(image)).output;
    EXPECT_NE(seen.find("User:  1000   Group:  2000"), std::string::npos) << seen;
}

TEST_F(Usage, SelinuxLabelsGoInAndAreListed) {
    const std::string image = make_image("ext4");
    work_.write("f", "x");
    expect_tool("cptofs", in(image) + "-s system_u:object_r:etc_t:s0 " + quote(path("f")) + " /");
    expect_tool("fs2tar", "-s " + quote(path("labels")) + " " + in(image) + quote(path("a.tar")));
    EXPECT_EQ(work_.read("labels"), "/f system_u:object_r:etc_t:s0\n");
}

TEST_F(Usage, PartitionsByNumberAndLabel) {
    ASSERT_TRUE(has_program("sfdisk")) << "install the package fdisk";
    const std::string disk = path("disk.img");
    const std::string ext4 = make_image("ext4", "-L data", 32);
    const std::string vfat = make_image("vfat", "-n BOOT", 40);
    const auto made = run("truncate -s 80M " + quote(disk) +
                          " && printf 'label: gpt\\nstart=2048, size=81920, name=first\\n"
                          "start=83968, size=65536, name=second\\n' | sfdisk -q " +
                          quote(disk) + " && dd if=" + quote(vfat) + " of=" + quote(disk) +
                          " bs=512 seek=2048 conv=notrunc && dd if=" + quote(ext4) +
                          " of=" + quote(disk) + " bs=512 seek=83968 conv=notrunc");
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    work_.write("f", "x");
    const auto unclear = tool("cptofs", in(disk) + quote(path("f")) + " /");
    EXPECT_EQ(unclear.exit_code, 3);
    EXPECT_NE(unclear.errors.find("1 (vfat, label BOOT), 2 (ext4, label data)"), std::string::npos)
        << unclear.errors;
    const std::string owner = ::geteuid() == 0 ? "" : "-o 0:0 ";
    expect_tool("cptofs", owner + "-P 2 " + in(disk) + quote(path("f")) + " /");
    for (const char* partition : {"2", "LABEL=data", "PARTLABEL=second"}) {
        const std::string out = directory(std::string("out") + partition);
        expect_tool("cpfromfs",
                    std::string("-P ") + partition + " " + in(disk) + "/f " + quote(out));
        EXPECT_TRUE(stdfs::exists(out + "/f")) << partition;
    }
    EXPECT_EQ(tool("cpfromfs", "-P 7 " + in(disk) + "/f " + quote(path("out2"))).exit_code, 3);
}

TEST_F(Usage, SourceDateEpochBoundsTimes) {
    const std::string image = make_image("ext4");
    work_.write("f", "x");
    const auto result = run("SOURCE_DATE_EPOCH=1000000000 " + quote(LKL_TOOL_DIRECTORY "/cptofs") +
                            " " + in(image) + quote(path("f")) + " /");
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    const auto seen = run("debugfs -R 'stat /f' " + quote(image)).output;
    EXPECT_NE(seen.find("mtime: 0x3b9aca00:00000000"), std::string::npos) << seen;
    EXPECT_NE(seen.find("crtime: 0x3b9aca"), std::string::npos) << seen;
    EXPECT_EQ(run("SOURCE_DATE_EPOCH=soon " + quote(LKL_TOOL_DIRECTORY "/cptofs") + " " +
                  in(image) + quote(path("f")) + " /")
                  .exit_code,
              2);
}

TEST_F(Usage, AnInterruptedCopyLeavesACleanImage) {
    const std::string image = make_image("ext4", "", 400);
    const std::string fifo = path("archive");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    // An archive whose writer stops in the middle of a file: the copy waits there.
    const auto result =
        run("{ cd " + quote(work_.path()) +
            "; mkdir t; head -c 5000000 /dev/urandom > t/f; "
            "{ tar -cf - t | head -c 3000000; sleep 20; } > archive & writer=$!; " +
            quote(LKL_TOOL_DIRECTORY "/cptofs") + " " + in(image) +
            "--tar archive / & tool=$!; "
            "sleep 2; kill -TERM $tool; wait $tool; code=$?; kill $writer; exit $code; }");
    EXPECT_EQ(result.exit_code, 128 + SIGTERM) << result.errors;
    EXPECT_NE(result.errors.find("interrupted: "), std::string::npos) << result.errors;
    expect_clean("ext4", image);
}

}  // namespace
}  // namespace lkl::tool_test
