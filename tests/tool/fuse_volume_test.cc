// SPDX-License-Identifier: GPL-2.0
// lklfuse on logical and encrypted volumes.

#include <filesystem>

#include "fuse_mount.hh"
#include "volume_fixture.hh"

namespace lkl::tool_test {
namespace {

class FuseVolume : public VolumeTest {
  protected:
    void SetUp() override {
        if (const std::string why = fuse_is_missing(); !why.empty()) {
            GTEST_SKIP() << why;
        }
        VolumeTest::SetUp();
        mount_point_ = directory("mnt");
    }

    std::string mount_point_;
};

TEST_F(FuseVolume, AnEncryptedLogicalVolume) {
    const std::string inside = make_image("ext4", "", 40);
    encrypt(inside);
    const std::string image = make_file("pv0", 72);
    if (!lvm({image}, {"pvcreate @0", "vgcreate vg @0", "lvcreate -n other -L 4M vg",
                       "lvcreate -n root -L 60M vg", "put vg/root " + inside})) {
        return;
    }
    FuseMount mounted(image, mount_point_, {"-o", "volume=vg/root,keyfile=" + path("key")});
    ASSERT_TRUE(mounted.wait_for_mount()) << mounted.finish() << mounted.errors();
    const auto copied = run("cp -r " + quote(path("tree")) + " " + quote(mount_point_));
    EXPECT_EQ(copied.exit_code, 0) << copied.errors;
    expect_same(mount_point_ + "/tree");
    EXPECT_EQ(mounted.unmount(), 0) << mounted.errors();
    EXPECT_EQ(mounted.errors(), "");
    const std::string plain = path("plain");
    ASSERT_TRUE(lvm({image}, {"get vg/root " + plain}));
    decrypt(plain);
    expect_clean("ext4", plain);
    expect_tool("cpfromfs", "-i " + quote(plain) + " /tree " + quote(directory("out")));
    expect_same(path("out/tree"));
}

TEST_F(FuseVolume, ThePassphraseOfOneInTheBackground) {
    const std::string image = make_image("ext4", "", 40);
    encrypt(image);
    const std::string words = " -o ro " + quote(image) + " " + quote(mount_point_);
    for (const char* source : {" --passphrase-fd 0 < ", " --passphrase-fd 7 7< "}) {
        const auto started = tool("lklfuse", words + source + quote(path("key")));
        ASSERT_EQ(started.exit_code, 0) << source << started.errors;
        EXPECT_TRUE(std::filesystem::exists(mount_point_ + "/lost+found"));
        const auto unmounted =
            run("fusermount3 -u " + quote(mount_point_) + " && flock " + quote(image) + " true");
        EXPECT_EQ(unmounted.exit_code, 0) << unmounted.errors;
    }
    work_.write("wrong", "correct house");
    const auto wrong = tool("lklfuse", words + " --key-file " + quote(path("wrong")));
    EXPECT_EQ(wrong.exit_code, 3);
    EXPECT_NE(wrong.errors.find("none of its key slots opens"), std::string::npos) << wrong.errors;
    EXPECT_FALSE(is_mounted(mount_point_));
}

}  // namespace
}  // namespace lkl::tool_test
