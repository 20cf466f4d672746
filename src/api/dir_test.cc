// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include <cerrno>
#include <lkl/dir.hh>
#include <set>

#include "api/dir_path.hh"
#include "api/testing/host_instance.hh"

namespace lkl {
namespace {

class DirTest : public ::testing::Test {
  protected:
    std::set<std::string> names(Dir& dir) {
        std::set<std::string> found;
        for (;;) {
            auto entry = dir.next();
            EXPECT_TRUE(entry) << entry.error().message();
            if (!entry || !*entry) {
                return found;
            }
            EXPECT_TRUE(found.emplace((*entry)->name).second) << (*entry)->name;
        }
    }

    std::shared_ptr<testing::HostInstance> host_ = std::make_shared<testing::HostInstance>();
    Kernel kernel_{host_};
    Dir root_ = Dir::open(kernel_, "/").value();
};

TEST_F(DirTest, ListsEveryEntryOnceAndAgainAfterRewind) {
    std::set<std::string> expected;
    for (int i = 0; i < 2000; ++i) {
        const std::string name = "entry-with-a-longer-name-" + std::to_string(i);
        host_->put("/d/" + name, "");
        expected.insert(name);
    }
    Dir dir = root_.open_dir("d").value();
    EXPECT_EQ(names(dir), expected);
    EXPECT_TRUE(names(dir).empty());
    ASSERT_TRUE(dir.rewind());
    EXPECT_EQ(names(dir), expected);
}

TEST_F(DirTest, EntriesHaveTypes) {
    ASSERT_TRUE(root_.make_dir("d"));
    ASSERT_TRUE(root_.make_symlink("d", "l"));
    ASSERT_TRUE(root_.make_node("p", mode::fifo | 0600));
    for (auto entry = root_.next().value(); entry; entry = root_.next().value()) {
        const EntryType expected = entry->name == "d"   ? EntryType::directory
                                   : entry->name == "l" ? EntryType::symlink
                                                        : EntryType::fifo;
        EXPECT_EQ(entry->type, expected) << entry->name;
    }
}

TEST_F(DirTest, MakesAndRemovesNames) {
    ASSERT_TRUE(root_.make_dirs("a/b/c"));
    ASSERT_TRUE(root_.make_dirs("/a/b/c"));
    EXPECT_TRUE(root_.exists("a/b/c").value());
    EXPECT_EQ(root_.make_dir("a").error().linux_errno(), EEXIST);
    EXPECT_EQ(root_.remove_dir("a").error().linux_errno(), ENOTEMPTY);
    ASSERT_TRUE(root_.remove_dir("a/b/c"));
    EXPECT_FALSE(root_.exists("a/b/c").value());
    host_->put("/a/file", "");
    EXPECT_EQ(root_.make_dirs("a/file").error().linux_errno(), EEXIST);
    const Dir a = root_.open_dir("a").value();
    ASSERT_TRUE(a.rename("file", root_, "moved"));
    ASSERT_TRUE(root_.remove("moved"));
    EXPECT_EQ(root_.remove("moved").error().message(),
              "cannot remove /moved: No such file or directory");
}

TEST_F(DirTest, LinksOfBothKinds) {
    host_->put("/f", "x");
    ASSERT_TRUE(root_.make_link("f", root_, "hard"));
    EXPECT_EQ(root_.status("hard")->links, 2U);
    const std::string target(1000, 't');
    ASSERT_TRUE(root_.make_symlink(target, "soft"));
    EXPECT_EQ(root_.read_link("soft").value(), target);
    EXPECT_TRUE(root_.status("soft")->is_symlink());
    EXPECT_FALSE(root_.status("soft", Follow::yes));
    ASSERT_TRUE(root_.make_link("soft", root_, "soft2"));
    EXPECT_TRUE(root_.status("soft2")->is_symlink());
}

TEST_F(DirTest, OpenDirDoesNotFollowLinksUnlessAsked) {
    ASSERT_TRUE(root_.make_dir("d"));
    ASSERT_TRUE(root_.make_symlink("d", "l"));
    EXPECT_FALSE(root_.open_dir("l"));
    EXPECT_TRUE(root_.open_dir("l", Follow::yes));
}

TEST_F(DirTest, ChangesOwnersModesAndTimes) {
    host_->put("/f", "");
    ASSERT_TRUE(root_.make_symlink("f", "l"));
    ASSERT_TRUE(root_.set_permissions("f", 0604));
    EXPECT_EQ(root_.status("f")->permissions(), 0604U);
    EXPECT_EQ(root_.set_permissions("l", 0600).error().linux_errno(), EOPNOTSUPP);
    ASSERT_TRUE(root_.set_permissions("l", 0640, Follow::yes));
    EXPECT_EQ(root_.status("f")->permissions(), 0640U);
    ASSERT_TRUE(root_.set_times("l", std::nullopt, FileTime{11, 22}));
    EXPECT_EQ(root_.status("l")->modified, (FileTime{11, 22}));
    EXPECT_NE(root_.status("f")->modified, (FileTime{11, 22}));
    const FileStatus before = root_.status("f").value();
    EXPECT_TRUE(root_.set_owner("f", before.uid, before.gid));
}

TEST_F(DirTest, PermissionsWithoutTheNewerCall) {
    host_->put("/f", "");
    ASSERT_TRUE(root_.make_symlink("f", "l"));
    host_->script = [](long number, const auto&) -> std::optional<long> {
        return number == nr::fchmodat2 ? std::optional<long>(-ENOSYS) : std::nullopt;
    };
    ASSERT_TRUE(root_.set_permissions("f", 0604));
    EXPECT_EQ(root_.status("f")->permissions(), 0604U);
    EXPECT_EQ(root_.set_permissions("l", 0600).error().linux_errno(), EOPNOTSUPP);
}

TEST_F(DirTest, NamesMayHoldAnyByteButNul) {
    const std::string odd = "\n\x01\xff name";
    ASSERT_TRUE(root_.open_file(odd, open_flags::create | open_flags::write_only));
    EXPECT_EQ(names(root_), std::set<std::string>{odd});
    EXPECT_EQ(root_.remove(std::string("a\0b", 3)).error().linux_errno(), EINVAL);
    EXPECT_EQ(root_.status(std::string("a\0b", 3)).error().linux_errno(), EINVAL);
    EXPECT_EQ(root_.make_symlink(std::string("a\0b", 3), "l").error().linux_errno(), EINVAL);
}

TEST_F(DirTest, RecordThatLeavesTheBufferIsAnError) {
    Dir dir = root_.open_dir(".").value();
    host_->script = [](long number, const auto& arguments) -> std::optional<long> {
        if (number != nr::getdents64) {
            return std::nullopt;
        }
        auto* record = reinterpret_cast<unsigned char*>(arguments[1]);
        std::fill_n(record, 24, 0);
        record[16] = 200;  // d_reclen, more than was returned
        return 24;
    };
    EXPECT_EQ(dir.next().error().linux_errno(), EIO);
}

TEST_F(DirTest, WorkingDirectoryTakesAbsoluteNames) {
    const Dir working = Dir::working(kernel_);
    ASSERT_TRUE(working.make_dir("/d"));
    EXPECT_TRUE(root_.exists("d").value());
    EXPECT_EQ(working.remove("/x").error().object(), "/x");
}

TEST(JoinTest, JoinsAsErrorsShowIt) {
    EXPECT_EQ(detail::join("", "a"), "a");
    EXPECT_EQ(detail::join("a", ""), "a");
    EXPECT_EQ(detail::join("a", "b"), "a/b");
    EXPECT_EQ(detail::join("/", "b"), "/b");
    EXPECT_EQ(detail::join("a", "/b"), "/b");
}

}  // namespace
}  // namespace lkl
