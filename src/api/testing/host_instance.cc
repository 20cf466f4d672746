// SPDX-License-Identifier: GPL-2.0
#include "api/testing/host_instance.hh"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <lkl/numbers.hh>

namespace lkl::testing {
namespace {

// A call in both tables, and which of its arguments are paths (-1: none).
struct Call {
    long host;
    int first_path = -1;
    int second_path = -1;
};

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

const std::map<long, Call>& table() {
    static const std::map<long, Call> calls = {
        {nr::openat, {SYS_openat, 1}},
        {nr::close, {SYS_close}},
        {nr::read, {SYS_read}},
        {nr::write, {SYS_write}},
        {nr::pread64, {SYS_pread64}},
        {nr::pwrite64, {SYS_pwrite64}},
        {nr::lseek, {SYS_lseek}},
        {nr::fsync, {SYS_fsync}},
        {nr::fdatasync, {SYS_fdatasync}},
        {nr::syncfs, {SYS_syncfs}},
        {nr::ftruncate, {SYS_ftruncate}},
        {nr::fallocate, {SYS_fallocate}},
        {nr::statx, {SYS_statx, 1}},
        {nr::statfs, {SYS_statfs, 0}},
        {nr::fstatfs, {SYS_fstatfs}},
        {nr::fchmod, {SYS_fchmod}},
        {nr::fchown, {SYS_fchown}},
        {nr::utimensat, {SYS_utimensat, 1}},
        {nr::flistxattr, {SYS_flistxattr}},
        {nr::fgetxattr, {SYS_fgetxattr}},
        {nr::fsetxattr, {SYS_fsetxattr}},
        {nr::fremovexattr, {SYS_fremovexattr}},
        {nr::llistxattr, {SYS_llistxattr, 0}},
        {nr::lgetxattr, {SYS_lgetxattr, 0}},
        {nr::lsetxattr, {SYS_lsetxattr, 0}},
        {nr::lremovexattr, {SYS_lremovexattr, 0}},
        {nr::ioctl, {SYS_ioctl}},
        {nr::getdents64, {SYS_getdents64}},
        {nr::mkdirat, {SYS_mkdirat, 1}},
        {nr::mknodat, {SYS_mknodat, 1}},
        {nr::symlinkat, {SYS_symlinkat, 2}},
        {nr::linkat, {SYS_linkat, 1, 3}},
        {nr::readlinkat, {SYS_readlinkat, 1}},
        {nr::unlinkat, {SYS_unlinkat, 1}},
        {nr::renameat2, {SYS_renameat2, 1, 3}},
        {nr::fchmodat, {SYS_fchmodat, 1}},
        {nr::fchmodat2, {SYS_fchmodat2, 1}},
        {nr::fchownat, {SYS_fchownat, 1}},
        {nr::socket, {SYS_socket}},
        {nr::bind, {SYS_bind}},
        {nr::connect, {SYS_connect}},
        {nr::listen, {SYS_listen}},
        {nr::accept4, {SYS_accept4}},
        {nr::sendto, {SYS_sendto}},
        {nr::recvfrom, {SYS_recvfrom}},
        {nr::shutdown, {SYS_shutdown}},
        {nr::getsockname, {SYS_getsockname}},
        {nr::getpeername, {SYS_getpeername}},
        {nr::setsockopt, {SYS_setsockopt}},
        {nr::getsockopt, {SYS_getsockopt}},
        {nr::getpid, {SYS_getpid}},
    };
    return calls;
}

// An absolute path moved below the root; relative ones and /proc/self/fd stay.
const char* place(long argument, const std::string& root, std::string& storage) {
    const char* path = reinterpret_cast<const char*>(argument);
    if (path == nullptr || path[0] != '/' || std::string(path).rfind("/proc/self/fd/", 0) == 0) {
        return path;
    }
    storage = root + path;
    return storage.c_str();
}

}  // namespace

HostInstance::HostInstance() {
    std::string pattern = std::filesystem::temp_directory_path() / "lkl-api-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
        std::abort();
    }
    root_ = pattern;
}

HostInstance::~HostInstance() {
    std::filesystem::remove_all(root_);
}

void HostInstance::put(const std::string& path, const std::string& content) const {
    const std::filesystem::path file = root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

long HostInstance::syscall(long number, const Arguments& arguments) noexcept {
    if (script) {
        if (const auto answer = script(number, arguments)) {
            return *answer;
        }
    }
    const auto found = table().find(number);
    if (found == table().end()) {
        return -ENOSYS;
    }
    Arguments a = arguments;
    std::array<std::string, 2> storage;
    int next = 0;
    for (const int index : {found->second.first_path, found->second.second_path}) {
        if (index >= 0) {
            long& argument = a.at(static_cast<std::size_t>(index));
            argument = reinterpret_cast<long>(
                place(argument, root_, storage.at(static_cast<std::size_t>(next++))));
        }
    }
    const long value = ::syscall(found->second.host, a[0], a[1], a[2], a[3], a[4], a[5]);
    return value < 0 ? -errno : value;
}

Result<int> HostInstance::add_device(std::unique_ptr<MmioDevice> device) {
    const int id = devices.empty() ? 0 : devices.rbegin()->first + 1;
    devices.emplace(id, std::move(device));
    return id;
}

Result<void> HostInstance::remove_device(int id) {
    if (devices.erase(id) == 0) {
        return Error::kernel(-EINVAL, "remove device", std::to_string(id));
    }
    return {};
}

Result<std::string> HostInstance::device_name(int id) {
    return "virtio" + std::to_string(id);
}

Result<std::byte*> HostInstance::alloc_io(std::size_t size) {
    if (size == 0) {
        return Error::kernel(-EINVAL, "allocate", "0 bytes");
    }
    std::vector<std::byte> memory(size);
    std::byte* const start = memory.data();
    io_buffers.emplace(start, std::move(memory));
    return start;
}

Result<void> HostInstance::free_io(std::byte* buffer) {
    if (io_buffers.erase(buffer) == 0) {
        return Error::kernel(-EINVAL, "free", "a buffer");
    }
    return {};
}

long HostInstance::halt() {
    ++halts;
    is_running = false;
    return halt_status;
}

}  // namespace lkl::testing
