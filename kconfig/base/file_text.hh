// SPDX-License-Identifier: GPL-2.0
// Reading whole files.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kconfig {

class Host;

/// A file's bytes.
struct FileText {
    /// How many bytes behind the NUL may be read: they are somebody's, and mean nothing.
    static constexpr std::size_t kSlack = 32;

    std::unique_ptr<char[]> data;  ///< A NUL follows the last byte.
    std::size_t size = 0;
    std::size_t room = 0;     ///< How many bytes data has room for, beside the slack.
    bool unreadable = false;  ///< It could be opened but not read (a directory).

    std::string_view view() const { return {data.get(), size}; }
};

/// The bytes of @p path; nothing when it cannot be opened.
std::optional<FileText> read_file(const std::string& path);

/// The same into @p text, in the memory that it has already where they fit; false when the file
/// cannot be opened.
bool read_file(const std::string& path, FileText& text);

/// The same for a name that is looked up first as it is, then in $srctree
/// unless it is absolute.
std::optional<FileText> read_source_file(Host& host, std::string_view name);

/// read_source_file() for the many files of a tree: where the current directory has no "drivers",
/// nothing of "drivers/..." is looked up in it again, and the way to $srctree is walked once.
class SourceReader {
  public:
    explicit SourceReader(Host& host) : host_(host) {}

    SourceReader(const SourceReader&) = delete;
    SourceReader& operator=(const SourceReader&) = delete;
    ~SourceReader();

    /// Into @p text, in the memory that it has already; false when there is no such file.
    bool read(std::string_view name, FileText& text);

    /// To be called when directories may have changed.
    void forget();

  private:
    bool may_be_here(std::string_view name);
    bool read_there(const std::string& name, FileText& text);

    Host& host_;
    std::vector<std::pair<std::string, bool>> here_;  // first directories, and whether they exist
    std::string srctree_name_;
    int srctree_ = -1;  // the open directory of that name
};

}  // namespace kconfig
