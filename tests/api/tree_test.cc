// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cerrno>
#include <lkl/dir.hh>
#include <lkl/file.hh>

#include "fixture.hh"

namespace lkl {
namespace {

class TreeTest : public KernelTest {
  protected:
    void SetUp() override {
        KernelTest::SetUp();
        dir_ = Dir::open(kernel(), "/tmp").value();
    }

    Dir dir_;
};

TEST_F(TreeTest, FilesKeepWhatWasSet) {
    File file = dir_.open_file("f", open_flags::read_write | open_flags::create, 0600).value();
    ASSERT_TRUE(file.write_all(as_bytes("hello")));
    ASSERT_TRUE(file.set_permissions(04755));
    ASSERT_TRUE(file.set_owner(1000, 2000));
    ASSERT_TRUE(file.set_permissions(04755));
    ASSERT_TRUE(file.set_times(FileTime{1, 2}, FileTime{3, 999999999}));
    const FileStatus status = dir_.status("f").value();
    EXPECT_EQ(status.permissions(), 04755U);
    EXPECT_EQ(status.uid, 1000U);
    EXPECT_EQ(status.gid, 2000U);
    EXPECT_EQ(status.size, 5U);
    EXPECT_EQ(status.accessed, (FileTime{1, 2}));
    EXPECT_EQ(status.modified, (FileTime{3, 999999999}));
    ASSERT_TRUE(file.seek(0, Whence::set));
    EXPECT_EQ(as_text(file.read_rest(100).value()), "hello");
    ASSERT_TRUE(file.truncate(3));
    EXPECT_EQ(file.status()->size, 3U);
    EXPECT_GT(file.file_system()->blocks, 0U);
    EXPECT_TRUE(file.sync());
    EXPECT_TRUE(file.close());
}

TEST_F(TreeTest, NodesOfEveryType) {
    ASSERT_TRUE(dir_.make_dir("d", 0700));
    ASSERT_TRUE(dir_.make_symlink("d", "l"));
    ASSERT_TRUE(dir_.make_node("p", mode::fifo | 0600));
    ASSERT_TRUE(dir_.make_node("s", mode::socket | 0600));
    ASSERT_TRUE(dir_.make_node("c", mode::character | 0600, {1, 3}));
    ASSERT_TRUE(dir_.make_node("b", mode::block | 0600, {259, 70000}));
    EXPECT_EQ(dir_.status("b")->special, (DeviceNumber{259, 70000}));
    EXPECT_EQ(dir_.status("c")->special, (DeviceNumber{1, 3}));
    std::string types;
    std::vector<std::string> names;
    for (auto entry = dir_.next().value(); entry; entry = dir_.next().value()) {
        names.emplace_back(entry->name);
        const FileStatus status = dir_.status(names.back()).value();
        EXPECT_EQ(static_cast<std::uint32_t>(entry->type) << 12U, status.type()) << names.back();
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"b", "c", "d", "l", "p", "s"}));
}

TEST_F(TreeTest, LinksPermissionsAndAttributes) {
    ASSERT_TRUE(dir_.open_file("f", open_flags::create | open_flags::write_only));
    ASSERT_TRUE(dir_.make_symlink("f", "l"));
    EXPECT_EQ(dir_.read_link("l").value(), "f");
    EXPECT_EQ(dir_.set_permissions("l", 0600).error().linux_errno(), EOPNOTSUPP);
    ASSERT_TRUE(dir_.set_permissions("f", 0604));
    ASSERT_TRUE(dir_.set_owner("l", 7, 8));
    EXPECT_EQ(dir_.status("l")->uid, 7U);
    EXPECT_EQ(dir_.status("f")->uid, 0U);
    ASSERT_TRUE(dir_.set_times("l", std::nullopt, FileTime{5, 6}));
    EXPECT_EQ(dir_.status("l")->modified, (FileTime{5, 6}));
    ASSERT_TRUE(dir_.set_xattr("l", "trusted.of-link", as_bytes("value")));
    EXPECT_EQ(as_text(dir_.xattr("l", "trusted.of-link").value()), "value");
    EXPECT_EQ(dir_.xattr_names("l").value(), std::vector<std::string>{"trusted.of-link"});
    EXPECT_EQ(dir_.xattr("f", "trusted.of-link").error().linux_errno(), ENODATA);
    ASSERT_TRUE(dir_.remove_xattr("l", "trusted.of-link"));
    EXPECT_TRUE(dir_.xattr_names("l")->empty());
}

TEST_F(TreeTest, HolesAreFound) {
    File file = dir_.open_file("f", open_flags::read_write | open_flags::create).value();
    ASSERT_TRUE(file.pwrite_all(as_bytes("x"), 1 << 20));
    EXPECT_EQ(file.seek(0, Whence::data).value(), 1U << 20);
    EXPECT_EQ(file.seek(0, Whence::hole).value(), 0U);
    EXPECT_EQ(file.seek((1 << 20) + 1, Whence::data).error().linux_errno(), ENXIO);
}

TEST_F(TreeTest, BadBuffersAreRefused) {
    const File file = dir_.open_file("f", open_flags::read_write | open_flags::create).value();
    auto* const nowhere = reinterpret_cast<std::byte*>(0x10);
    EXPECT_EQ(file.pwrite({nowhere, 100}, 0).error().linux_errno(), EFAULT);
}

}  // namespace
}  // namespace lkl
