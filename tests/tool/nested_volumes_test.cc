// SPDX-License-Identifier: GPL-2.0
// Volumes in volumes, and volumes behind a server. What is written through them all is taken out
// again by LVM2's and cryptsetup's own commands, and checked.

#include "volume_fixture.hh"

namespace lkl::tool_test {
namespace {

class NestedVolumes : public VolumeTest {
  protected:
    // A physical volume of 112 MiB with an encrypted ext4 in the volume vg/root; "" where LVM2's
    // commands cannot run.
    std::string make_encrypted_volume() {
        const std::string inside = make_image("ext4", "", 60);
        encrypt(inside);
        const std::string image = make_file("pv0", 112);
        const bool made =
            lvm({image}, {"pvcreate @0", "vgcreate vg @0", "lvcreate -n root -L 80M vg",
                          "lvcreate -n other -L 4M vg", "put vg/root " + inside});
        return made ? image : "";
    }

    // Expects a clean file system with the tree in the encrypted volume.
    void expect_tree_inside(const std::string& image) {
        const std::string plain = path("plain");
        ASSERT_TRUE(lvm({image}, {"get vg/root " + plain}));
        decrypt(plain);
        expect_clean("ext4", plain);
        expect_tool("cpfromfs", "-i " + quote(plain) + " /tree " + quote(directory("decrypted")));
        expect_same(path("decrypted/tree"));
    }
};

TEST_F(NestedVolumes, AnEncryptedLogicalVolume) {
    const std::string image = make_encrypted_volume();
    if (image.empty()) {
        return;
    }
    const std::string options = "-i " + quote(image) + " --volume vg/root" + with_key();
    expect_tool("cptofs", options + " " + quote(path("tree")) + " /");
    const std::string sum = "sha256sum " + quote(image);
    const std::string before = run(sum).output;
    expect_tool("cpfromfs", options + " /tree " + quote(directory("out")));
    EXPECT_EQ(run(sum).output, before) << "reading wrote";
    expect_same(path("out/tree"));
    expect_tree_inside(image);
    const auto inspected = tool("lkl", "inspect " + quote(image));
    EXPECT_NE(inspected.output.find("root   83.9 MB crypto_LUKS"), std::string::npos)
        << inspected.output;
    EXPECT_NE(inspected.output.find("root, key slot 0: pbkdf2 sha256, 1000 iterations\n"),
              std::string::npos)
        << inspected.output;
    work_.write("wrong", "correct house");
    const auto wrong =
        tool("lkl", "ls -i " + quote(image) + " --volume root --key-file " + quote(path("wrong")));
    EXPECT_EQ(wrong.exit_code, 3);
    EXPECT_NE(wrong.errors.find("none of its key slots opens"), std::string::npos) << wrong.errors;
}

TEST_F(NestedVolumes, OverTheNetwork) {
    const std::string image = make_encrypted_volume();
    if (image.empty()) {
        return;
    }
    {
        const NbdServer server(image, "raw", directory("server"));
        const std::string options =
            "-i " + quote(server.address()) + " --volume vg/root" + with_key();
        copy_in_and_out(options);
        const auto inspected = tool("lkl", "inspect " + quote(server.address()));
        EXPECT_NE(inspected.output.find("root   83.9 MB crypto_LUKS"), std::string::npos)
            << inspected.output << inspected.errors;
    }
    expect_tree_inside(image);
}

TEST_F(NestedVolumes, PhysicalVolumesBehindTwoServers) {
    const std::vector<std::string> images{make_file("pv0", 64), make_file("pv1", 64)};
    const std::string inside = make_image("ext4", "", 80);
    if (!lvm(images, {"pvcreate @0 @1", "vgcreate vg @0 @1", "lvcreate -n str -i2 -I16k -L 80M vg",
                      "put vg/str " + inside})) {
        return;
    }
    {
        const NbdServer first(images[0], "raw", directory("first"));
        const NbdServer second(images[1], "raw", directory("second"));
        const std::string options =
            "-i " + quote(second.address()) + " --device " + quote(first.address());
        copy_in_and_out(options);
    }
    ASSERT_TRUE(lvm(images, {"get vg/str " + path("plain")}));
    expect_clean("ext4", path("plain"));
}

// Nothing but the caller's own descriptors: later ones are the image's, or a server's.
TEST_F(NestedVolumes, ADescriptorThatNobodyOpenedIsRefusedAtOnce) {
    const std::string image = make_image("ext4");
    encrypt(image);
    for (const int number : {3, 4, 5, 6, 7, 8}) {
        const std::string text = std::to_string(number);
        const auto refused =
            tool("lkl", "ls -i " + quote(image) + " --passphrase-fd " + text + " " + text + "<&-");
        EXPECT_EQ(refused.exit_code, 2) << number;
        EXPECT_NE(refused.errors.find("descriptor " + text + " is not open"), std::string::npos)
            << refused.errors;
    }
}

// The header of an encrypted volume may hold any bytes as its UUID.
TEST_F(NestedVolumes, HostileNamesDoNotSteerTheTerminal) {
    const std::string image = make_image("ext4");
    encrypt(image);
    const std::string disk = make_file("disk", 100);
    const auto made = run("printf 'label: gpt\\n,1M\\n,%sM\\n' 80 | sfdisk -q " + quote(disk) +
                          " && dd if=" + quote(image) + " of=" + quote(disk) +
                          " bs=1M seek=2 conv=notrunc status=none");
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    const auto lied = run("python3 - " + quote(disk) + R"( <<'END'
import hashlib, sys
with open(sys.argv[1], "r+b") as disk:
    for place in (2 << 20, (2 << 20) + 0x4000):
        disk.seek(place)
        header = bytearray(disk.read(0x4000))
        header[168:204] = b"\x1b]0;title\x07\x1b[31m\xc2\x9b32mred\x7f".ljust(36, b"x")
        header[24:72] = b"\x1b[2J\nlabel".ljust(48, b"\0")
        header[448:512] = bytes(64)
        header[448:480] = hashlib.sha256(header).digest()
        disk.seek(place)
        disk.write(header)
END)");
    ASSERT_EQ(lied.exit_code, 0) << lied.errors;
    for (const char* arguments : {"inspect ", "inspect --json ", "ls -P UUID=x -i "}) {
        const auto shown = tool("lkl", arguments + quote(disk));
        const std::string all = shown.output + shown.errors;
        for (const char byte : all) {
            EXPECT_TRUE(byte == '\n' || (byte >= ' ' && byte != 0x7f) || byte < 0) << all;
        }
    }
    EXPECT_NE(tool("lkl", "inspect " + quote(disk)).output.find("\\033]0;title\\007"),
              std::string::npos);
}

}  // namespace
}  // namespace lkl::tool_test
