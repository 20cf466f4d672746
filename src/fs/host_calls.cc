// SPDX-License-Identifier: GPL-2.0
#include "fs/host_calls.hh"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "api/wire.hh"

namespace lkl::fs {
namespace {

// The flags are passed through: on this host they are the kernel's own numbers.
static_assert(O_DIRECTORY == open_flags::directory && O_NOFOLLOW == open_flags::no_follow &&
              O_CREAT == open_flags::create && O_EXCL == open_flags::exclusive &&
              O_NOATIME == open_flags::no_atime && O_PATH == open_flags::path &&
              O_CLOEXEC == open_flags::close_on_exec && O_NONBLOCK == open_flags::non_block);
static_assert(AT_FDCWD == FileCalls::kCurrentDirectory);

long result(long value) {
    return value < 0 ? -errno : value;
}

// A path to `at` for the calls that know no directory descriptor.
class ProcPath {
  public:
    explicit ProcPath(At at) {
        if (at.dir == AT_FDCWD) {
            path_ = at.name;
        } else {
            path_ = "/proc/self/fd/" + std::to_string(at.dir) + "/" + at.name;
        }
    }

    [[nodiscard]] const char* get() const { return path_.c_str(); }

  private:
    std::string path_;
};

timespec to_timespec(FileTime time) {
    return {static_cast<time_t>(time.seconds), static_cast<long>(time.nanoseconds)};
}

class HostCalls final : public FileCalls {
  public:
    long open(At at, int flags, std::uint32_t mode) override {
        const long fd = result(::openat(at.dir, at.name, flags, mode));
        if (fd == -EPERM && (flags & O_NOATIME) != 0) {
            // Only a file's owner may leave its access time alone.
            return result(::openat(at.dir, at.name, flags & ~O_NOATIME, mode));
        }
        return fd;
    }

    long open_resolved(int root, const char* path, int flags) override {
        return result(::openat(root, path, flags));
    }

    long close(int fd) override { return result(::close(fd)); }

    long status(At at, FileStatus& status) override {
        wire::Statx buffer{};  // the same on every Linux
        const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;
        const long value = result(::syscall(SYS_statx, at.dir, at.name, flags,
                                            wire::statx_basic | wire::statx_created, &buffer));
        if (value == 0) {
            status = wire::to_status(buffer);
        }
        return value;
    }

    long file_system(int fd, FileSystemStatus& status) override {
        struct statfs buffer {};

        const long value = result(::fstatfs(fd, &buffer));
        status.type = static_cast<std::uint64_t>(buffer.f_type);
        status.block_size = static_cast<std::uint64_t>(buffer.f_bsize);
        status.blocks = buffer.f_blocks;
        status.blocks_free = buffer.f_bfree;
        status.blocks_available = buffer.f_bavail;
        status.files = buffer.f_files;
        status.files_free = buffer.f_ffree;
        status.name_length = static_cast<std::uint64_t>(buffer.f_namelen);
        status.flags = static_cast<std::uint64_t>(buffer.f_flags);
        return value;
    }

    long read_directory(int fd, std::span<std::byte> buffer) override {
        return result(::syscall(SYS_getdents64, fd, buffer.data(), buffer.size()));
    }

    long rewind_directory(int fd) override { return result(::lseek(fd, 0, SEEK_SET)); }

    long read(int fd, std::span<std::byte> buffer, std::uint64_t offset) override {
        return result(::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset)));
    }

    long write(int fd, std::span<const std::byte> data, std::uint64_t offset) override {
        return result(::pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset)));
    }

    long truncate(int fd, std::uint64_t size) override {
        return result(::ftruncate(fd, static_cast<off_t>(size)));
    }

    long seek_data(int fd, std::uint64_t offset) override {
        return result(::lseek(fd, static_cast<off_t>(offset), SEEK_DATA));
    }

    long seek_hole(int fd, std::uint64_t offset) override {
        return result(::lseek(fd, static_cast<off_t>(offset), SEEK_HOLE));
    }

    void will_need(int fd, std::uint64_t size) override {
        ::posix_fadvise(fd, 0, static_cast<off_t>(size), POSIX_FADV_SEQUENTIAL);
    }

    void wont_need(int /*fd*/) override {}

    long make_directory(At at, std::uint32_t mode) override {
        return result(::mkdirat(at.dir, at.name, mode));
    }

    long make_node(At at, std::uint32_t mode, DeviceNumber device) override {
        return result(::mknodat(at.dir, at.name, mode, makedev(device.major, device.minor)));
    }

    long make_symlink(const char* target, At at) override {
        return result(::symlinkat(target, at.dir, at.name));
    }

    long make_link(At existing, At at) override {
        return result(::linkat(existing.dir, existing.name, at.dir, at.name, 0));
    }

    long remove(At at, bool directory) override {
        return result(::unlinkat(at.dir, at.name, directory ? AT_REMOVEDIR : 0));
    }

    long rename(At from, At to) override {
        return result(::renameat(from.dir, from.name, to.dir, to.name));
    }

    long read_link(At at, std::span<char> buffer) override {
        return result(::readlinkat(at.dir, at.name, buffer.data(), buffer.size()));
    }

    long set_owner(At at, std::uint32_t uid, std::uint32_t gid) override {
        return result(::fchownat(at.dir, at.name, uid, gid, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH));
    }

    long set_mode(At at, std::uint32_t mode) override {
        return result(at.is_descriptor() ? ::fchmod(at.dir, mode)
                                         : ::fchmodat(at.dir, at.name, mode, 0));
    }

    long set_times(At at, FileTime accessed, FileTime modified) override {
        const timespec times[2] = {to_timespec(accessed), to_timespec(modified)};
        return result(at.is_descriptor()
                          ? ::futimens(at.dir, times)
                          : ::utimensat(at.dir, at.name, times, AT_SYMLINK_NOFOLLOW));
    }

    long list_attributes(At at, std::span<char> buffer) override {
        return result(at.is_descriptor()
                          ? ::flistxattr(at.dir, buffer.data(), buffer.size())
                          : ::llistxattr(ProcPath(at).get(), buffer.data(), buffer.size()));
    }

    long get_attribute(At at, const char* name, std::span<std::byte> buffer) override {
        return result(at.is_descriptor()
                          ? ::fgetxattr(at.dir, name, buffer.data(), buffer.size())
                          : ::lgetxattr(ProcPath(at).get(), name, buffer.data(), buffer.size()));
    }

    long set_attribute(At at, const char* name, std::span<const std::byte> value) override {
        return result(at.is_descriptor()
                          ? ::fsetxattr(at.dir, name, value.data(), value.size(), 0)
                          : ::lsetxattr(ProcPath(at).get(), name, value.data(), value.size(), 0));
    }

    long remove_attribute(At at, const char* name) override {
        return result(at.is_descriptor() ? ::fremovexattr(at.dir, name)
                                         : ::lremovexattr(ProcPath(at).get(), name));
    }

    std::uint32_t set_creation_mask(std::uint32_t mask) override { return ::umask(mask); }

    [[nodiscard]] Error error(long code, std::string operation, std::string path) const override {
        return Error::host(static_cast<int>(-code), std::move(operation), std::move(path));
    }
};

}  // namespace

std::unique_ptr<FileCalls> make_host_calls() {
    return std::make_unique<HostCalls>();
}

}  // namespace lkl::fs
