// SPDX-License-Identifier: GPL-2.0
// Owners and special files by a manifest, and checksums of what was copied.

#include <algorithm>
#include <filesystem>

#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

class ManifestTool : public ToolTest {
  protected:
    // What debugfs tells of a path in the image.
    static std::string seen(const std::string& image, const std::string& path) {
        return run("debugfs -R 'stat " + path + "' " + quote(image)).output;
    }

    static void expect_has(const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " in:\n" << text;
    }
};

TEST_F(ManifestTool, GivesOwnersModesAndTimes) {
    work_.write("tree/etc/shadow", "x");
    work_.write("tree/bin/su", "y");
    work_.write("spec",
                "/set uid=0 gid=0\n"
                "./tree type=dir mode=0755 time=5.0\n"
                "./tree/etc/shadow type=file mode=0640 gid=42 time=1000000000.000000007\n"
                "./tree/bin/su type=file mode=04755\n");
    const std::string image = make_image("ext4");
    expect_tool("cptofs", "-o 1000:1000 --manifest " + quote(path("spec")) + " -i " + quote(image) +
                              " " + quote(path("tree")) + " /");
    const std::string shadow = seen(image, "/tree/etc/shadow");
    expect_has(shadow, "Mode:  0640");
    expect_has(shadow, "User:     0   Group:    42");
    expect_has(shadow, "mtime: 0x3b9aca00:0000001c");
    expect_has(seen(image, "/tree/bin/su"), "Mode:  04755");
    expect_has(seen(image, "/tree"), "mtime: 0x00000005:00000000");
    expect_has(seen(image, "/tree/etc"), "User:  1000   Group:  1000");
    expect_clean("ext4", image);
}

TEST_F(ManifestTool, MakesWhatOnlyTheManifestHas) {
    work_.write("tree/f", "x");
    std::filesystem::create_directory(path("tree/dev"));
    work_.write("spec",
                "/set uid=0 gid=0\n"
                "./dev type=dir mode=0755 time=7.0\n"
                "./dev/null type=char mode=0666 device=native,1,3\n"
                "./dev/sda type=block mode=0660 gid=6 device=8,0\n"
                "./run type=dir mode=0711 time=8.0\n"
                "./run/pipe type=fifo mode=0600\n"
                "./lib type=link link=usr/lib\n");
    const std::string image = make_image("ext4");
    expect_tool("cptofs", "-o 0:0 --manifest " + quote(path("spec")) + " -i " + quote(image) + " " +
                              quote(path("tree/.")) + " /");
    expect_has(seen(image, "/dev/null"), "Type: character special");
    expect_has(seen(image, "/dev/null"), "number: 01:03");
    expect_has(seen(image, "/dev/sda"), "number: 08:00");
    expect_has(seen(image, "/dev/sda"), "User:     0   Group:     6");
    expect_has(seen(image, "/dev"), "mtime: 0x00000007:00000000");
    expect_has(seen(image, "/run"), "Mode:  0711");
    expect_has(seen(image, "/run"), "mtime: 0x00000008:00000000");
    expect_has(seen(image, "/run/pipe"), "Type: FIFO");
    expect_has(seen(image, "/lib"), "Fast link dest: \"usr/lib\"");
    expect_clean("ext4", image);
}

TEST_F(ManifestTool, TellsWhatDoesNotFit) {
    work_.write("tree/f", "x");
    const std::string image = make_image("ext4");
    const auto with = [&](const std::string& spec) {
        work_.write("spec", spec);
        return tool("cptofs", "-k --manifest " + quote(path("spec")) + " -i " + quote(image) + " " +
                                  quote(path("tree")) + " /");
    };
    const auto missing = with("./tree/none type=file mode=0644\n");
    EXPECT_EQ(missing.exit_code, 1);
    expect_has(missing.errors, "cannot copy tree/none: the manifest names it, but no source");
    const auto type = with("./tree/f type=dir mode=0755\n");
    EXPECT_EQ(type.exit_code, 1);
    expect_has(type.errors, "the manifest gives it another type");
    const auto wrong = with("./tree/f mode=worse\n");
    EXPECT_EQ(wrong.exit_code, 3);
    expect_has(wrong.errors, "line 1 of " + path("spec"));
    EXPECT_EQ(with("./tree/none type=file optional\n").exit_code, 0);
    expect_clean("ext4", image);
}

TEST_F(ManifestTool, ChecksumsAreWhatSha256sumChecks) {
    work_.write("tree/a", "1");
    work_.write("tree/new\nline\\", "2");
    work_.write("tree/big", std::string(3000000, 'b'));
    std::filesystem::create_hard_link(path("tree/a"), path("tree/linked"));
    const std::string image = make_image("ext4");
    const std::string sums = quote(path("sums"));
    const auto check = [&](const std::string& in) {
        const auto result = run("cd " + quote(in) + " && sha256sum --strict -c " + sums);
        EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
        EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 4) << result.output;
    };
    expect_tool("cptofs",
                "--checksums " + sums + " -i " + quote(image) + " " + quote(path("tree")) + " /");
    check(work_.path());
    expect_tool("cpfromfs", "--checksums " + sums + " -i " + quote(image) + " /tree " +
                                quote(directory("out")));
    check(path("out"));
    expect_tool("fs2tar", "--checksums " + sums + " -i " + quote(image) + " " +
                              quote(path("a.tar")) + " /tree");
    expect_tool("lkl", "cp -q -i " + quote(image) + " :/tree " + quote(directory("again")));
    check(path("again"));
    work_.write("out/tree/big", "not what was copied");
    EXPECT_NE(run("cd " + quote(path("out")) + " && sha256sum -c " + sums).exit_code, 0);
}

}  // namespace
}  // namespace lkl::tool_test
