// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <lkl/file.hh>

#include "api/testing/host_instance.hh"

namespace lkl {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text(std::span<const std::byte> data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}

class FileTest : public ::testing::Test {
  protected:
    Result<File> open(const std::string& path, int flags) {
        return File::open(kernel_, path, flags, 0640);
    }

    std::shared_ptr<testing::HostInstance> host_ = std::make_shared<testing::HostInstance>();
    Kernel kernel_{host_};
};

TEST_F(FileTest, WritesAndReadsBack) {
    auto file = open("/f", open_flags::read_write | open_flags::create);
    ASSERT_TRUE(file) << file.error().message();
    ASSERT_TRUE(file->write_all(bytes("hello, world")));
    ASSERT_TRUE(file->pwrite_all(bytes("W"), 7));
    EXPECT_EQ(file->seek(0, Whence::set).value(), 0U);
    EXPECT_EQ(text(file->read_rest(100).value()), "hello, World");
    std::array<std::byte, 5> part{};
    EXPECT_EQ(file->pread_all(part, 7).value(), 5U);
    EXPECT_EQ(text(part), "World");
    EXPECT_EQ(file->pread_all(part, 10).value(), 2U);
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(file->sync_data());
    EXPECT_TRUE(file->close());
    EXPECT_FALSE(file->is_open());
    EXPECT_TRUE(file->close());
}

TEST_F(FileTest, ReadRestStopsAtItsLimit) {
    host_->put("/f", std::string(10000, 'x'));
    auto file = open("/f", open_flags::read_only);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->read_rest(9999).error().linux_errno(), EFBIG);
    ASSERT_TRUE(file->seek(0, Whence::set));
    EXPECT_EQ(file->read_rest(10000).value().size(), 10000U);
}

TEST_F(FileTest, ErrorNamesOperationAndPath) {
    auto file = open("/missing", open_flags::read_only);
    ASSERT_FALSE(file);
    EXPECT_TRUE(file.error().is_kernel());
    EXPECT_EQ(file.error().message(), "cannot open /missing: No such file or directory");
}

TEST_F(FileTest, NameWithNulIsRefused) {
    host_->put("/f", "");
    EXPECT_EQ(open(std::string("/f\0g", 4), open_flags::read_only).error().linux_errno(), EINVAL);
}

TEST_F(FileTest, DefaultFileIsBadDescriptor) {
    File file;
    std::array<std::byte, 1> buffer{};
    EXPECT_EQ(file.read(buffer).error().linux_errno(), EBADF);
    EXPECT_TRUE(file.close());
}

TEST_F(FileTest, StatusTellsWhatWasSet) {
    auto file = open("/f", open_flags::read_write | open_flags::create);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->truncate(12345));
    ASSERT_TRUE(file->set_permissions(04711));
    ASSERT_TRUE(file->set_times(FileTime{-5, 1}, FileTime{1234567890, 999999999}));
    ASSERT_TRUE(file->set_times(FileTime{7, 8}, std::nullopt));
    auto status = file->status();
    ASSERT_TRUE(status);
    EXPECT_TRUE(status->is_regular());
    EXPECT_EQ(status->permissions(), 04711U);
    EXPECT_EQ(status->size, 12345U);
    EXPECT_EQ(status->links, 1U);
    EXPECT_EQ(status->accessed, (FileTime{7, 8}));
    EXPECT_EQ(status->modified, (FileTime{1234567890, 999999999}));
    auto fs = file->file_system();
    ASSERT_TRUE(fs);
    EXPECT_GT(fs->block_size, 0U);
    EXPECT_GT(fs->name_length, 0U);
}

TEST_F(FileTest, ExtendedAttributes) {
    auto file = open("/f", open_flags::read_write | open_flags::create);
    ASSERT_TRUE(file);
    auto set = file->set_xattr("user.one", bytes("1"));
    if (!set && set.error().linux_errno() == EOPNOTSUPP) {
        GTEST_SKIP() << "no user attributes in the host's temporary directory";
    }
    ASSERT_TRUE(set) << set.error().message();
    ASSERT_TRUE(file->set_xattr("user.empty", {}));
    auto names = file->xattr_names().value();
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"user.empty", "user.one"}));
    EXPECT_EQ(text(file->xattr("user.one").value()), "1");
    EXPECT_TRUE(file->xattr("user.empty").value().empty());
    ASSERT_TRUE(file->remove_xattr("user.one"));
    EXPECT_EQ(file->xattr("user.one").error().linux_errno(), ENODATA);
}

TEST_F(FileTest, ValueThatGrowsBetweenTheTwoCallsIsReadAgain) {
    auto file = open("/f", open_flags::read_write | open_flags::create);
    ASSERT_TRUE(file);
    int calls = 0;
    host_->script = [&](long number, const auto& arguments) -> std::optional<long> {
        if (number != nr::fgetxattr) {
            return std::nullopt;
        }
        ++calls;
        const long size = arguments[3];
        if (size == 0) {
            return calls == 1 ? 2 : 4;  // it grows after the first call
        }
        if (size < 4) {
            return -ERANGE;
        }
        std::fill_n(reinterpret_cast<char*>(arguments[2]), 4, 'v');
        return 4;
    };
    EXPECT_EQ(text(file->xattr("user.x").value()), "vvvv");
    EXPECT_EQ(calls, 4);
}

TEST_F(FileTest, WriteWithoutProgressIsAnError) {
    auto file = open("/f", open_flags::read_write | open_flags::create);
    ASSERT_TRUE(file);
    host_->script = [](long number, const auto&) -> std::optional<long> {
        return number == nr::write ? std::optional<long>(0) : std::nullopt;
    };
    EXPECT_EQ(file->write_all(bytes("x")).error().linux_errno(), EIO);
}

TEST_F(FileTest, CloseTellsTheErrorOnce) {
    auto file = open("/f", open_flags::read_write | open_flags::create);
    ASSERT_TRUE(file);
    int closes = 0;
    const int fd = file->fd();
    host_->script = [&](long number, const auto& arguments) -> std::optional<long> {
        if (number != nr::close || arguments[0] != fd) {
            return std::nullopt;
        }
        return ++closes == 1 ? std::optional<long>(-EIO) : std::nullopt;
    };
    EXPECT_EQ(file->close().error().linux_errno(), EIO);
    EXPECT_TRUE(file->close());
    EXPECT_EQ(closes, 1);
}

}  // namespace
}  // namespace lkl
