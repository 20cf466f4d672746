// SPDX-License-Identifier: GPL-2.0
#include "fs/probe_reading.hh"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/unique_fd.hh"
#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

constexpr std::uint64_t kBeginning = std::uint64_t{1} << 20;
constexpr std::uint64_t kEnd = std::uint64_t{256} << 10;
constexpr std::uint64_t kSector = 512;
// Each that is looked at takes 1.25 MiB of memory; a table may list thousands.
constexpr std::size_t kMostPartitions = 128;

// A file in memory with holes where the device was not looked at.
class Copy {
  public:
    Copy(const std::string& path, const ReadDevice& read) : path_(path), read_(read) {}

    Result<void> create(std::uint64_t size) {
        file_.reset(::memfd_create("lkl-probe", MFD_CLOEXEC));
        if (!file_ || ::ftruncate(file_.get(), static_cast<off_t>(size)) != 0) {
            return Error::host(errno, "inspect", path_);
        }
        return {};
    }

    // Copies the beginning and the end of a range.
    Result<void> look_at(std::uint64_t start, std::uint64_t size) {
        const std::uint64_t head = std::min(size, kBeginning);
        LKL_TRY_VOID(copy(start, head));
        const std::uint64_t tail = std::min(size - head, kEnd);
        return copy(start + size - tail, tail);
    }

    [[nodiscard]] int fd() const { return file_.get(); }

  private:
    Result<void> copy(std::uint64_t offset, std::uint64_t length) {
        std::vector<std::byte> buffer(length);
        if (length == 0) {
            return {};
        }
        LKL_TRY_VOID(read_(buffer, offset));
        const ssize_t written =
            ::pwrite(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (written != static_cast<ssize_t>(length)) {
            return Error::host(written < 0 ? errno : ENOSPC, "inspect", path_);
        }
        return {};
    }

    const std::string& path_;
    const ReadDevice& read_;
    UniqueFd file_;
};

}  // namespace

Result<ImageInfo> probe_by_reading(std::uint64_t size, const std::string& path,
                                   const ReadDevice& read) {
    Copy copy(path, read);
    size -= size % kSector;
    LKL_TRY_VOID(copy.create(size));
    LKL_TRY_VOID(copy.look_at(0, size));
    LKL_TRY(const ImageInfo first, probe_image(copy.fd(), path));
    if (first.partitions.empty()) {
        return first;
    }
    std::size_t looked_at = 0;
    for (const PartitionInfo& partition : first.partitions) {
        if (partition.start < size && looked_at++ < kMostPartitions) {
            LKL_TRY_VOID(
                copy.look_at(partition.start, std::min(partition.size, size - partition.start)));
        }
    }
    return probe_image(copy.fd(), path);
}

Result<KernelDevice> open_kernel_device(FileCalls& calls, const Kernel& kernel,
                                        const std::string& node) {
    constexpr unsigned long kGetSize = 0x80081272;  // BLKGETSIZE64
    KernelDevice device;
    LKL_TRY(device.file, open_file(calls, {FileCalls::kCurrentDirectory, node.c_str()},
                                   open_flags::read_only, 0, node));
    LKL_TRY(const long done, kernel.try_call("find the size of", node, nr::ioctl, device.file.get(),
                                             kGetSize, &device.size));
    static_cast<void>(done);
    device.read = [&calls, node, fd = device.file.get()](std::span<std::byte> buffer,
                                                         std::uint64_t offset) -> Result<void> {
        while (!buffer.empty()) {
            const long count = calls.read(fd, buffer, offset);
            if (count <= 0) {
                return calls.error(count < 0 ? count : -errno_value::io, "read", node);
            }
            buffer = buffer.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
        return {};
    };
    return device;
}

Result<ImageInfo> probe_device(FileCalls& calls, const Kernel& kernel, const std::string& node,
                               const std::string& path) {
    LKL_TRY(const KernelDevice device, open_kernel_device(calls, kernel, node));
    return probe_by_reading(device.size, path, device.read);
}

}  // namespace lkl::fs
