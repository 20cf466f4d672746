// SPDX-License-Identifier: GPL-2.0
// Streams into archives and back, checked by GNU tar.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "fs/host_calls.hh"
#include "fs/pipeline.hh"
#include "fs/tar_reader.hh"
#include "fs/tar_writer.hh"
#include "fs/test_tree.hh"
#include "fs/tree_writer.hh"

namespace lkl::fs {
namespace {

using testing::describe_tree;
using testing::TemporaryDirectory;

class Tar : public ::testing::Test {
  protected:
    void archive(const std::string& path) {
        auto writer = TarWriter::create(path, report_);
        ASSERT_TRUE(writer) << writer.error().message();
        const auto outcome = run_pipeline(
            [&](StreamWriter& stream) {
                TreeWalker(*calls_, walk_, stream)
                    .walk(FileCalls::kCurrentDirectory, from_.path() + "/.", "", false);
            },
            **writer, report_, stop_);
        ASSERT_TRUE(outcome) << outcome.error().message();
    }

    void unpack(const std::string& path) {
        auto root = open_directory(*calls_, to_.path());
        ASSERT_TRUE(root);
        WriteOptions options;
        options.metadata.own_uid = ::geteuid();
        options.metadata.own_gid = ::getegid();
        options.metadata.visible_to_others = true;
        options.make_parents = true;
        options.replace_own = true;
        TreeWriter writer(*calls_, std::move(*root), to_.path(), options, report_);
        const auto outcome = run_pipeline(
            [&](StreamWriter& stream) { read_tar(path, walk_, stream); }, writer, report_, stop_);
        ASSERT_TRUE(outcome);
    }

    static std::string run(const std::string& command) {
        std::string output;
        FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
        std::array<char, 4096> buffer{};
        while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
            output += buffer.data();
        }
        const int status = ::pclose(pipe);
        EXPECT_EQ(status, 0) << command << "\n" << output;
        return output;
    }

    void make_tree() {
        from_.write("dir/file", "hello", 0640);
        from_.write("dir/big", std::string(3000000, 'b'), 0755);
        from_.write("sparse", "start");
        ASSERT_EQ(::truncate(from_.path("sparse").c_str(), 5000000), 0);
        from_.write("all hole", "");
        ASSERT_EQ(::truncate(from_.path("all hole").c_str(), 100000), 0);
        from_.write(std::string(120, 'l') + "/" + std::string(150, 'n'), "long");
        std::filesystem::create_hard_link(from_.path("dir/file"), from_.path("dir/second"));
        std::filesystem::create_symlink("dir/file", from_.path("link"));
        std::filesystem::create_symlink(std::string(300, 't'), from_.path("long link"));
        ASSERT_EQ(::mkfifo(from_.path("fifo").c_str(), 0600), 0);
        from_.write("\xff\xfe name", "no UTF-8");
        from_.write("gr\xc3\xbc\xc3\x9f", "UTF-8");
        const FileTime time{1234567890, 123456789};
        ASSERT_EQ(calls_->set_times({AT_FDCWD, from_.path("dir/file").c_str()}, time, time), 0);
        ASSERT_EQ(calls_->set_times({AT_FDCWD, from_.path("dir").c_str()}, time, time), 0);
        static_cast<void>(::setxattr(from_.path("dir/big").c_str(), "user.key", "a\0b", 3, 0));
    }

