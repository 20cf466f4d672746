// SPDX-License-Identifier: GPL-2.0
// Finding the file behind mapped bytes, also when somebody has put another in its place.
#include "platform/backing_file.hh"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace lkl {
namespace {

constexpr std::size_t kBytes = 32768;
constexpr std::size_t kIdentityAt = 10000;
constexpr std::size_t kIdentityBytes = 36;

class BackingFileTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string folder = std::filesystem::temp_directory_path() / "lkl-backing-XXXXXX";
        ASSERT_NE(mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        path_ = folder + "/library.so";
        std::filesystem::copy_file(LKL_TEST_LIBRARY, path_);
        library_ = dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
        ASSERT_NE(library_, nullptr) << dlerror();
        const auto* start = static_cast<const std::byte*>(dlsym(library_, "lkl_big_constant"));
        ASSERT_NE(start, nullptr);
        bytes_ = {start, kBytes};
        identity_ = bytes_.subspan(kIdentityAt, kIdentityBytes);
    }

    void TearDown() override {
        if (library_ != nullptr) {
            dlclose(library_);
        }
        std::filesystem::remove_all(folder_);
    }

    // As a package manager does: the new file takes the old one's name.
    void replace_with(const std::vector<char>& content) {
        {
            std::ofstream file(path_ + ".new", std::ios::binary);
            file.write(content.data(), static_cast<std::streamsize>(content.size()));
        }
        std::filesystem::rename(path_ + ".new", path_);
    }

    std::vector<char> content() {
        std::ifstream file(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::filesystem::path folder_;
    std::string path_;
    void* library_ = nullptr;
    std::span<const std::byte> bytes_;
    std::span<const std::byte> identity_;
};

TEST_F(BackingFileTest, FindsALibrary) {
    const auto found = find_backing_file(bytes_, identity_);
    ASSERT_TRUE(found.has_value());
    std::vector<std::byte> read(kBytes);
    ASSERT_EQ(pread(found->fd.get(), read.data(), kBytes, static_cast<off_t>(found->offset)),
              static_cast<ssize_t>(kBytes));
    EXPECT_TRUE(std::ranges::equal(read, bytes_));
}

TEST_F(BackingFileTest, AnotherBuildInItsPlaceIsNotTaken) {
    const auto found = find_backing_file(bytes_, identity_);
    ASSERT_TRUE(found.has_value());
    std::vector<char> other = content();
    other.at(found->offset + kIdentityAt + 7) ^= 1;
    replace_with(other);
    EXPECT_FALSE(find_backing_file(bytes_, identity_).has_value());
}

TEST_F(BackingFileTest, AFileThatIsGoneOrShorterIsNotTaken) {
    std::vector<char> shorter = content();
    shorter.resize(100);
    replace_with(shorter);
    EXPECT_FALSE(find_backing_file(bytes_, identity_).has_value());
    std::filesystem::remove(path_);
    EXPECT_FALSE(find_backing_file(bytes_, identity_).has_value());
}

TEST_F(BackingFileTest, WithoutAnIdentityNothingIsTaken) {
    EXPECT_FALSE(find_backing_file(bytes_, {}).has_value());
}

TEST(BackingFile, MemoryHasNone) {
    const std::vector<std::byte> memory(kBytes);
    EXPECT_FALSE(find_backing_file(memory, std::span(memory).first(1)).has_value());
}

}  // namespace
}  // namespace lkl
