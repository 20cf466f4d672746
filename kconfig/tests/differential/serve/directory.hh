// SPDX-License-Identifier: GPL-2.0
// The directory in which a case runs: its content as a hash.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// A 128-bit hash of named texts, independent of their order. It finds differences between
/// programs; it is no defence against anybody.
class Digest {
  public:
    void add(std::string_view name, std::string_view content);
    std::string text() const;

  private:
    std::uint64_t a_ = 0;
    std::uint64_t b_ = 0;
};

/// Makes @p path an empty directory; it need not exist.
void empty_directory(const std::string& path);

/// Makes a file, or a symbolic link to @p content.
void make_file(const std::string& path, bool link, const std::string& content);

/// Gives every file below @p path an old time of last change.
void age_directory(const std::string& path);

/// Adds everything below @p path, and which files have been written since age_directory().
void digest_directory(const std::string& path, Digest& digest);