    std::unique_ptr<FileCalls> calls_ = make_host_calls();
    TemporaryDirectory from_;
    TemporaryDirectory to_;
    TemporaryDirectory work_;
    WalkOptions walk_;
    std::vector<std::string> lines_;
    Report report_{{true, [this](std::string_view line) { lines_.emplace_back(line); }, {}}};
    StopFlag stop_ = false;
};

TEST_F(Tar, GnuTarUnpacksTheSameTree) {
    make_tree();
    archive(work_.path("a.tar"));
    EXPECT_EQ(report_.errors(), 0U) << lines_.front();
    const std::string output = run("tar --xattrs --xattrs-include='*' --acls -xpf " +
                                   work_.path("a.tar") + " -C " + to_.path());
    // GNU tar does not know the keyword that says "these names are bytes", but takes them so.
    EXPECT_EQ(output, "tar: Ignoring unknown extended header keyword 'hdrcharset'\n");
    EXPECT_EQ(describe_tree(from_.path()), describe_tree(to_.path()));

    struct stat status {};

    ASSERT_EQ(::stat(to_.path("sparse").c_str(), &status), 0);
    EXPECT_LT(status.st_blocks * 512, 1000000);
}

TEST_F(Tar, OwnReaderUnpacksTheSameTree) {
    make_tree();
    archive(work_.path("a.tar.gz"));
    unpack(work_.path("a.tar.gz"));
    EXPECT_EQ(report_.errors(), 0U) << lines_.front();
    EXPECT_EQ(describe_tree(from_.path()), describe_tree(to_.path()));
}

TEST_F(Tar, ReadsWhatGnuTarWrote) {
    make_tree();
    for (const char* format : {"pax", "gnu"}) {
        const TemporaryDirectory target;
        const std::string attributes = std::string_view(format) == "pax" ? " --xattrs" : "";
        run("tar --sparse --format=" + std::string(format) + attributes + " -cf " +
            work_.path("b.tar") + " -C " + from_.path() + " .");
        auto root = open_directory(*calls_, target.path());
        ASSERT_TRUE(root);
        WriteOptions options;
        options.metadata.own_uid = ::geteuid();
        options.metadata.own_gid = ::getegid();
        options.make_parents = true;
        TreeWriter writer(*calls_, std::move(*root), target.path(), options, report_);
        ASSERT_TRUE(run_pipeline(
            [&](StreamWriter& stream) { read_tar(work_.path("b.tar"), walk_, stream); }, writer,
            report_, stop_));
        EXPECT_EQ(report_.errors(), 0U) << lines_.front();
        EXPECT_EQ(describe_tree(from_.path()).size(), describe_tree(target.path()).size());
        if (std::string_view(format) == "pax") {
            EXPECT_EQ(describe_tree(from_.path()), describe_tree(target.path()));
        }
    }
}

TEST_F(Tar, KeepsAclsBothWays) {
    from_.write("f", "x", 0640);
    std::filesystem::create_directory(from_.path("d"));
    const std::string set = "setfacl -m u:1234:r--,g:55:rw-,m::rw- " + from_.path("f") +
                            " && setfacl -d -m u:7:rwx " + from_.path("d");
    if (std::system((set + " 2>/dev/null").c_str()) != 0) {
        GTEST_SKIP() << "no ACLs here";
    }
    archive(work_.path("a.tar"));
    run("tar --acls -xpf " + work_.path("a.tar") + " -C " + to_.path());
    EXPECT_EQ(describe_tree(from_.path()), describe_tree(to_.path()));
    std::filesystem::remove_all(to_.path("f"));
    std::filesystem::remove_all(to_.path("d"));
    unpack(work_.path("a.tar"));
    EXPECT_EQ(describe_tree(from_.path()), describe_tree(to_.path()));
}

TEST_F(Tar, AttributeNamesThatTarCannotHoldAreALoss) {
    from_.write("f", "x");
    if (::setxattr(from_.path("f").c_str(), "user.k\xc3\xa4", "v", 1, 0) != 0) {
        GTEST_SKIP() << "no extended attributes here";
    }
    archive(work_.path("a.tar"));
    EXPECT_EQ(report_.errors(), 0U);
    EXPECT_EQ(report_.loss_count(Loss::attributes), 1U);
}

// cpio has the contents with the last of a file's names, or with each.
TEST_F(Tar, ReadsWhatCpioWrote) {
    from_.write("one", "contents", 0640);
    std::filesystem::create_hard_link(from_.path("one"), from_.path("three"));
    std::filesystem::create_hard_link(from_.path("one"), from_.path("two"));
    std::filesystem::create_symlink("one", from_.path("soft"));
    const std::string write =
        "cd " + from_.path() + " && find . | LC_ALL=C sort | cpio --quiet -o -H ";
    ASSERT_EQ(std::system("command -v cpio >/dev/null"), 0) << "install the package cpio";
    for (const char* format : {"newc", "odc"}) {
        run(write + format + " >" + work_.path("a.cpio"));
        unpack(work_.path("a.cpio"));
        EXPECT_EQ(report_.errors(), 0U) << lines_.front();
        for (const char* name : {"one", "two", "three"}) {
            EXPECT_EQ(to_.read(name), "contents") << format << ": " << name;
            EXPECT_EQ(std::filesystem::hard_link_count(to_.path(name)), 3U) << format;
        }
        EXPECT_EQ(std::filesystem::read_symlink(to_.path("soft")), "one");
    }
}

TEST_F(Tar, RefusesNamesThatLeaveTheTarget) {
    from_.write("f", "x");
    run("tar -P --transform='s,^f$,../evil,' -cf " + work_.path("a.tar") + " -C " + from_.path() +
        " f");
    unpack(work_.path("a.tar"));
    EXPECT_EQ(report_.errors(), 1U);
    EXPECT_FALSE(std::filesystem::exists(to_.path("../evil")));
    EXPECT_TRUE(std::filesystem::is_empty(to_.path()));
}

TEST_F(Tar, MakesMissingDirectories) {
    from_.write("a/b/c", "x");
    run("tar -cf " + work_.path("a.tar") + " -C " + from_.path() + " a/b/c");
    unpack(work_.path("a.tar"));
    EXPECT_EQ(report_.errors(), 0U);
    EXPECT_EQ(to_.read("a/b/c"), "x");
}

TEST_F(Tar, AMissingDirectoryIsNamed) {
    const auto writer = TarWriter::create(work_.path("no/such/a.tar"), report_);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().message(), "cannot create the archive " + work_.path("no/such/a.tar") +
                                            ": No such file or directory");
}

