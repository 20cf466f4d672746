// SPDX-License-Identifier: GPL-2.0
// Logical volumes, made by LVM2's own commands; where they lie is asked of them again at the end.

#include <filesystem>
#include <fstream>

#include "volume_fixture.hh"

namespace lkl::tool_test {
namespace {

class Lvm : public VolumeTest {
  protected:
    // Copies the tree in and out, and expects the same; then that the volume, as LVM2 finds it, is
    // a clean file system that holds the tree.
    void expect_round_trip(const std::string& options, const std::vector<std::string>& images,
                           const std::string& volume) {
        expect_tool("cptofs", options + " " + quote(path("tree")) + " /");
        const std::string sums = "cat " + quote(work_.path()) + "/pv* | sha256sum";
        const std::string before = run(sums).output;
        expect_tool("cpfromfs", options + " /tree " + quote(directory("out")));
        EXPECT_EQ(run(sums).output, before) << "reading wrote";
        expect_same(path("out/tree"));
        ASSERT_TRUE(lvm(images, {"get " + volume + " " + path("plain")}));
        expect_clean("ext4", path("plain"));
        expect_tool("cpfromfs",
                    "-i " + quote(path("plain")) + " /tree " + quote(directory("out2")));
        expect_same(path("out2/tree"));
    }

    void expect_refused(const std::string& arguments, const std::string& why) {
        const auto refused = tool("lkl", "ls " + arguments);
        EXPECT_EQ(refused.exit_code, 3) << refused.output;
        EXPECT_NE(refused.errors.find(why), std::string::npos) << refused.errors;
    }

