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
        const auto halted = kernel_->halt();
        EXPECT_TRUE(halted) << halted.error().message();
        const std::string log = kernel_->console_tail();
        for (const char* complaint : {"WARNING:", "BUG:", "Oops", "Call Trace", "INFO: task"}) {
            EXPECT_EQ(log.find(complaint), std::string::npos) << log;
        }
    }

    Kernel& kernel() { return *kernel_; }

    std::optional<Kernel> kernel_;
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
