// SPDX-License-Identifier: GPL-2.0
#include "fs/image_source.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "block/file_backend.hh"
#include "fs/probe_reading.hh"

namespace lkl::fs {

Result<ImageSource> ImageSource::open(const std::string& path, bool write) {
    ImageSource source;
    source.path_ = path;
    source.write_ = write;
    if (NbdClient::is_address(path)) {
        LKL_TRY(source.nbd_, NbdClient::connect(path, write));
        return source;
    }
    const std::string intent = write ? "open the image for writing" : "open the image";

    struct stat status {};

    if (::stat(path.c_str(), &status) != 0) {
        return Error::host(errno, intent, path);
    }
    // Before the open: that of a FIFO would wait for another end.
    const bool block_device = S_ISBLK(status.st_mode);
    if (!block_device && !S_ISREG(status.st_mode)) {
        return Error::other("it is neither a regular file nor a block device", intent, path);
    }
    // O_EXCL without O_CREAT: not while the host has it mounted or otherwise claimed.
    const int flags = (write ? O_RDWR : O_RDONLY) | (write && block_device ? O_EXCL : 0);
    source.file_.reset(::open(path.c_str(), flags | O_CLOEXEC));
    if (!source.file_ && errno == EBUSY) {
        return Error::other("it is mounted or otherwise in use", intent, path);
    }
    if (!source.file_) {
        return Error::host(errno, intent, path);
    }
    return source;
}

Result<ImageInfo> ImageSource::probe() const {
    if (nbd_ == nullptr) {
        return probe_image(file_.get(), path_);
    }
    return probe_by_reading(
        nbd_->size(), path_,
        [this](std::span<std::byte> buffer, std::uint64_t offset) { return read(buffer, offset); });
}

Result<void> ImageSource::read(std::span<std::byte> buffer, std::uint64_t offset) const {
    if (nbd_ != nullptr) {
        const int error = nbd_->read(buffer, offset);
        return error == 0 ? Result<void>() : Error::host(error, "read", path_);
    }
    while (!buffer.empty()) {
        const ssize_t count =
            ::pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return Error::host(errno, "read", path_);
        }
        if (count == 0) {
            return Error::other("it ends before", "read", path_);
        }
        buffer = buffer.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<std::unique_ptr<BlockBackend>> ImageSource::backend(std::function<void()> attached) const {
    if (nbd_ != nullptr) {
        if (attached) {
            attached();
        }
        return nbd_->backend();
    }
    UniqueFd copy(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy) {
        return Error::host(errno, "duplicate the descriptor of", path_);
    }
    FileBackendOptions options;
    options.read_only = !write_;
    options.async = static_cast<bool>(attached);
    options.async_early = options.async;  // a sandbox forbids it later
    options.attached = std::move(attached);
    return FileBackend::adopt(std::move(copy), path_, std::move(options));
}

}  // namespace lkl::fs
