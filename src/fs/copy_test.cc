// SPDX-License-Identifier: GPL-2.0
// The engine from host to host: walker, stream and writer without a kernel in the library.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>

#include "fs/host_calls.hh"
#include "fs/pipeline.hh"
#include "fs/test_tree.hh"
#include "fs/tree_walker.hh"
#include "fs/tree_writer.hh"

namespace lkl::fs {
namespace {

using testing::describe_tree;
using testing::TemporaryDirectory;

class Copy : public ::testing::Test {
  protected:
    // Copies `source` to `name` in to_ and returns the outcome.
    Outcome copy(const std::string& source, const std::string& name, bool contents = false) {
        auto root = open_directory(*calls_, to_.path());
        EXPECT_TRUE(root);
        WriteOptions options;
        options.metadata.own_uid = ::geteuid();
        options.metadata.own_gid = ::getegid();
        options.metadata.visible_to_others = true;
        const std::uint32_t mask = calls_->set_creation_mask(0);
        TreeWriter writer(*calls_, std::move(*root), to_.path(), options, report_);
        const auto produce = [&](StreamWriter& stream) {
            TreeWalker walker(*calls_, walk_, stream);
            walker.walk(FileCalls::kCurrentDirectory, source, name, contents);
        };
        const auto outcome = run_pipeline(produce, writer, report_, stop_);
        calls_->set_creation_mask(mask);
        EXPECT_TRUE(outcome);
        return outcome ? *outcome : Outcome::interrupted;
    }

    void set_time(const std::string& path, std::int64_t seconds, std::uint32_t nanoseconds) {
        const FileTime time{seconds, nanoseconds};
        ASSERT_EQ(calls_->set_times({AT_FDCWD, path.c_str()}, time, time), 0);
    }

    void expect_same(const std::string& copy) {
        EXPECT_EQ(describe_tree(from_.path()), describe_tree(copy));
    }

