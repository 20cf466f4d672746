// SPDX-License-Identifier: GPL-2.0
// Opening image files and block devices, and keeping second writers out.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "block/file_backend.hh"
#include "block/posix/async_io.hh"
#include "block/posix/file_probe.hh"

namespace lkl {

namespace {

std::string base_name(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

// O_EXCL without O_CREAT means on a block device: not while it is mounted or otherwise claimed.
int open_flags(const FileBackendOptions& options, bool block_device) {
    int flags = O_CLOEXEC | (options.read_only ? O_RDONLY : O_RDWR);
    flags |= options.direct ? O_DIRECT : 0;
    flags |= block_device && !options.read_only ? O_EXCL : 0;
    return flags;
}

// Two descriptions of one file conflict, also within a process; children share their parent's.
Result<void> lock_for_writing(int fd, const std::string& path) {
    int status = 0;
    do {
        status = flock(fd, LOCK_EX | LOCK_NB);
    } while (status != 0 && errno == EINTR);
    if (status != 0 && errno == EWOULDBLOCK) {
        return Error::host(EBUSY, "open for writing (another writer has it locked)", path);
    }
    // A file system without locks (ENOLCK, EOPNOTSUPP) cannot give the protection; that is no
    // reason to refuse the file.
    return {};
}

}  // namespace

Result<std::unique_ptr<BlockBackend>> FileBackend::open(const std::string& path,
                                                        FileBackendOptions options) {
    const char* const intent = options.read_only ? "open for reading" : "open for writing";

    struct stat status {};

    if (stat(path.c_str(), &status) != 0) {
        return Error::host(errno, intent, path);
    }
    // Before the open: that of a FIFO would wait for another end.
    const bool block_device = S_ISBLK(status.st_mode);
    if (!block_device && !S_ISREG(status.st_mode)) {
        return Error::other("it is neither a regular file nor a block device", intent, path);
    }
    UniqueFd fd(::open(path.c_str(), open_flags(options, block_device)));
    if (!fd && errno == EBUSY) {
        return Error::host(EBUSY, "open for writing (it is mounted or otherwise in use)", path);
    }
    if (!fd && errno == EINVAL && options.direct) {
        return Error::host(EINVAL, "open with O_DIRECT (not every file system has it)", path);
    }
    if (!fd) {
        return Error::host(errno, intent, path);
    }
    return adopt(std::move(fd), path, std::move(options));
}

Result<std::unique_ptr<BlockBackend>> FileBackend::adopt(UniqueFd fd, std::string name,
                                                         FileBackendOptions options) {
    const int flags = fcntl(fd.get(), F_GETFL);
    if (flags < 0) {
        return Error::host(errno, "look at", name);
    }
    const int access = flags & O_ACCMODE;
    if (access == O_WRONLY) {
        return Error::host(EBADF, "use as a disk (it is not open for reading)", name);
    }
    std::unique_ptr<FileBackend> backend(new FileBackend(std::move(fd), std::move(options)));
    BlockInfo& info = backend->info_;
    info.read_only = backend->options_.read_only || access == O_RDONLY;
    info.identity =
        backend->options_.identity.empty() ? base_name(name) : backend->options_.identity;
    LKL_TRY(backend->facts_, probe_file(backend->fd_.get(), name, (flags & O_DIRECT) != 0, info));
    if (backend->options_.lock && !info.read_only && !backend->facts_.block_device) {
        LKL_TRY_VOID(lock_for_writing(backend->fd_.get(), name));
    }
    return std::unique_ptr<BlockBackend>(std::move(backend));
}

}  // namespace lkl
