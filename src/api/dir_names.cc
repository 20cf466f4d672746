// SPDX-License-Identifier: GPL-2.0
// Everything that a Dir does to names: make, link, rename, remove, and change what they name.
#include <array>
#include <lkl/dir.hh>

#include "api/calls.hh"
#include "api/dir_path.hh"
#include "api/wire.hh"

namespace lkl {
namespace {

using detail::done;
using detail::join;

constexpr long kEexist = 17;
constexpr long kEnosys = 38;
constexpr long kEopnotsupp = 95;

// A call on `name` in `dir`; a failure names both. The full path is only made for an error.
template <typename... Arguments>
Result<long> at(const Dir& dir, std::string_view operation, const std::string& name, long number,
                Arguments... arguments) {
    long value = -detail::kEinval;
    if (!detail::has_nul(name)) {
        value = dir.descriptor().raw(number, arguments...);
    }
    if (value < 0 && value >= -Kernel::kMaxErrno) {
        return Error::kernel(value, std::string(operation), join(dir.path(), name));
    }
    return value;
}

// The path of an entry for the calls that know no directory descriptor (xattrs).
std::string proc_path(const Dir& dir, const std::string& name) {
    if (dir.fd() == Descriptor::kWorkingDirectory || (!name.empty() && name.front() == '/')) {
        return name;
    }
    return "/proc/self/fd/" + std::to_string(dir.fd()) + "/" + (name.empty() ? "." : name);
}

int no_follow(Follow follow) {
    return follow == Follow::no ? wire::at_symlink_nofollow : 0;
}

// chmod without following links for kernels before 6.6, which have no fchmodat2.
Result<void> set_permissions_by_path(const Dir& dir, const std::string& name, std::uint32_t mode) {
    LKL_TRY(const File file, dir.open_file(name, open_flags::path | open_flags::no_follow));
    LKL_TRY(const FileStatus status, file.status());
    if (status.is_symlink()) {
        return Error::kernel(kEopnotsupp, "set the permissions of", file.path());
    }
    const std::string path = "/proc/self/fd/" + std::to_string(file.fd());
    return done(at(dir, "set the permissions of", name, nr::fchmodat, Descriptor::kWorkingDirectory,
                   path.c_str(), mode));
}

}  // namespace

Result<void> Dir::make_dir(const std::string& name, std::uint32_t mode) const {
    return done(at(*this, "make directory", name, nr::mkdirat, fd(), name.c_str(), mode));
}

Result<void> Dir::make_dirs(const std::string& name, std::uint32_t mode) const {
    std::size_t end = 0;
    while (end != std::string::npos) {
        end = name.find('/', end + 1);
        const std::string part = name.substr(0, end);
        auto made = make_dir(part, mode);
        if (!made) {
            if (made.error().linux_errno() != kEexist) {
                return std::move(made).error();
            }
            LKL_TRY(const FileStatus there, status(part, Follow::yes));
            if (!there.is_directory()) {
                return std::move(made).error();
            }
        }
    }
    return {};
}

Result<void> Dir::make_node(const std::string& name, std::uint32_t mode,
                            DeviceNumber device) const {
    return done(
        at(*this, "make node", name, nr::mknodat, fd(), name.c_str(), mode, device.encoded()));
}

Result<void> Dir::make_symlink(const std::string& target, const std::string& name) const {
    if (detail::has_nul(target)) {
        return Error::kernel(detail::kEinval, "make symbolic link", join(path(), name));
    }
    return done(
        at(*this, "make symbolic link", name, nr::symlinkat, target.c_str(), fd(), name.c_str()));
}

Result<void> Dir::make_link(const std::string& existing, const Dir& to,
                            const std::string& name) const {
    if (detail::has_nul(existing)) {
        return Error::kernel(detail::kEinval, "link", join(path(), existing));
    }
    return done(
        at(to, "make link", name, nr::linkat, fd(), existing.c_str(), to.fd(), name.c_str(), 0));
}

Result<std::string> Dir::read_link(const std::string& name) const {
    constexpr std::size_t kFirst = 256;
    std::string target(kFirst, '\0');
    for (;;) {
        LKL_TRY(const long got, at(*this, "read symbolic link", name, nr::readlinkat, fd(),
                                   name.c_str(), target.data(), target.size()));
        const auto length = static_cast<std::size_t>(got);
        if (length < target.size()) {
            target.resize(length);
            return target;
        }
        target.resize(target.size() * 2);
    }
}

Result<void> Dir::remove(const std::string& name) const {
    return done(at(*this, "remove", name, nr::unlinkat, fd(), name.c_str(), 0));
}

Result<void> Dir::remove_dir(const std::string& name) const {
    return done(
        at(*this, "remove directory", name, nr::unlinkat, fd(), name.c_str(), wire::at_remove_dir));
}

Result<void> Dir::rename(const std::string& name, const Dir& to, const std::string& new_name,
                         unsigned flags) const {
    if (detail::has_nul(new_name)) {
        return Error::kernel(detail::kEinval, "rename to", join(to.path(), new_name));
    }
    return done(at(*this, "rename", name, nr::renameat2, fd(), name.c_str(), to.fd(),
                   new_name.c_str(), flags));
}

Result<void> Dir::set_permissions(const std::string& name, std::uint32_t mode,
                                  Follow follow) const {
    if (follow == Follow::yes) {
        return done(
            at(*this, "set the permissions of", name, nr::fchmodat, fd(), name.c_str(), mode));
    }
    auto changed = at(*this, "set the permissions of", name, nr::fchmodat2, fd(), name.c_str(),
                      mode, wire::at_symlink_nofollow);
    if (!changed && changed.error().linux_errno() == kEnosys) {
        return set_permissions_by_path(*this, name, mode);
    }
    return done(std::move(changed));
}

Result<void> Dir::set_owner(const std::string& name, std::uint32_t uid, std::uint32_t gid,
                            Follow follow) const {
    return done(at(*this, "set the owner of", name, nr::fchownat, fd(), name.c_str(), uid, gid,
                   no_follow(follow)));
}

Result<void> Dir::set_times(const std::string& name, std::optional<FileTime> accessed,
                            std::optional<FileTime> modified, Follow follow) const {
    const std::array times = {wire::to_timespec(accessed), wire::to_timespec(modified)};
    return done(at(*this, "set the times of", name, nr::utimensat, fd(), name.c_str(), times.data(),
                   no_follow(follow)));
}

Result<std::vector<std::string>> Dir::xattr_names(const std::string& name) const {
    const std::string where = proc_path(*this, name);
    LKL_TRY(const auto names, detail::read_sized([&](std::byte* buffer, std::size_t size) {
                return at(*this, "list the attributes of", name, nr::llistxattr, where.c_str(),
                          buffer, size);
            }));
    return detail::split_names(names);
}

Result<std::vector<std::byte>> Dir::xattr(const std::string& name,
                                          const std::string& attribute) const {
    const std::string where = proc_path(*this, name);
    return detail::read_sized([&](std::byte* buffer, std::size_t size) {
        return at(*this, "get attribute " + attribute + " of", name, nr::lgetxattr, where.c_str(),
                  attribute.c_str(), buffer, size);
    });
}

Result<void> Dir::set_xattr(const std::string& name, const std::string& attribute,
                            std::span<const std::byte> value) const {
    const std::string where = proc_path(*this, name);
    return done(at(*this, "set attribute " + attribute + " of", name, nr::lsetxattr, where.c_str(),
                   attribute.c_str(), value.data(), value.size(), 0));
}

Result<void> Dir::remove_xattr(const std::string& name, const std::string& attribute) const {
    const std::string where = proc_path(*this, name);
    return done(at(*this, "remove attribute " + attribute + " of", name, nr::lremovexattr,
                   where.c_str(), attribute.c_str()));
}

}  // namespace lkl