    std::unique_ptr<FileCalls> calls_ = make_host_calls();
    TemporaryDirectory from_;
    TemporaryDirectory to_;
    WalkOptions walk_;
    std::vector<std::string> lines_;
    Report report_{{true, [this](std::string_view line) { lines_.emplace_back(line); }, {}}};
    StopFlag stop_ = false;
};

TEST_F(Copy, KeepsContentModesTimesAndLinks) {
    from_.write("a/b/file", "hello");
    from_.write("a/empty", "", 0600);
    from_.write("a/big", std::string(3500000, 'x') + "end", 0755);
    from_.write("suid", "s", 0644);
    ::chmod(from_.path("suid").c_str(), 06755);
    std::filesystem::create_hard_link(from_.path("a/b/file"), from_.path("other name"));
    std::filesystem::create_symlink("no/such \xff", from_.path("a/link"));
    ASSERT_EQ(::mkfifo(from_.path("fifo").c_str(), 0640), 0);
    std::filesystem::create_directory(from_.path("shut"));
    set_time(from_.path("suid"), 1234567890, 123456789);
    set_time(from_.path("a/link"), -5, 999999999);
    set_time(from_.path("a/b"), 100, 1);
    ::chmod(from_.path("shut").c_str(), 02500);

    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    EXPECT_EQ(report_.errors(), 0U) << lines_.front();
    EXPECT_EQ(report_.entries(), 11U);
    expect_same(to_.path("copy"));
}

TEST_F(Copy, KeepsAttributes) {
    from_.write("f", "x");
    if (::setxattr(from_.path("f").c_str(), "user.test", "a\0b", 3, 0) != 0) {
        GTEST_SKIP() << "the host's temporary directory has no extended attributes";
    }
    std::filesystem::create_directory(from_.path("d"));
    ASSERT_EQ(::setxattr(from_.path("d").c_str(), "user.empty", "", 0, 0), 0);
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    EXPECT_EQ(report_.errors(), 0U);
    expect_same(to_.path("copy"));
}

TEST_F(Copy, KeepsOwnersAndDevicesAsRoot) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root on the host";
    }
    from_.write("f", "x", 0640);
    ASSERT_EQ(::chown(from_.path("f").c_str(), 1234, 5678), 0);
    std::filesystem::create_symlink("x", from_.path("l"));
    ASSERT_EQ(::lchown(from_.path("l").c_str(), 1, 2), 0);
    ASSERT_EQ(::mknod(from_.path("null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
    from_.write("set-id", "x", 0644);
    ASSERT_EQ(::chown(from_.path("set-id").c_str(), 7, 7), 0);
    ASSERT_EQ(::chmod(from_.path("set-id").c_str(), 06711), 0);
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    expect_same(to_.path("copy"));
}

TEST_F(Copy, KeepsHoles) {
    from_.write("sparse", "start");
    constexpr off_t kSize = off_t{64} << 20;
    ASSERT_EQ(::truncate(from_.path("sparse").c_str(), kSize), 0);
    from_.write("hole only", "");
    ASSERT_EQ(::truncate(from_.path("hole only").c_str(), 1000000), 0);
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    expect_same(to_.path("copy"));

    struct stat status {};

    ASSERT_EQ(::stat(to_.path("copy/sparse").c_str(), &status), 0);
    EXPECT_LT(status.st_blocks * 512, kSize / 16);
}

TEST_F(Copy, ReplacesFilesAndLinksOfAnEarlierCopy) {
    from_.write("d/file", "new");
    std::filesystem::create_symlink("target", from_.path("d/link"));
    std::filesystem::create_symlink("gone", from_.path("d/was file"));
    to_.write("copy/d/file", "old and longer");
    to_.write("outside", "keep");
    to_.write("copy/d/was file", "x");
    std::filesystem::create_symlink("../../outside", to_.path("copy/d/link"));
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    EXPECT_EQ(report_.errors(), 0U);
    expect_same(to_.path("copy"));
    EXPECT_EQ(to_.read("outside"), "keep");
}

TEST_F(Copy, DoesNotWriteThroughALinkToADirectory) {
    from_.write("d/file", "new");
    std::filesystem::create_directories(to_.path("elsewhere"));
    std::filesystem::create_directories(to_.path("copy"));
    std::filesystem::create_directory_symlink("../elsewhere", to_.path("copy/d"));
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    EXPECT_EQ(report_.errors(), 2U);  // the directory, and what it would have held
    EXPECT_TRUE(std::filesystem::is_empty(to_.path("elsewhere")));
    EXPECT_NE(lines_.at(0).find("copy/d"), std::string::npos) << lines_.at(0);
}

TEST_F(Copy, NamesAMissingSource) {
    EXPECT_EQ(copy(from_.path("no such"), "x"), Outcome::complete);
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_NE(lines_[0].find("no such"), std::string::npos);
    EXPECT_NE(lines_[0].find("No such file"), std::string::npos);
}

TEST_F(Copy, ContentsGoWithoutTheDirectory) {
    from_.write("x/y", "1");
    EXPECT_EQ(copy(from_.path() + "/.", "", true), Outcome::complete);
    expect_same(to_.path());
}

TEST_F(Copy, TheRootTakesTheMetadataOfASourceWithADot) {
    from_.write("f", "1");
    ::chmod(from_.path().c_str(), 0751);
    set_time(from_.path(), 1000, 1);
    EXPECT_EQ(copy(from_.path() + "/.", ""), Outcome::complete);

    struct stat status {};

    ASSERT_EQ(::stat(to_.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0751U);
    EXPECT_EQ(status.st_mtim.tv_sec, 1000);
}

TEST_F(Copy, SelectionMakesOnlyTheDirectoriesThatAreNeeded) {
    from_.write("a/b/x.h", "1");
    from_.write("a/c/x.c", "2");
    walk_.selection.include("*.h");
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    EXPECT_TRUE(std::filesystem::exists(to_.path("copy/a/b/x.h")));
    EXPECT_FALSE(std::filesystem::exists(to_.path("copy/a/c")));
}

TEST_F(Copy, MapsOwnersAndClampsTimes) {
    from_.write("f", "1");
    set_time(from_.path("f"), 2000000000, 5);
    walk_.clamp_times = FileTime{1000000000, 0};
    EXPECT_EQ(copy(from_.path("f"), "f"), Outcome::complete);

    struct stat status {};

    ASSERT_EQ(::stat(to_.path("f").c_str(), &status), 0);
    EXPECT_EQ(status.st_mtim.tv_sec, 1000000000);
    EXPECT_EQ(status.st_mtim.tv_nsec, 0);
    EXPECT_EQ(status.st_atim.tv_sec, 1000000000);
}

TEST_F(Copy, PathsLongerThanPathMax) {
    const std::string name(200, 'n');
    constexpr int kDepth = 40;
    OpenFile current = std::move(*open_directory(*calls_, from_.path()));
    for (int i = 0; i < kDepth; ++i) {
        ASSERT_EQ(calls_->make_directory({current.get(), name.c_str()}, 0755), 0);
        current = std::move(
            *open_file(*calls_, {current.get(), name.c_str()}, open_flags::directory, 0, ""));
    }
    auto leaf = open_file(*calls_, {current.get(), "leaf"},
                          open_flags::create | open_flags::write_only, 0644, "");
    ASSERT_TRUE(leaf);
    ASSERT_EQ(calls_->make_link({current.get(), "leaf"}, {current.get(), "link"}), 0);
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    EXPECT_EQ(report_.errors(), 0U) << lines_.front();
    std::string path = to_.path("copy");
    for (int i = 0; i < kDepth; ++i) {
        path += "/" + name;
    }
    auto directory = open_directory(*calls_, path);
    ASSERT_TRUE(directory);
    FileStatus status;
    ASSERT_EQ(calls_->status({directory->get(), "link"}, status), 0);
    EXPECT_EQ(status.links, 2U);
}

// A link to an entry of the stream whose directory is not there, but a symbolic link in its place.
TEST_F(Copy, HardLinksDoNotLeadThroughSymbolicLinks) {
    to_.write("outside/secret", "s");
    std::filesystem::create_directory(to_.path("target"));
    TreeWriter writer(*calls_, std::move(*open_directory(*calls_, to_.path("target"))),
                      to_.path("target"), {}, report_);
    Entry way;
    way.path = "way";
    way.status.mode = mode::symlink | 0777;
    way.target = "../outside";
    Entry link;
    link.path = "link";
    link.status.mode = mode::regular | 0644;
    link.link = "way/secret";
    for (Item item : {Item(way), Item(link)}) {
        EXPECT_TRUE(writer.take(item));
    }
    EXPECT_TRUE(writer.finish());
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_NE(lines_[0].find("target/way"), std::string::npos) << lines_[0];
    EXPECT_FALSE(std::filesystem::exists(to_.path("target/link")));
}

// Neither the stack nor the memory holds a tree of any depth.
TEST_F(Copy, TheDeepestDirectoriesAreAnErrorAndTheRestIsCopied) {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < 3 * kDeepestDirectory) {
        GTEST_SKIP() << "a process may have " << limit.rlim_max
                     << " descriptors here, and the test wants " << 3 * kDeepestDirectory;
    }
    limit.rlim_cur = limit.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    OpenFile current = std::move(*open_directory(*calls_, from_.path()));
    for (std::size_t i = 0; i < kDeepestDirectory + 3; ++i) {
        ASSERT_EQ(calls_->make_directory({current.get(), "d"}, 0755), 0);
        current =
            std::move(*open_file(*calls_, {current.get(), "d"}, open_flags::directory, 0, ""));
    }
    from_.write("z", "after it");
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_NE(lines_[0].find("it lies in more than 4096 directories"), std::string::npos);
    EXPECT_EQ(report_.entries(), kDeepestDirectory + 1);
    EXPECT_EQ(to_.read("copy/z"), "after it");
}

TEST_F(Copy, StopsWhenAsked) {
    from_.write("f", "1");
    stop_ = true;
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::interrupted);
    EXPECT_EQ(report_.entries(), 0U);
}

TEST_F(Copy, AnUnreadableFileIsAnErrorAndTheRestIsCopied) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may read everything";
    }
    from_.write("a", "1", 0000);
    from_.write("b", "2");
    EXPECT_EQ(copy(from_.path(), "copy"), Outcome::complete);
    EXPECT_EQ(report_.errors(), 1U);
    EXPECT_EQ(to_.read("copy/b"), "2");
}

TEST_F(Copy, SizeThatTheStatusDoesNotTellIsRefused) {
    EXPECT_EQ(copy("/proc/self/status", "status"), Outcome::complete);
    ASSERT_EQ(report_.errors(), 1U);
    EXPECT_FALSE(std::filesystem::exists(to_.path("status")));
}

}  // namespace
}  // namespace lkl::fs
