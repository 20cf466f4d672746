// SPDX-License-Identifier: GPL-2.0
// An open file of a kernel in the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/descriptor.hh>
#include <lkl/kernel.hh>
#include <lkl/types.hh>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lkl {

enum class Whence : int { set = 0, current = 1, end = 2, data = 3, hole = 4 };

// Move-only; closes in its destructor, without a word about errors: call sync() for data that must
// have arrived and close() to see the rest. Threads: like a descriptor, several may use one File
// (pread and pwrite, while read, write and seek share the position); moves and close() are not
// for that. Every error is the kernel's errno with the path.
class File {
  public:
    File() = default;

    // `path` is looked up in the kernel's own tree. `flags` are open_flags, `mode` counts where
    // a file is made (the umask, 022 after boot, is applied).
    static Result<File> open(const Kernel& kernel, const std::string& path, int flags,
                             std::uint32_t mode = 0666);

    // Takes ownership of a descriptor that another call gave. `name` appears in errors.
    static File adopt(const Kernel& kernel, int fd, std::string name);

    explicit File(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

    [[nodiscard]] int fd() const { return descriptor_.fd(); }

    [[nodiscard]] bool is_open() const { return descriptor_.is_open(); }

    [[nodiscard]] const std::string& path() const { return descriptor_.name(); }

    [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }

    [[nodiscard]] Descriptor take() { return std::move(descriptor_); }

    Result<void> close() { return descriptor_.close(); }

    // Bytes read or written: may be fewer than asked; 0 from read is the end of the file.
    Result<std::size_t> read(std::span<std::byte> buffer);
    Result<std::size_t> write(std::span<const std::byte> data);
    Result<std::size_t> pread(std::span<std::byte> buffer, std::uint64_t offset) const;
    Result<std::size_t> pwrite(std::span<const std::byte> data, std::uint64_t offset) const;

    // Repeats until all is done. read_all stops early at the end of the file and returns how many
    // bytes it got; a write that makes no progress is EIO.
    Result<std::size_t> read_all(std::span<std::byte> buffer);
    Result<std::size_t> pread_all(std::span<std::byte> buffer, std::uint64_t offset) const;
    Result<void> write_all(std::span<const std::byte> data);
    Result<void> pwrite_all(std::span<const std::byte> data, std::uint64_t offset) const;

    // The whole rest of the file from the current position; EFBIG where it is longer than `limit`
    // bytes.
    Result<std::vector<std::byte>> read_rest(std::size_t limit);

    // The new position in bytes. Whence::data and Whence::hole find extents (ENXIO: no more).
    Result<std::uint64_t> seek(std::int64_t offset, Whence whence);

    // Waits until the data (and for sync(), the metadata) has reached the disk.
    Result<void> sync();
    Result<void> sync_data();

    // Waits until everything of the file's file system has reached the disk. Reports write errors
    // that nobody has seen yet.
    Result<void> sync_file_system();

    Result<void> truncate(std::uint64_t size);

    // fallocate(2); `mode` is FALLOC_FL_* (0 allocates, 3 punches a hole).
    Result<void> allocate(int mode, std::uint64_t offset, std::uint64_t length);

    Result<FileStatus> status() const;
    Result<FileSystemStatus> file_system() const;
    Result<void> set_permissions(std::uint32_t mode);
    Result<void> set_owner(std::uint32_t uid, std::uint32_t gid);
    // An empty optional leaves that time as it is.
    Result<void> set_times(std::optional<FileTime> accessed, std::optional<FileTime> modified);

    // Extended attributes, "user.name" and so on. ENODATA: no such attribute.
    Result<std::vector<std::string>> xattr_names() const;
    Result<std::vector<std::byte>> xattr(const std::string& name) const;
    Result<void> set_xattr(const std::string& name, std::span<const std::byte> value);
    Result<void> remove_xattr(const std::string& name);

    // ioctl(2): `argument` is an integer or a pointer, by the request's contract.
    template <typename Argument = long>
    Result<long> ioctl(unsigned long request, Argument argument = {}) const {
        return descriptor_.call(nr::ioctl, "control", fd(), request, argument);
    }

  private:
    Descriptor descriptor_;
};

}  // namespace lkl
