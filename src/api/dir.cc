// SPDX-License-Identifier: GPL-2.0
// Reading a directory, and opening what it holds; dir_names.cc changes names.
#include <cstring>
#include <lkl/dir.hh>

#include "api/calls.hh"
#include "api/dir_path.hh"
#include "api/wire.hh"

namespace lkl {

using detail::done;
using detail::join;

namespace {

constexpr std::size_t kBufferSize = 32768;
constexpr long kEio = 5;
constexpr long kEnoent = 2;

Result<Descriptor> open_directory(const Descriptor& parent, const std::string& name,
                                  std::string path, Follow follow) {
    if (detail::has_nul(name)) {
        return Error::kernel(detail::kEinval, "open directory", std::move(path));
    }
    const int flags = open_flags::read_only | open_flags::directory | open_flags::close_on_exec |
                      (follow == Follow::no ? open_flags::no_follow : 0);
    const long fd = parent.raw(nr::openat, parent.fd(), name.c_str(), flags);
    if (fd < 0) {
        return Error::kernel(fd, "open directory", std::move(path));
    }
    return Descriptor(parent.instance(), static_cast<int>(fd), std::move(path));
}

bool is_dot_or_dot_dot(std::string_view name) {
    return name == "." || name == "..";
}

}  // namespace

Dir Dir::working(const Kernel& kernel) {
    return Dir(Descriptor(kernel.instance(), Descriptor::kWorkingDirectory, ""));
}

Result<Dir> Dir::open(const Kernel& kernel, const std::string& path, Follow follow) {
    return working(kernel).open_dir(path, follow);
}

Result<Dir> Dir::open_dir(const std::string& name, Follow follow) const {
    LKL_TRY(auto descriptor, open_directory(descriptor_, name, join(path(), name), follow));
    return Dir(std::move(descriptor));
}

Result<File> Dir::open_file(const std::string& name, int flags, std::uint32_t mode) const {
    std::string full = join(path(), name);
    if (detail::has_nul(name)) {
        return Error::kernel(detail::kEinval, "open", std::move(full));
    }
    const long opened = descriptor_.raw(nr::openat, fd(), name.c_str(), flags, mode);
    if (opened < 0) {
        return Error::kernel(opened, "open", std::move(full));
    }
    return File(Descriptor(descriptor_.instance(), static_cast<int>(opened), std::move(full)));
}

Result<std::optional<DirEntry>> Dir::next() {
    for (;;) {
        if (position_ == filled_) {
            buffer_.resize(kBufferSize);
            LKL_TRY(const long got, descriptor_.call(nr::getdents64, "read directory", fd(),
                                                     buffer_.data(), buffer_.size()));
            position_ = 0;
            filled_ = static_cast<std::size_t>(got);
            if (filled_ == 0) {
                return std::optional<DirEntry>();
            }
        }
        wire::Dirent64 entry{};
        const std::byte* start = buffer_.data() + position_;
        std::memcpy(&entry, start, wire::dirent_name_offset);
        if (entry.length <= wire::dirent_name_offset || entry.length > filled_ - position_) {
            return descriptor_.failed(-kEio, "read directory");
        }
        position_ += entry.length;
        const char* name = reinterpret_cast<const char*>(start + wire::dirent_name_offset);
        const std::string_view view(name, strnlen(name, entry.length - wire::dirent_name_offset));
        if (!is_dot_or_dot_dot(view)) {
            return std::optional(DirEntry{view, entry.inode, static_cast<EntryType>(entry.type)});
        }
    }
}

Result<void> Dir::rewind() {
    position_ = 0;
    filled_ = 0;
    return done(descriptor_.call(nr::lseek, "rewind directory", fd(), 0, 0));
}

Result<FileStatus> Dir::status(const std::string& name, Follow follow) const {
    if (detail::has_nul(name)) {
        return Error::kernel(detail::kEinval, "get the status of", join(path(), name));
    }
    wire::Statx statx{};
    const int flags = wire::at_no_automount | wire::at_empty_path |
                      (follow == Follow::no ? wire::at_symlink_nofollow : 0);
    const long value =
        descriptor_.raw(nr::statx, fd(), name.c_str(), flags,
                        wire::statx_basic | wire::statx_created | wire::statx_mount_id, &statx);
    if (value < 0) {
        return Error::kernel(value, "get the status of", join(path(), name));
    }
    return wire::to_status(statx);
}

Result<bool> Dir::exists(const std::string& name) const {
    auto found = status(name);
    if (found) {
        return true;
    }
    if (found.error().linux_errno() == kEnoent) {
        return false;
    }
    return std::move(found).error();
}

Result<FileSystemStatus> Dir::file_system() const {
    wire::Statfs statfs{};
    if (fd() == Descriptor::kWorkingDirectory) {
        LKL_TRY_VOID(
            done(descriptor_.call(nr::statfs, "get the file system status of", ".", &statfs)));
    } else {
        LKL_TRY_VOID(
            done(descriptor_.call(nr::fstatfs, "get the file system status of", fd(), &statfs)));
    }
    return wire::to_status(statfs);
}

}  // namespace lkl