// As after a mount that failed: not even the end of an empty archive is written.
TEST_F(Tar, WithoutAnItemNothingIsWritten) {
    for (const char* name : {"a.tar", "a.tar.gz"}) {
        work_.write(name, "precious");
        EXPECT_TRUE(TarWriter::create(work_.path(name), report_));
        EXPECT_EQ(work_.read(name), "precious") << name;
    }
    EXPECT_TRUE(TarWriter::create(work_.path("new.tar"), report_));
    EXPECT_FALSE(std::filesystem::exists(work_.path("new.tar")));
}

TEST_F(Tar, AFullDiskIsTold) {
    from_.write("f", std::string(4000000, 'x'));
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    ASSERT_GE(full, 0);
    const auto writer = TarWriter::to_descriptor(full, "full.tar", report_);
    const auto outcome = run_pipeline(
        [&](StreamWriter& stream) {
            TreeWalker(*calls_, walk_, stream)
                .walk(FileCalls::kCurrentDirectory, from_.path() + "/.", "", false);
        },
        *writer, report_, stop_);
    ::close(full);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message(), "cannot write full.tar: No space left on device");
}

TEST_F(Tar, ATruncatedArchiveIsTold) {
    from_.write("f", std::string(100000, 'x'));
    archive(work_.path("a.tar"));
    ASSERT_EQ(::truncate(work_.path("a.tar").c_str(), 50000), 0);
    unpack(work_.path("a.tar"));
    EXPECT_GT(report_.errors(), 0U);
    EXPECT_FALSE(std::filesystem::exists(to_.path("f")));
}

}  // namespace
}  // namespace lkl::fs
