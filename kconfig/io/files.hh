// SPDX-License-Identifier: GPL-2.0
// The file operations that the writers need.
#pragma once

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

namespace kconfig {

/// A file that is being written; the destructor closes it.
class OutputFile {
  public:
    explicit OutputFile(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {}

    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    ~OutputFile() { close(); }

    bool is_open() const { return file_ != nullptr; }

    void write(std::string_view text) {
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) {
            fail();
        }
    }

    /// Closes the file; false when anything could not be written.
    bool close() {
        if (file_ != nullptr && std::fclose(file_) != 0) {
            fail();
        }
        file_ = nullptr;
        return error_ == 0;
    }

    /// Why something could not be written: the errno of the first failure, else 0.
    int error() const { return error_; }

  private:
    void fail() {
        if (error_ == 0) {
            error_ = errno != 0 ? errno : EIO;
        }
    }

    std::FILE* file_;
    int error_ = 0;
};

bool is_directory(const std::string& path);
bool file_exists(const std::string& path);

/// Why the file of that name cannot be read, for a message: ": it is a directory"...
std::string why_unreadable(const std::string& path);

/// Makes the directories above @p path.
bool make_parent_directory(const std::string& path);

/// Renames, replacing the target.
bool rename_file(const std::string& from, const std::string& to);

void remove_file(const std::string& path);

/// Makes the file empty, creating it where it does not exist.
bool touch_file(const std::string& path);

int process_id();

}  // namespace kconfig
