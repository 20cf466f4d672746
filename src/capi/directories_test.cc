// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <lkl/lkl_api.h>

#include <cerrno>
#include <set>
#include <string>

#include "api/wire.hh"
#include "capi/testing/fake_boot.hh"

namespace lkl {
namespace {

std::string name_of(const lkl_linux_dirent64* entry) {
    return reinterpret_cast<const char*>(entry) + wire::dirent_name_offset;
}

std::multiset<std::string> names(lkl_dir* dir) {
    std::multiset<std::string> found;
    while (const auto* entry = lkl_readdir(dir)) {
        found.insert(name_of(entry));
    }
    EXPECT_EQ(lkl_errdir(dir), 0);
    return found;
}

TEST(DirectoriesTest, ReadsAllEntriesAndAgain) {
    testing::BootedHost host;
    std::multiset<std::string> expected = {".", ".."};
    for (int i = 0; i < 500; ++i) {
        host->put("/d/file-" + std::to_string(i), "");
        expected.insert("file-" + std::to_string(i));
    }
    int err = 1;
    lkl_dir* dir = lkl_opendir("/d", &err);
    ASSERT_NE(dir, nullptr);
    EXPECT_EQ(err, 0);
    EXPECT_GE(lkl_dirfd(dir), 0);
    EXPECT_EQ(names(dir), expected);
    EXPECT_EQ(lkl_readdir(dir), nullptr);
    lkl_rewinddir(dir);
    EXPECT_EQ(names(dir), expected);
    EXPECT_EQ(lkl_closedir(dir), 0);
    EXPECT_EQ(lkl_closedir(nullptr), -EINVAL);
}

TEST(DirectoriesTest, FailsWithANumber) {
    testing::BootedHost host;
    host->put("/f", "");
    int err = 0;
    EXPECT_EQ(lkl_opendir("/missing", &err), nullptr);
    EXPECT_EQ(err, -ENOENT);
    EXPECT_STREQ(lkl_last_error_message(),
                 "cannot open directory /missing: No such file or directory");
    EXPECT_EQ(lkl_opendir("/f", &err), nullptr);
    EXPECT_EQ(err, -ENOTDIR);
    EXPECT_EQ(lkl_opendir(nullptr, &err), nullptr);
    EXPECT_EQ(err, -ENOENT);
    EXPECT_EQ(lkl_opendir("/f", nullptr), nullptr);
}

TEST(DirectoriesTest, DescriptorIsTakenOnlyOnSuccess) {
    testing::BootedHost host;
    host->put("/d/f", "");
    int err = 0;
    const int file = ::open((host->root() + "/d/f").c_str(), O_RDONLY);
    EXPECT_EQ(lkl_fdopendir(file, &err), nullptr);
    EXPECT_EQ(err, -ENOTDIR);
    EXPECT_EQ(::close(file), 0);
    EXPECT_EQ(lkl_fdopendir(file, &err), nullptr);
    EXPECT_EQ(err, -EBADF);
    const int directory = ::open((host->root() + "/d").c_str(), O_RDONLY);
    lkl_dir* dir = lkl_fdopendir(directory, &err);
    ASSERT_NE(dir, nullptr);
    EXPECT_EQ(lkl_dirfd(dir), directory);
    EXPECT_EQ(names(dir), (std::multiset<std::string>{".", "..", "f"}));
    EXPECT_EQ(lkl_closedir(dir), 0);
    EXPECT_NE(::close(directory), 0);
}

TEST(DirectoriesTest, ErrorIsTold) {
    testing::BootedHost host;
    host->put("/d/f", "");
    int err = 0;
    lkl_dir* dir = lkl_opendir("/d", &err);
    ASSERT_NE(dir, nullptr);
    host->script = [](long number, const auto&) -> std::optional<long> {
        return number == nr::getdents64 ? std::optional<long>(-EIO) : std::nullopt;
    };
    EXPECT_EQ(lkl_readdir(dir), nullptr);
    EXPECT_EQ(lkl_errdir(dir), -EIO);
    EXPECT_EQ(lkl_closedir(dir), 0);
}

}  // namespace
}  // namespace lkl