    // Changes a byte of the last copy of the text in the file.
    static void damage(const std::string& file, const std::string& text) {
        std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
        std::string head(std::size_t{1} << 20, '\0');
        stream.read(head.data(), static_cast<std::streamsize>(head.size()));
        const std::size_t at = head.rfind(text);
        ASSERT_NE(at, std::string::npos) << text;
        stream.clear();
        stream.seekp(static_cast<std::streamoff>(at));
        stream.put('?');
    }
};

TEST_F(Lvm, TheOnlyVolumeIsFoundByItself) {
    const std::vector<std::string> images{make_file("pv0", 64)};
    const std::string inside = make_image("ext4", "-L inside", 40);
    if (!lvm(images, {"pvcreate @0", "vgcreate vg @0", "lvcreate -n root -L 40M vg",
                      "put vg/root " + inside})) {
        return;
    }
    const std::string image = quote(images[0]);
    const auto inspected = tool("lkl", "inspect " + image);
    EXPECT_NE(inspected.output.find("volume group vg"), std::string::npos) << inspected.output;
    EXPECT_NE(inspected.output.find("root   41.9 MB ext4 inside"), std::string::npos)
        << inspected.output << inspected.errors;
    expect_round_trip("-i " + image, images, "vg/root");
    expect_refused("--volume vg/other -i " + image, "the logical volumes are: vg/root (41.9 MB)");
}

TEST_F(Lvm, StripesOverTwo) {
    const std::vector<std::string> images{make_file("pv0", 64), make_file("pv1", 64)};
    const std::string inside = make_image("ext4", "", 80);
    if (!lvm(images, {"pvcreate @0 @1", "vgcreate vg @0 @1", "lvcreate -n str -i2 -I16k -L 80M vg",
                      "put vg/str " + inside})) {
        return;
    }
    expect_round_trip("-i " + quote(images[0]) + " --device " + quote(images[1]), images, "vg/str");
    expect_refused("-i " + quote(images[0]), "is missing; give its image with --device");
    expect_refused("-i " + quote(images[0]) + " --device " + quote(images[0]),
                   "it is the same physical volume as");
    expect_refused("-i " + quote(images[0]) + " --device " + quote(inside),
                   "cannot find a physical volume (LVM) in");
}

TEST_F(Lvm, AVolumeInTwoPieces) {
    const std::vector<std::string> images{make_file("pv0", 32), make_file("pv1", 64)};
    const std::string inside = make_image("ext4", "", 60);
    if (!lvm(images, {"pvcreate @0 @1", "vgcreate vg @0 @1", "lvcreate -n first -L 12M vg @0",
                      "lvcreate -n long -L 60M vg", "put vg/long " + inside})) {
        return;
    }
    expect_round_trip("--volume long -i " + quote(images[1]) + " --device " + quote(images[0]),
                      images, "vg/long");
}

TEST_F(Lvm, OneOfTwoIsNamed) {
    const std::vector<std::string> images{make_file("pv0", 80)};
    const std::string inside = make_image("ext4", "", 32);
    if (!lvm(images, {"pvcreate @0", "vgcreate vg @0", "lvcreate -n a -L 32M vg",
                      "lvcreate -n b -pr -L 32M vg", "put vg/a " + inside, "put vg/b " + inside})) {
        return;
    }
    const std::string image = "-i " + quote(images[0]);
    expect_refused(image,
                   "there are several: vg/a (33.6 MB), vg/b (33.6 MB); name one with "
                   "--volume GROUP/NAME");
    const auto written = tool("cptofs", image + " --volume b " + quote(path("tree")) + " /");
    EXPECT_EQ(written.exit_code, 3);
    EXPECT_NE(written.errors.find("its volume group has it as read-only"), std::string::npos)
        << written.errors;
    expect_round_trip("--volume vg/a " + image, images, "vg/a");
    EXPECT_EQ(tool("lkl", "ls --volume b " + image).output, "lost+found\n");
    const auto json = tool("lkl", "inspect --json " + quote(images[0]));
    EXPECT_NE(json.output.find("\"name\": \"b\""), std::string::npos) << json.output;
    EXPECT_NE(json.output.find("\"type\": \"ext4\""), std::string::npos) << json.output;
}

TEST_F(Lvm, InAPartition) {
    const std::string disk = make_file("pvdisk", 120);
    const auto parted =
        run("printf 'label: gpt\\nstart=2048, size=65536\\nstart=67584, "
            "size=131072\\n' | sfdisk -q " +
            quote(disk));
    ASSERT_EQ(parted.exit_code, 0) << parted.errors;
    const std::string boot = make_image("ext4", "", 32);
    ASSERT_EQ(
        run("dd conv=notrunc bs=512 seek=2048 if=" + quote(boot) + " of=" + quote(disk)).exit_code,
        0);
    const std::string inside = make_image("ext4", "", 40);
    const std::vector<std::string> images{disk + ":" + std::to_string(67584 * 512) + ":" +
                                          std::to_string(131072 * 512)};
    if (!lvm(images, {"pvcreate @0", "vgcreate vg @0", "lvcreate -n root -L 40M vg",
                      "put vg/root " + inside})) {
        return;
    }
    const std::string image = "-i " + quote(disk);
    expect_refused(image, "2 (LVM2_member)");
    expect_round_trip("-P 2 " + image, images, "vg/root");
    EXPECT_EQ(tool("lkl", "ls --volume root " + image).output, "lost+found\ntree\n");
    EXPECT_EQ(tool("lkl", "ls -P 1 " + image).output, "lost+found\n");
}

TEST_F(Lvm, OnAnArray) {
    const std::string plain = make_file("plain-pv", 64);
    const std::string inside = make_image("ext4", "", 40);
    if (!lvm({plain}, {"pvcreate @0", "vgcreate vg @0", "lvcreate -n root -L 40M vg",
                       "put vg/root " + inside})) {
        return;
    }
    const std::string members = quote(path("pv0")) + " " + quote(path("pv1"));
    const auto made =
        run("python3 " + quote(LKL_MAKE_ARRAY) + " 1 " + quote(plain) + " " + members);
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    const std::string options = "-i " + quote(path("pv0")) + " --device " + quote(path("pv1"));
    // The data of a member begins after its first MiB.
    const std::vector<std::string> images{path("pv0") + ":1048576:67108864"};
    expect_round_trip(options, images, "vg/root");
    EXPECT_EQ(tool("lkl", "ls --volume root " + options).output, "lost+found\ntree\n");
    expect_refused("--volume other " + options, "the logical volumes are: vg/root (41.9 MB)");
}

TEST_F(Lvm, InAnEncryptedVolume) {
    const std::string image = make_file("pv0", 64);
    const std::string inside = make_image("ext4", "", 40);
    if (!lvm({image}, {"pvcreate @0", "vgcreate vg @0", "lvcreate -n root -L 40M vg",
                       "put vg/root " + inside})) {
        return;
    }
    encrypt(image);
    const std::string options = "-i " + quote(image) + with_key();
    expect_tool("cptofs", options + " " + quote(path("tree")) + " /");
    EXPECT_EQ(tool("lkl", "ls --volume vg/root " + options).output, "lost+found\ntree\n");
    expect_refused("--volume other " + options, "the logical volumes are: vg/root (41.9 MB)");
    decrypt(image);
    expect_round_trip("-i " + quote(image), {image}, "vg/root");
}

TEST_F(Lvm, AJournalIsReplayedWithoutAWrite) {
    const std::vector<std::string> images{make_file("pv0", 64)};
    const std::string inside = make_image("ext4", "", 40);
    // The flag says that the journal needs recovery.
    ASSERT_EQ(run("debugfs -w -R 'feature needs_recovery' " + quote(inside)).exit_code, 0);
    if (!lvm(images, {"pvcreate @0", "vgcreate vg @0", "lvcreate -n root -L 40M vg",
                      "put vg/root " + inside})) {
        return;
    }
    const std::string sum = "sha256sum " + quote(images[0]);
    const std::string before = run(sum).output;
    const auto listed = tool("lkl", "ls -i " + quote(images[0]));
    EXPECT_EQ(listed.output, "lost+found\n") << listed.errors;
    EXPECT_EQ(run(sum).output, before);
}

TEST_F(Lvm, DamageIsTold) {
    const std::vector<std::string> images{make_file("pv0", 64), make_file("pv1", 64)};
    const std::string inside = make_image("ext4", "", 40);
    if (!lvm(images, {"pvcreate @0 @1", "vgcreate vg @0 @1", "lvcreate -n root -L 40M vg @0",
                      "put vg/root " + inside})) {
        return;
    }
    damage(images[0], "logical_volumes {");
    expect_refused("-i " + quote(images[0]), "it is damaged (wrong checksum)");
    const auto inspected = tool("lkl", "inspect " + quote(images[0]));
    EXPECT_EQ(inspected.exit_code, 0);
    EXPECT_NE(inspected.output.find("it is damaged (wrong checksum)"), std::string::npos)
        << inspected.output;
    // The other physical volume has a copy.
    const auto other = tool("lkl", "ls -i " + quote(images[0]) + " --device " + quote(images[1]));
    EXPECT_EQ(other.output, "lost+found\n") << other.errors;
    std::filesystem::resize_file(images[0], 20 << 20);
    expect_refused("-i " + quote(images[0]) + " --device " + quote(images[1]),
                   "is the image truncated?");
}

TEST_F(Lvm, WhatCannotBeMappedIsNamed) {
    const std::vector<std::string> images{make_file("pv0", 64), make_file("pv1", 64)};
    if (!lvm(images, {"pvcreate @0 @1", "vgcreate vg @0 @1",
                      "lvcreate -n fast --type raid0 -i2 -L 40M vg"})) {
        return;
    }
    const std::string both = "-i " + quote(images[0]) + " --device " + quote(images[1]);
    expect_refused(both, "its type raid0 is not supported");
    ASSERT_TRUE(lvm(images, {"vgexport vg"}));
    expect_refused(both, "its volume group is exported; import it (vgimport) first");
    const std::vector<std::string> lone{make_file("pv2", 16)};
    ASSERT_TRUE(lvm(lone, {"pvcreate @0"}));
    expect_refused("-i " + quote(lone[0]), "belongs to a volume group");
}

}  // namespace
}  // namespace lkl::tool_test
