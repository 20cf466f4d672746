// SPDX-License-Identifier: GPL-2.0
// The file calls that the copy engine needs, so that one engine serves the host and an image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/result.hh>
#include <lkl/types.hh>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lkl::fs {

// A place in a tree: `name` relative to the open directory `dir`. An empty name is `dir` itself,
// which may then be any open file. Symbolic links are never followed in the last component.
struct At {
    int dir = -1;
    const char* name = "";

    [[nodiscard]] bool is_descriptor() const { return *name == '\0'; }
};

// One side of a copy: the host's kernel or the kernel in the library. File descriptors belong to
// the side that made them. Every call returns what Linux returns: a value, or a negative errno of
// that side, which error() turns into an Error of the right category. Flags, modes and errno
// values are Linux's (lkl/types.hh) on every host. Safe from several threads.
class FileCalls {
  public:
    virtual ~FileCalls() = default;

    // Descriptor that stands for the current directory in At::dir.
    static constexpr int kCurrentDirectory = -100;

    virtual long open(At at, int flags, std::uint32_t mode) = 0;
    // Opens a path with symbolic links followed, which on an image lead nowhere outside of `root`.
    virtual long open_resolved(int root, const char* path, int flags) = 0;
    virtual long close(int fd) = 0;
    virtual long status(At at, FileStatus& status) = 0;
    virtual long file_system(int fd, FileSystemStatus& status) = 0;

    // Whole linux_dirent64 records; 0 at the end.
    virtual long read_directory(int fd, std::span<std::byte> buffer) = 0;
    virtual long rewind_directory(int fd) = 0;

    virtual long read(int fd, std::span<std::byte> buffer, std::uint64_t offset) = 0;
    virtual long write(int fd, std::span<const std::byte> data, std::uint64_t offset) = 0;
    virtual long truncate(int fd, std::uint64_t size) = 0;
    virtual long seek_data(int fd, std::uint64_t offset) = 0;
    virtual long seek_hole(int fd, std::uint64_t offset) = 0;
    // Tells the side that the whole file will be read soon.
    virtual void will_need(int fd, std::uint64_t size) = 0;
    // Tells it that the file has been read and will not be again. The kernel in the library uses
    // its pages for the next file, which are in the processor's caches, instead of ever new ones;
    // the host, whose files others read too, is not told.
    virtual void wont_need(int fd) = 0;

    virtual long make_directory(At at, std::uint32_t mode) = 0;
    virtual long make_node(At at, std::uint32_t mode, DeviceNumber device) = 0;
    virtual long make_symlink(const char* target, At at) = 0;
    virtual long make_link(At existing, At at) = 0;
    virtual long remove(At at, bool directory) = 0;
    virtual long rename(At from, At to) = 0;
    virtual long read_link(At at, std::span<char> buffer) = 0;

    virtual long set_owner(At at, std::uint32_t uid, std::uint32_t gid) = 0;
    // Not for symbolic links.
    virtual long set_mode(At at, std::uint32_t mode) = 0;
    virtual long set_times(At at, FileTime accessed, FileTime modified) = 0;

    virtual long list_attributes(At at, std::span<char> buffer) = 0;
    virtual long get_attribute(At at, const char* name, std::span<std::byte> buffer) = 0;
    virtual long set_attribute(At at, const char* name, std::span<const std::byte> value) = 0;
    virtual long remove_attribute(At at, const char* name) = 0;

    // Sets the side's file creation mask for the calling thread; returns the old one.
    virtual std::uint32_t set_creation_mask(std::uint32_t mask) = 0;

    // The failure `code` (negative) of `operation` on `path`, named as this side's.
    [[nodiscard]] virtual Error error(long code, std::string operation, std::string path) const = 0;
};

// An open file of a side; closes itself.
class OpenFile {
  public:
    OpenFile() = default;

    OpenFile(FileCalls& calls, int fd) : calls_(&calls), fd_(fd) {}

    OpenFile(OpenFile&& other) noexcept : calls_(other.calls_), fd_(other.release()) {}

    OpenFile& operator=(OpenFile&& other) noexcept {
        if (this != &other) {
            static_cast<void>(close());
            calls_ = other.calls_;
            fd_ = other.release();
        }
        return *this;
    }

    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    ~OpenFile() { static_cast<void>(close()); }

    [[nodiscard]] int get() const { return fd_; }

    explicit operator bool() const { return fd_ >= 0; }

    int release() {
        const int fd = fd_;
        fd_ = -1;
        return fd;
    }

    // 0 or the negative errno of close(2), which on some file systems is a write's failure.
    long close() { return fd_ >= 0 ? calls_->close(release()) : 0; }

  private:
    FileCalls* calls_ = nullptr;
    int fd_ = -1;
};

// Opens `at`; `path` names it in the error.
Result<OpenFile> open_file(FileCalls& calls, At at, int flags, std::uint32_t mode,
                           std::string_view path);

// Opens a directory by a path of any length, piece by piece past the kernel's PATH_MAX, relative to
// the open directory `start`. Symbolic links in the path are followed, except in the last component
// when `follow` is false.
Result<OpenFile> open_directory(FileCalls& calls, std::string_view path, bool follow = true,
                                int start = FileCalls::kCurrentDirectory);

// Status of a path that may follow symbolic links on the way (not the last one).
Result<FileStatus> path_status(FileCalls& calls, const std::string& path);

}  // namespace lkl::fs
