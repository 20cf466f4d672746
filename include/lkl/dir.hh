// SPDX-License-Identifier: GPL-2.0
// A directory of a kernel in the library: its entries, and everything that is done to names in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/descriptor.hh>
#include <lkl/file.hh>
#include <lkl/kernel.hh>
#include <lkl/types.hh>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lkl {

// The type of an entry where the file system tells it (DT_*); `unknown` needs a status().
enum class EntryType : std::uint8_t {
    unknown = 0,
    fifo = 1,
    character = 2,
    directory = 4,
    block = 6,
    regular = 8,
    symlink = 10,
    socket = 12,
    whiteout = 14,
};

// The name is valid until the next read, rewind or move of the Dir.
struct DirEntry {
    std::string_view name;
    std::uint64_t inode = 0;
    EntryType type = EntryType::unknown;
};

enum class Follow : bool { no = false, yes = true };

// Move-only; closes in its destructor. Names are relative to the directory, so a tree can be walked
// without ever following a symbolic link above the name; absolute names are looked up from the
// root. Names hold any bytes but NUL (EINVAL). Threads: next() and rewind() keep a position and are
// for one thread at a time, all other members for any. Errors are the kernel's errno with the path.
class Dir {
  public:
    Dir() = default;

    static Result<Dir> open(const Kernel& kernel, const std::string& path,
                            Follow follow = Follow::yes);

    // The working directory of the kernel ("/" unless changed): for absolute paths. It has no
    // descriptor and no entries to read.
    static Dir working(const Kernel& kernel);

    [[nodiscard]] int fd() const { return descriptor_.fd(); }

    [[nodiscard]] const std::string& path() const { return descriptor_.name(); }

    [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }

    [[nodiscard]] Descriptor take() { return std::move(descriptor_); }

    Result<void> close() { return descriptor_.close(); }

    // The next entry, without "." and ".."; empty at the end.
    Result<std::optional<DirEntry>> next();
    Result<void> rewind();

    // Open below this directory. The result's path() is path() + "/" + name.
    Result<File> open_file(const std::string& name, int flags, std::uint32_t mode = 0666) const;
    Result<Dir> open_dir(const std::string& name, Follow follow = Follow::no) const;

    // The empty name means the directory itself.
    Result<FileStatus> status(const std::string& name, Follow follow = Follow::no) const;
    Result<bool> exists(const std::string& name) const;
    Result<FileSystemStatus> file_system() const;

    Result<void> make_dir(const std::string& name, std::uint32_t mode = 0777) const;
    // Also what is missing above; a directory that exists already is no error.
    Result<void> make_dirs(const std::string& name, std::uint32_t mode = 0777) const;
    // `mode` includes the type (mode::fifo, mode::block...); `device` counts for device nodes.
    Result<void> make_node(const std::string& name, std::uint32_t mode,
                           DeviceNumber device = {}) const;
    Result<void> make_symlink(const std::string& target, const std::string& name) const;
    // A hard link; a symbolic link is linked itself, not followed.
    Result<void> make_link(const std::string& existing, const Dir& to,
                           const std::string& name) const;
    Result<std::string> read_link(const std::string& name) const;

    Result<void> remove(const std::string& name) const;
    Result<void> remove_dir(const std::string& name) const;
    Result<void> rename(const std::string& name, const Dir& to, const std::string& new_name,
                        unsigned flags = 0) const;

    // Symbolic links are changed themselves with Follow::no (modes of links: EOPNOTSUPP).
    Result<void> set_permissions(const std::string& name, std::uint32_t mode,
                                 Follow follow = Follow::no) const;
    Result<void> set_owner(const std::string& name, std::uint32_t uid, std::uint32_t gid,
                           Follow follow = Follow::no) const;
    Result<void> set_times(const std::string& name, std::optional<FileTime> accessed,
                           std::optional<FileTime> modified, Follow follow = Follow::no) const;

    // Extended attributes of an entry, links not followed.
    Result<std::vector<std::string>> xattr_names(const std::string& name) const;
    Result<std::vector<std::byte>> xattr(const std::string& name,
                                         const std::string& attribute) const;
    Result<void> set_xattr(const std::string& name, const std::string& attribute,
                           std::span<const std::byte> value) const;
    Result<void> remove_xattr(const std::string& name, const std::string& attribute) const;

    explicit Dir(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  private:
    Descriptor descriptor_;
    std::vector<std::byte> buffer_;
    std::size_t position_ = 0;
    std::size_t filled_ = 0;
};

}  // namespace lkl
