// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <array>
#include <lkl/file.hh>

#include "api/calls.hh"
#include "api/wire.hh"

namespace lkl {

using detail::count;
using detail::done;

namespace {

constexpr long kEio = 5;
constexpr long kEfbig = 27;

}  // namespace

Result<File> File::open(const Kernel& kernel, const std::string& path, int flags,
                        std::uint32_t mode) {
    if (detail::has_nul(path)) {
        return Error::kernel(detail::kEinval, "open", path);
    }
    LKL_TRY(const long fd, kernel.try_call("open", path, nr::openat, Descriptor::kWorkingDirectory,
                                           path.c_str(), flags, mode));
    return adopt(kernel, static_cast<int>(fd), path);
}

File File::adopt(const Kernel& kernel, int fd, std::string name) {
    return File(Descriptor(kernel.instance(), fd, std::move(name)));
}

Result<std::size_t> File::read(std::span<std::byte> buffer) {
    return count(descriptor_.call(nr::read, "read", fd(), buffer.data(), buffer.size()));
}

Result<std::size_t> File::write(std::span<const std::byte> data) {
    return count(descriptor_.call(nr::write, "write", fd(), data.data(), data.size()));
}

Result<std::size_t> File::pread(std::span<std::byte> buffer, std::uint64_t offset) const {
    return count(descriptor_.call(nr::pread64, "read", fd(), buffer.data(), buffer.size(), offset));
}

Result<std::size_t> File::pwrite(std::span<const std::byte> data, std::uint64_t offset) const {
    return count(descriptor_.call(nr::pwrite64, "write", fd(), data.data(), data.size(), offset));
}

Result<std::size_t> File::read_all(std::span<std::byte> buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        LKL_TRY(const std::size_t got, read(buffer.subspan(filled)));
        if (got == 0) {
            break;
        }
        filled += got;
    }
    return filled;
}

Result<std::size_t> File::pread_all(std::span<std::byte> buffer, std::uint64_t offset) const {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        LKL_TRY(const std::size_t got, pread(buffer.subspan(filled), offset + filled));
        if (got == 0) {
            break;
        }
        filled += got;
    }
    return filled;
}

Result<void> File::write_all(std::span<const std::byte> data) {
    while (!data.empty()) {
        LKL_TRY(const std::size_t put, write(data));
        if (put == 0) {
            return descriptor_.failed(-kEio, "write");
        }
        data = data.subspan(put);
    }
    return {};
}

Result<void> File::pwrite_all(std::span<const std::byte> data, std::uint64_t offset) const {
    while (!data.empty()) {
        LKL_TRY(const std::size_t put, pwrite(data, offset));
        if (put == 0) {
            return descriptor_.failed(-kEio, "write");
        }
        data = data.subspan(put);
        offset += put;
    }
    return {};
}

Result<std::vector<std::byte>> File::read_rest(std::size_t limit) {
    constexpr std::size_t kFirst = 4096;
    std::vector<std::byte> content;
    std::size_t filled = 0;
    for (;;) {
        if (filled == content.size()) {
            // One byte past the limit shows that there is more.
            const std::size_t grown = std::max(kFirst, content.size() * 2);
            content.resize(limit < grown ? limit + 1 : grown);
        }
        LKL_TRY(const std::size_t got, read(std::span(content).subspan(filled)));
        filled += got;
        if (filled > limit) {
            return descriptor_.failed(-kEfbig, "read");
        }
        if (got == 0) {
            content.resize(filled);
            return content;
        }
    }
}

Result<std::uint64_t> File::seek(std::int64_t offset, Whence whence) {
    return count(descriptor_.call(nr::lseek, "seek in", fd(), offset, whence));
}

Result<void> File::sync() {
    return done(descriptor_.call(nr::fsync, "sync", fd()));
}

Result<void> File::sync_data() {
    return done(descriptor_.call(nr::fdatasync, "sync", fd()));
}

Result<void> File::sync_file_system() {
    return done(descriptor_.call(nr::syncfs, "sync the file system of", fd()));
}

Result<void> File::truncate(std::uint64_t size) {
    return done(descriptor_.call(nr::ftruncate, "set the size of", fd(), size));
}

Result<void> File::allocate(int mode, std::uint64_t offset, std::uint64_t length) {
    return done(descriptor_.call(nr::fallocate, "allocate space in", fd(), mode, offset, length));
}

Result<FileStatus> File::status() const {
    wire::Statx statx{};
    LKL_TRY_VOID(done(
        descriptor_.call(nr::statx, "get the status of", fd(), "", wire::at_empty_path,
                         wire::statx_basic | wire::statx_created | wire::statx_mount_id, &statx)));
    return wire::to_status(statx);
}

Result<FileSystemStatus> File::file_system() const {
    wire::Statfs statfs{};
    LKL_TRY_VOID(
        done(descriptor_.call(nr::fstatfs, "get the file system status of", fd(), &statfs)));
    return wire::to_status(statfs);
}

Result<void> File::set_permissions(std::uint32_t mode) {
    return done(descriptor_.call(nr::fchmod, "set the permissions of", fd(), mode));
}

Result<void> File::set_owner(std::uint32_t uid, std::uint32_t gid) {
    return done(descriptor_.call(nr::fchown, "set the owner of", fd(), uid, gid));
}

Result<void> File::set_times(std::optional<FileTime> accessed, std::optional<FileTime> modified) {
    const std::array times = {wire::to_timespec(accessed), wire::to_timespec(modified)};
    return done(
        descriptor_.call(nr::utimensat, "set the times of", fd(), nullptr, times.data(), 0));
}

Result<std::vector<std::string>> File::xattr_names() const {
    LKL_TRY(const auto names, detail::read_sized([this](std::byte* buffer, std::size_t size) {
                return descriptor_.call(nr::flistxattr, "list the attributes of", fd(), buffer,
                                        size);
            }));
    return detail::split_names(names);
}

Result<std::vector<std::byte>> File::xattr(const std::string& name) const {
    return detail::read_sized([this, &name](std::byte* buffer, std::size_t size) {
        return descriptor_.call(nr::fgetxattr, "get attribute " + name + " of", fd(), name.c_str(),
                                buffer, size);
    });
}

Result<void> File::set_xattr(const std::string& name, std::span<const std::byte> value) {
    return done(descriptor_.call(nr::fsetxattr, "set attribute " + name + " of", fd(), name.c_str(),
                                 value.data(), value.size(), 0));
}

Result<void> File::remove_xattr(const std::string& name) {
    return done(
        descriptor_.call(nr::fremovexattr, "remove attribute " + name + " of", fd(), name.c_str()));
}

}  // namespace lkl
