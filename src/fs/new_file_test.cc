// SPDX-License-Identifier: GPL-2.0
#include "fs/new_file.hh"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

#include "fs/test_tree.hh"

namespace lkl::fs {
namespace {

namespace stdfs = std::filesystem;

class NewFileTest : public ::testing::Test {
  protected:
    [[nodiscard]] Result<NewFile> create(const std::string& name) const {
        return NewFile::create(work_.path(name), "make");
    }

    [[nodiscard]] bool exists(const std::string& name) const {
        return stdfs::exists(work_.path(name));
    }

    testing::TemporaryDirectory work_;
};

TEST_F(NewFileTest, GoesWithoutKeep) {
    {
        const auto file = create("f");
        ASSERT_TRUE(file) << file.error().message();
        EXPECT_TRUE(exists("f"));
    }
    EXPECT_FALSE(exists("f"));
}

TEST_F(NewFileTest, StaysWithKeep) {
    {
        auto file = create("f");
        ASSERT_TRUE(file) << file.error().message();
        file->keep();
        file->keep();
        EXPECT_EQ(file->close(), 0);
    }
    EXPECT_TRUE(exists("f"));
}

TEST_F(NewFileTest, WhatWasThereStays) {
    work_.write("old", "precious");
    work_.write("empty", "");
    for (const char* name : {"old", "empty"}) {
        EXPECT_TRUE(create(name)) << name;
        EXPECT_TRUE(exists(name)) << name;
    }
    EXPECT_EQ(work_.read("old"), "precious");
}

TEST_F(NewFileTest, AnotherFileInItsPlaceStays) {
    {
        const auto file = create("f");
        ASSERT_TRUE(file) << file.error().message();
        work_.write("other", "");
        stdfs::rename(work_.path("other"), work_.path("f"));
    }
    EXPECT_TRUE(exists("f"));
}

TEST_F(NewFileTest, WhatHasContentsStays) {
    {
        const auto file = create("f");
        ASSERT_TRUE(file) << file.error().message();
        EXPECT_EQ(::write(file->fd(), "x", 1), 1);
    }
    EXPECT_EQ(work_.read("f"), "x");
}

TEST_F(NewFileTest, GoesWithItsProcess) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto file = create("f");
        static_cast<void>(::write(ends[1], file && exists("f") ? "y" : "n", 1));
        ::raise(SIGKILL);
    }
    ::close(ends[1]);
    char made = 0;
    EXPECT_EQ(::read(ends[0], &made, 1), 1);
    EXPECT_EQ(made, 'y');
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    // The guard is nobody's child now; it has no more than a call to make.
    for (int i = 0; i < 1000 && exists("f"); ++i) {
        ::usleep(10000);
    }
    EXPECT_FALSE(exists("f"));
}

TEST_F(NewFileTest, LeavesNeitherProcessNorDescriptor) {
    const auto descriptors = [] {
        return std::distance(stdfs::directory_iterator("/proc/self/fd"), {});
    };
    const auto before = descriptors();
    for (int i = 0; i < 3; ++i) {
        auto file = create("f");
        ASSERT_TRUE(file) << file.error().message();
        if (i == 1) {
            file->keep();
        }
    }
    EXPECT_EQ(descriptors(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(NewFileTest, AnErrorNamesTheFile) {
    const auto file = create("no/f");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().message(),
              "cannot make " + work_.path("no/f") + ": No such file or directory");
}

}  // namespace
}  // namespace lkl::fs
