// SPDX-License-Identifier: GPL-2.0
#include "fs/kernel_calls.hh"

#include <lkl/numbers.hh>

#include "api/wire.hh"

namespace lkl::fs {
namespace {

// include/uapi/linux/fs.h of the kernel in the library.
constexpr int kSeekSet = 0;
constexpr int kSeekData = 3;
constexpr int kSeekHole = 4;

// A path to `at` for the calls that know no directory descriptor.
std::string proc_path(At at) {
    if (at.dir == FileCalls::kCurrentDirectory) {
        return at.name;
    }
    return "/proc/self/fd/" + std::to_string(at.dir) + "/" + at.name;
}

class KernelCalls final : public FileCalls {
  public:
    explicit KernelCalls(const Kernel& kernel) : kernel_(kernel) {}

    long open(At at, int flags, std::uint32_t mode) override {
        return kernel_.call(nr::openat, at.dir, at.name, flags, mode);
    }

    long open_resolved(int root, const char* path, int flags) override {
        // struct open_how (include/uapi/linux/openat2.h): the image's absolute links stay inside.
        constexpr std::uint64_t kResolveInRoot = 0x10;
        const std::uint64_t how[3] = {static_cast<std::uint64_t>(flags), 0, kResolveInRoot};
        return kernel_.call(nr::openat2, root, path, &how[0], sizeof(how));
    }

    long close(int fd) override { return kernel_.call(nr::close, fd); }

    long status(At at, FileStatus& status) override {
        wire::Statx buffer{};
        const long value =
            kernel_.call(nr::statx, at.dir, at.name,
                         wire::at_symlink_nofollow | wire::at_no_automount | wire::at_empty_path,
                         wire::statx_basic | wire::statx_created, &buffer);
        if (value == 0) {
            status = wire::to_status(buffer);
        }
        return value;
    }

    long file_system(int fd, FileSystemStatus& status) override {
        wire::Statfs buffer{};
        const long value = kernel_.call(nr::fstatfs, fd, &buffer);
        status = wire::to_status(buffer);
        return value;
    }

    long read_directory(int fd, std::span<std::byte> buffer) override {
        return kernel_.call(nr::getdents64, fd, buffer.data(), buffer.size());
    }

    long rewind_directory(int fd) override { return kernel_.call(nr::lseek, fd, 0, kSeekSet); }

    long read(int fd, std::span<std::byte> buffer, std::uint64_t offset) override {
        return kernel_.call(nr::pread64, fd, buffer.data(), buffer.size(), offset);
    }

    long write(int fd, std::span<const std::byte> data, std::uint64_t offset) override {
        return kernel_.call(nr::pwrite64, fd, data.data(), data.size(), offset);
    }

    long truncate(int fd, std::uint64_t size) override {
        return kernel_.call(nr::ftruncate, fd, size);
    }

    long seek_data(int fd, std::uint64_t offset) override {
        return kernel_.call(nr::lseek, fd, offset, kSeekData);
    }

    long seek_hole(int fd, std::uint64_t offset) override {
        return kernel_.call(nr::lseek, fd, offset, kSeekHole);
    }

    void will_need(int fd, std::uint64_t /*size*/) override {
        constexpr int kSequential = 2;
        static_cast<void>(kernel_.call(nr::fadvise64, fd, 0, 0, kSequential));
    }

    void wont_need(int fd) override {
        constexpr int kDontNeed = 4;
        static_cast<void>(kernel_.call(nr::fadvise64, fd, 0, 0, kDontNeed));
    }

    long make_directory(At at, std::uint32_t mode) override {
        return kernel_.call(nr::mkdirat, at.dir, at.name, mode);
    }

    long make_node(At at, std::uint32_t mode, DeviceNumber device) override {
        return kernel_.call(nr::mknodat, at.dir, at.name, mode, device.encoded());
    }

    long make_symlink(const char* target, At at) override {
        return kernel_.call(nr::symlinkat, target, at.dir, at.name);
    }

    long make_link(At existing, At at) override {
        return kernel_.call(nr::linkat, existing.dir, existing.name, at.dir, at.name, 0);
    }

    long remove(At at, bool directory) override {
        return kernel_.call(nr::unlinkat, at.dir, at.name, directory ? wire::at_remove_dir : 0);
    }

    long rename(At from, At to) override {
        return kernel_.call(nr::renameat2, from.dir, from.name, to.dir, to.name, 0);
    }

    long read_link(At at, std::span<char> buffer) override {
        return kernel_.call(nr::readlinkat, at.dir, at.name, buffer.data(), buffer.size());
    }

    long set_owner(At at, std::uint32_t uid, std::uint32_t gid) override {
        return kernel_.call(nr::fchownat, at.dir, at.name, uid, gid,
                            wire::at_symlink_nofollow | wire::at_empty_path);
    }

    long set_mode(At at, std::uint32_t mode) override {
        return at.is_descriptor() ? kernel_.call(nr::fchmod, at.dir, mode)
                                  : kernel_.call(nr::fchmodat, at.dir, at.name, mode);
    }

    long set_times(At at, FileTime accessed, FileTime modified) override {
        const wire::Timespec times[2] = {{accessed.seconds, accessed.nanoseconds},
                                         {modified.seconds, modified.nanoseconds}};
        return at.is_descriptor() ? kernel_.call(nr::utimensat, at.dir, nullptr, &times[0], 0)
                                  : kernel_.call(nr::utimensat, at.dir, at.name, &times[0],
                                                 wire::at_symlink_nofollow);
    }

    long list_attributes(At at, std::span<char> buffer) override {
        return at.is_descriptor()
                   ? kernel_.call(nr::flistxattr, at.dir, buffer.data(), buffer.size())
                   : kernel_.call(nr::llistxattr, proc_path(at).c_str(), buffer.data(),
                                  buffer.size());
    }

    long get_attribute(At at, const char* name, std::span<std::byte> buffer) override {
        return at.is_descriptor()
                   ? kernel_.call(nr::fgetxattr, at.dir, name, buffer.data(), buffer.size())
                   : kernel_.call(nr::lgetxattr, proc_path(at).c_str(), name, buffer.data(),
                                  buffer.size());
    }

    long set_attribute(At at, const char* name, std::span<const std::byte> value) override {
        return at.is_descriptor()
                   ? kernel_.call(nr::fsetxattr, at.dir, name, value.data(), value.size(), 0)
                   : kernel_.call(nr::lsetxattr, proc_path(at).c_str(), name, value.data(),
                                  value.size(), 0);
    }

    long remove_attribute(At at, const char* name) override {
        return at.is_descriptor() ? kernel_.call(nr::fremovexattr, at.dir, name)
                                  : kernel_.call(nr::lremovexattr, proc_path(at).c_str(), name);
    }

    std::uint32_t set_creation_mask(std::uint32_t mask) override {
        return static_cast<std::uint32_t>(kernel_.call(nr::umask, mask));
    }

    [[nodiscard]] Error error(long code, std::string operation, std::string path) const override {
        return Error::kernel(code, std::move(operation), std::move(path));
    }

  private:
    const Kernel& kernel_;
};

}  // namespace

std::unique_ptr<FileCalls> make_kernel_calls(const Kernel& kernel) {
    return std::make_unique<KernelCalls>(kernel);
}

}  // namespace lkl::fs
