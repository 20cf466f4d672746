// SPDX-License-Identifier: GPL-2.0
// Targets that write short, run full, or cannot hold what they are given.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "fs/linux_errno.hh"
#include "fs/pipeline.hh"
#include "fs/test_calls.hh"
#include "fs/test_tree.hh"
#include "fs/tree_walker.hh"
#include "fs/tree_writer.hh"

namespace lkl::fs {
namespace {

using testing::describe_tree;
using testing::PassingCalls;
using testing::TemporaryDirectory;

class TargetFaults : public ::testing::Test {
  protected:
    void copy(FileCalls& target) {
        auto root = open_directory(target, to_.path());
        ASSERT_TRUE(root);
        WriteOptions options;
        options.metadata.own_uid = ::geteuid();
        options.metadata.own_gid = ::getegid();
        const auto host = make_host_calls();
        const std::uint32_t mask = target.set_creation_mask(0);
        TreeWriter writer(target, std::move(*root), to_.path(), options, report_);
        const auto outcome = run_pipeline(
            [&](StreamWriter& stream) {
                TreeWalker(*host, {}, stream)
                    .walk(FileCalls::kCurrentDirectory, from_.path() + "/.", "", false);
            },
            writer, report_, stop_);
        target.set_creation_mask(mask);
        EXPECT_TRUE(outcome);
    }

    TemporaryDirectory from_;
    TemporaryDirectory to_;
    std::vector<std::string> lines_;
    Report report_{{true, [this](std::string_view line) { lines_.emplace_back(line); }, {}}};
    StopFlag stop_ = false;
};

// Takes at most 777 bytes a call, and every other call is interrupted.
class ShortWrites final : public PassingCalls {
  public:
    long write(int fd, std::span<const std::byte> data, std::uint64_t offset) override {
        constexpr std::size_t kMost = 777;
        interrupt_ = !interrupt_;
        return interrupt_
                   ? -errno_value::interrupted
                   : PassingCalls::write(fd, data.first(std::min(data.size(), kMost)), offset);
    }

  private:
    bool interrupt_ = false;
};

TEST_F(TargetFaults, ShortWritesLoseNothing) {
    std::string content;
    for (int i = 0; i < 30000; ++i) {
        content += std::to_string(i) + "\n";
    }
    from_.write("f", content);
    ShortWrites target;
    copy(target);
    EXPECT_EQ(report_.errors(), 0U);
    EXPECT_EQ(to_.read("f"), content);
}

// Has room for `room` bytes.
class FullTarget final : public PassingCalls {
  public:
    explicit FullTarget(std::size_t room) : room_(room) {}

    long write(int fd, std::span<const std::byte> data, std::uint64_t offset) override {
        if (room_ == 0) {
            return -errno_value::no_space;
        }
        const std::size_t size = std::min(data.size(), room_);
        room_ -= size;
        return PassingCalls::write(fd, data.first(size), offset);
    }

  private:
    std::size_t room_;
};

TEST_F(TargetFaults, AFileThatDoesNotFitIsToldAndRemoved) {
    from_.write("a", std::string(1000, 'a'));
    from_.write("b", std::string(1000, 'b'));
    from_.write("c", "");
    FullTarget target(1500);
    copy(target);
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_EQ(lines_[0], "cannot write " + to_.path("b") + ": No space left on device");
    EXPECT_EQ(to_.read("a"), std::string(1000, 'a'));
    EXPECT_FALSE(std::filesystem::exists(to_.path("b")));
    EXPECT_TRUE(std::filesystem::exists(to_.path("c")));
}

class NoDirectories final : public PassingCalls {
  public:
    long make_directory(At, std::uint32_t) override { return -errno_value::no_space; }
};

TEST_F(TargetFaults, ALostDirectoryTakesWhatIsBelowWithIt) {
    from_.write("d/e/f", "1");
    from_.write("d/g", "2");
    from_.write("h", "3");
    NoDirectories target;
    copy(target);
    ASSERT_EQ(lines_.size(), 2U);
    EXPECT_EQ(lines_[0],
              "cannot create the directory " + to_.path("d") + ": No space left on device");
    EXPECT_EQ(lines_[1], "cannot copy 3 entries below " + to_.path("d") +
                             ": their directory could not be created");
    EXPECT_EQ(to_.read("h"), "3");
}

class FailingClose final : public PassingCalls {
  public:
    long open(At at, int flags, std::uint32_t mode) override {
        const long fd = PassingCalls::open(at, flags, mode);
        if ((flags & open_flags::write_only) != 0) {
            file_ = fd;
        }
        return fd;
    }

    long close(int fd) override {
        const long result = PassingCalls::close(fd);
        return fd == file_ ? -errno_value::io : result;
    }

  private:
    long file_ = -1;
};

TEST_F(TargetFaults, AFailingCloseIsAnError) {
    from_.write("f", "x");
    FailingClose target;
    copy(target);
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_EQ(lines_[0], "cannot close " + to_.path("f") + ": Input/output error");
}

// A file system without owners, links, attributes and fractions of seconds.
class PoorTarget final : public PassingCalls {
  public:
    long set_owner(At, std::uint32_t, std::uint32_t) override {
        return -errno_value::not_permitted;
    }

    long set_mode(At, std::uint32_t) override { return 0; }  // and nothing happens

    long make_link(At, At) override { return -errno_value::not_permitted; }

    long set_times(At at, FileTime accessed, FileTime modified) override {
        accessed.nanoseconds = 0;
        modified.nanoseconds = 0;
        return PassingCalls::set_times(at, accessed, modified);
    }

    long file_system(int fd, FileSystemStatus& status) override {
        const long result = PassingCalls::file_system(fd, status);
        status.type = 0x4d44;  // MSDOS_SUPER_MAGIC
        return result;
    }

    long open(At at, int flags, std::uint32_t mode) override {
        return PassingCalls::open(at, flags, mode | 0111);
    }
};

TEST_F(TargetFaults, WhatATargetCannotHoldIsCountedNotAnError) {
    from_.write("f", "x", 0644);
    from_.write("g", "contents", 0755);
    std::filesystem::create_hard_link(from_.path("g"), from_.path("h"));
    PoorTarget target;
    copy(target);
    EXPECT_EQ(report_.errors(), 0U);
    EXPECT_EQ(to_.read("h"), "contents");
    EXPECT_EQ(report_.loss_count(Loss::links), 1U);
    EXPECT_EQ(report_.loss_count(Loss::mode), 1U);
    EXPECT_EQ(report_.loss_count(Loss::owner), 4U);
    EXPECT_GE(report_.loss_count(Loss::time_precision), 3U);
}

}  // namespace
}  // namespace lkl::fs
