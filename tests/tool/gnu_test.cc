// SPDX-License-Identifier: GPL-2.0
// What lkl's subcommands tell of an image, compared with what GNU tools
// tell of the same tree on the host.

#include <sys/stat.h>

#include <filesystem>

#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

class Gnu : public ToolTest {
  protected:
    void SetUp() override {
        work_.write("tree/a.txt", "hello\n");
        work_.write("tree/sub/b", std::string(5000, 'b'), 0600);
        work_.write("tree/sub/deep/c.txt", std::string(100000, 'c'), 0755);
        work_.write("tree/name with blank", "");
        std::filesystem::create_symlink("a.txt", path("tree/link"));
        std::filesystem::create_hard_link(path("tree/sub/b"), path("tree/hard"));
        ASSERT_EQ(::mkfifo(path("tree/pipe").c_str(), 0644), 0);
        image_ = make_image("ext4");
        expect_tool("cptofs", "-i " + quote(image_) + " " + quote(path("tree")) + " /");
    }

    std::string lkl(const std::string& command, const std::string& arguments) {
        const auto result = tool("lkl", command + " -i " + quote(image_) + " " + arguments);
        EXPECT_EQ(result.exit_code, 0) << command << "\n" << result.errors;
        return result.output;
    }

    // Output of a command of the host in the directory above the tree.
    [[nodiscard]] std::string host(const std::string& command) const {
        const auto result = run("cd " + quote(work_.path()) + " && LC_ALL=C " + command);
        EXPECT_EQ(result.exit_code, 0) << command << "\n" << result.errors;
        return result.output;
    }

    std::string image_;
};

TEST_F(Gnu, FindFindsTheSame) {
    const std::string end = " | sed 's,^,/,' | sort";
    const auto sorted = [this](const std::string& text) {
        work_.write("unsorted", text);
        return host("sort unsorted");
    };
    EXPECT_EQ(sorted(lkl("find", "/tree")), host("find tree" + end));
    EXPECT_EQ(sorted(lkl("find --kind f", "/tree")), host("find tree -type f" + end));
    EXPECT_EQ(sorted(lkl("find --kind p", "/tree")), host("find tree -type p" + end));
    EXPECT_EQ(sorted(lkl("find --name '*.txt'", "/tree")), host("find tree -name '*.txt'" + end));
    EXPECT_EQ(sorted(lkl("find --kind f --min-size 5001", "/tree")),
              host("find tree -type f -size +5000c" + end));
    EXPECT_EQ(sorted(lkl("find --kind f --max-size 5000", "/tree")),
              host("find tree -type f -size -5001c" + end));
}

TEST_F(Gnu, HashesAreTheSame) {
    work_.write("ours", lkl("hash", "/tree"));
    EXPECT_EQ(host("sort ours"),
              host("find tree -type f -exec sha256sum {} + | sed 's,  ,  /,' | sort"));
}

TEST_F(Gnu, UsageIsWhatDuCounts) {
    // The image's blocks are the host's if both allocate 4 KiB: compare files, not directories.
    for (const char* file : {"tree/sub/deep/c.txt", "tree/sub/b", "tree/a.txt"}) {
        const std::string apparent = host("stat -c %s " + quote(file));
        const auto bytes = (std::stoul(apparent) + 4095) / 4096 * 4096;
        EXPECT_EQ(lkl("du", std::string("/") + file), std::to_string(bytes) + "\t/" + file + "\n");
    }
    // A hard link is counted once, as du does.
    const auto number = [](const std::string& text) { return std::stoul(text); };
    EXPECT_EQ(number(lkl("du", "/tree/hard")), number(lkl("du", "/tree/sub/b")));
    const auto whole = number(lkl("du", "/tree"));
    EXPECT_EQ(whole, 4096U * (1 + 1 + 1) /* directories */ + 4096 + 8192 + 102400);
}

TEST_F(Gnu, JsonOfStatAgreesWithStat) {
    if (!has_program("python3")) {
        GTEST_SKIP() << "python3 is missing";
    }
    for (const char* entry :
         {"tree/a.txt", "tree/sub", "tree/link", "tree/pipe", "tree/hard", "tree/sub/deep/c.txt"}) {
        work_.write("json", lkl("stat --json", std::string("/") + entry));
        const std::string ours = host(
            "python3 -c 'import json; d = json.load(open(\"json\")); "
            "print(d[\"size\"], \"%o\" % d[\"permissions\"], d[\"uid\"], d[\"gid\"], "
            "d[\"links\"])'");
        const std::string theirs = host(std::string("stat -c '%s %a %u %g %h' ") + quote(entry));
        const bool directory = std::filesystem::is_directory(path(entry));
        // The sizes of directories are a file system's own affair.
        const std::size_t from = directory ? theirs.find(' ') : 0;
        EXPECT_EQ(ours.substr(directory ? ours.find(' ') : 0), theirs.substr(from)) << entry;
    }
}

TEST_F(Gnu, InspectAgreesWithBlkid) {
    if (!has_program("python3")) {
        GTEST_SKIP() << "python3 is missing";
    }
    const auto inspected = tool("lkl", "inspect --json " + quote(image_));
    work_.write("json", inspected.output);
    const std::string ours = host(
        "python3 -c 'import json; d = json.load(open(\"json\")); "
        "print(d[\"content\"][\"type\"], d[\"content\"][\"uuid\"], d[\"size\"])'");
    EXPECT_EQ(ours, host("sh -c 'echo $(blkid -p -s TYPE -o value " + quote(image_) +
                         ") $(blkid -p -s UUID -o value " + quote(image_) + ") $(stat -c %s " +
                         quote(image_) + ")'"));
}

TEST_F(Gnu, DiffAgreesWithDiff) {
    const std::string both = "diff " + quote(path("tree")) + " " + quote(image_ + ":/tree");
    EXPECT_EQ(tool("lkl", both).exit_code, 0);
    work_.write("tree/sub/deep/c.txt", std::string(100000, 'C'), 0755);
    std::filesystem::remove(path("tree/a.txt"));
    const auto result = tool("lkl", both);
    EXPECT_EQ(result.exit_code, 1);
    expect_tool("cpfromfs", "-i " + quote(image_) + " /tree " + quote(directory("out")));
    const auto gnu =
        run("cd " + quote(work_.path()) + " && diff -rq --no-dereference -x pipe tree out/tree");
    EXPECT_NE(gnu.output.find("c.txt"), std::string::npos) << gnu.output;
    EXPECT_NE(gnu.output.find("a.txt"), std::string::npos) << gnu.output;
    EXPECT_NE(result.output.find("sub/deep/c.txt: "), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("contents"), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("a.txt: only in "), std::string::npos) << result.output;
    EXPECT_EQ(result.output.find("name with blank"), std::string::npos) << result.output;
}

}  // namespace
}  // namespace lkl::tool_test
