// SPDX-License-Identifier: GPL-2.0
// The SHA-256 sums of what a copy reads, in the form of sha256sum.
#pragma once

#include <lkl/result.hh>
#include <map>
#include <memory>
#include <string>

#include "fs/sha256.hh"
#include "fs/stream.hh"

namespace lkl::fs {

// A line as sha256sum writes and reads it, with its newline; names with a newline or a backslash
// are escaped as it does.
std::string checksum_line(const std::string& digest, const std::string& name);

// Digests of the regular files of a stream, holes included.
class StreamHasher {
  public:
    // Takes a file's items one after the other. At its end, if all of it came: the file's entry and
    // digest. A hard link to a file that came has that file's digest.
    struct Hashed {
        const Entry* entry;
        std::string digest;
    };

    std::optional<Hashed> take(const Item& item);

  private:
    std::optional<Hashed> begin(const Entry& entry);

    Sha256 sha_;
    std::optional<Entry> current_;
    std::uint64_t at_ = 0;
    bool failed_ = false;
    std::map<std::string, std::string> links_;  // digests of files with several names, by path
};

// Writes a line for every file that passes on its way to another sink.
class ChecksumFile {
  public:
    // Creates the file, or replaces one that is there.
    static Result<ChecksumFile> create(const std::string& path);

    ChecksumFile(ChecksumFile&&) noexcept;
    ChecksumFile& operator=(ChecksumFile&&) = delete;
    ~ChecksumFile();

    // The sink in front of `next`. Its finish() completes the file.
    std::unique_ptr<Sink> in_front_of(std::unique_ptr<Sink> next) &&;

  private:
    struct State;
    explicit ChecksumFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace lkl::fs
