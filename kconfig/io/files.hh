// SPDX-License-Identifier: GPL-2.0
// The file operations that the writers need.
#pragma once

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
            failed_ = true;
        }
    }

    /// Closes the file; false when anything could not be written.
    bool close() {
        if (file_ != nullptr && std::fclose(file_) != 0) {
            failed_ = true;
        }
        file_ = nullptr;
        return !failed_;
    }

  private:
    std::FILE* file_;
    bool failed_ = false;
};

bool is_directory(const std::string& path);
bool file_exists(const std::string& path);

/// Makes the directories above @p path.
bool make_parent_directory(const std::string& path);

/// Renames, replacing the target.
bool rename_file(const std::string& from, const std::string& to);

void remove_file(const std::string& path);

/// Makes the file empty, creating it where it does not exist.
bool touch_file(const std::string& path);

int process_id();

}  // namespace kconfig
