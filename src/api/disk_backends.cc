// SPDX-License-Identifier: GPL-2.0
// The kinds of disks: files, descriptors and memory of the host.
#include <fcntl.h>

#include <cerrno>
#include <lkl/disk.hh>

#include "block/file_backend.hh"
#include "block/memory_backend.hh"

namespace lkl {
namespace {

FileBackendOptions file_options(const Disk::Options& options) {
    FileBackendOptions file;
    file.read_only = options.read_only || options.overlay;
    return file;
}

}  // namespace

Result<Disk> Disk::add_file(const Kernel& kernel, const std::string& path, Options options) {
    LKL_TRY(auto backend, FileBackend::open(path, file_options(options)));
    return add_backend(kernel, std::move(backend), std::move(options));
}

Result<Disk> Disk::add_fd(const Kernel& kernel, int fd, Options options) {
    const std::string name = "descriptor " + std::to_string(fd);
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!copy) {
        return Error::host(errno, "duplicate", name);
    }
    FileBackendOptions file = file_options(options);
    file.lock = false;  // the caller's own file: locking it is the caller's business
    LKL_TRY(auto backend, FileBackend::adopt(std::move(copy), name, std::move(file)));
    return add_backend(kernel, std::move(backend), std::move(options));
}

Result<Disk> Disk::add_memory(const Kernel& kernel, std::span<std::byte> memory, Options options) {
    LKL_TRY(auto backend, MemoryBackend::borrowed(memory, options.read_only || options.overlay));
    return add_backend(kernel, std::move(backend), std::move(options));
}

}  // namespace lkl
