// SPDX-License-Identifier: GPL-2.0
// A booted kernel, and images made by the host's own programs.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <lkl/kernel.hh>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel_log.hh"

namespace lkl {

inline Kernel::Options quiet_options() {
    Kernel::Options options;
    options.command_line = "mem=64M loglevel=4";
    return options;
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

inline std::string as_text(std::span<const std::byte> data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}

// Boots before each test; whatever the kernel complained about fails the test at its end.
class KernelTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto kernel = Kernel::boot(quiet_options());
        ASSERT_TRUE(kernel) << kernel.error().message();
        kernel_.emplace(std::move(*kernel));
    }

    void TearDown() override {
        if (!kernel_) {
            return;
        }
        for (const std::string& line : testing::complaints_in_records(records(), expected_)) {
            ADD_FAILURE() << "the kernel complained: " << line;
        }
        const auto halted = kernel_->halt();
        EXPECT_TRUE(halted) << halted.error().message();
        const std::string log = kernel_->console_tail();
        for (const std::string& line : testing::complaints_on_console(log, expected_)) {
            ADD_FAILURE() << "the kernel complained: " << line << "\n" << log;
        }
    }

    Kernel& kernel() { return *kernel_; }

    // Declares a complaint of the kernel's: a part of the line.
    void expect(std::string pattern) { expected_.push_back(std::move(pattern)); }

  private:
    // The whole log with its levels, which a quiet console does not show.
    std::string records() {
        constexpr int kReadAll = 3;  // SYSLOG_ACTION_READ_ALL
        std::string text(std::size_t{1} << 18U, '\0');
        const long n = kernel_->call(nr::syslog, kReadAll, text.data(), text.size());
        EXPECT_GT(n, 0) << "the kernel's log is empty or the kernel has ended";
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return text;
    }

    std::optional<Kernel> kernel_;
    std::vector<std::string> expected_;
};

// A file of zeroes in a fresh directory, removed at the end.
class ImageFile {
  public:
    explicit ImageFile(std::uintmax_t size) {
        std::string pattern = std::filesystem::temp_directory_path() / "lkl-image-XXXXXX";
        const int fd = ::mkstemp(pattern.data());
        EXPECT_GE(fd, 0);
        ::close(fd);
        path_ = pattern;
        std::filesystem::resize_file(path_, size);
    }

    ~ImageFile() { std::filesystem::remove(path_); }

    ImageFile(const ImageFile&) = delete;
    ImageFile& operator=(const ImageFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    // Runs a program on it; its exit status must be 0.
    void run(const std::string& program, const std::string& more = "") const {
        const std::string command = program + " '" + path_ + "'" + more + " > /dev/null 2>&1";
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
    }

  private:
    std::string path_;
};

}  // namespace lkl
