// SPDX-License-Identifier: GPL-2.0
// Transfers by preadv2 and pwritev2, continued after short ones, and ranges by fallocate.
#include "block/posix/file_io.hh"

#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace lkl {

namespace {

constexpr std::size_t kBounceBytes = 256 * 1024;
constexpr std::size_t kZeroBytes = 64 * 1024;

ssize_t transfer_once(int fd, const BlockRequest& request, int flags) {
    const int count = static_cast<int>(std::min<std::size_t>(request.segments.size(), IOV_MAX));
    const auto at = static_cast<off_t>(position(request));
    return request.op == BlockOp::read ? preadv2(fd, request.segments.data(), count, at, flags)
                                       : pwritev2(fd, request.segments.data(), count, at, flags);
}

// One piece of a transfer through an aligned buffer. The bytes moved, or -errno.
ssize_t bounce_once(int fd, const BlockRequest& request, std::span<std::byte> buffer) {
    buffer = buffer.first(std::min<std::uint64_t>(buffer.size(), request.remaining));
    const auto at = static_cast<off_t>(position(request));
    const bool read = request.op == BlockOp::read;
    const auto copy = [&](std::size_t limit) {
        std::size_t done = 0;
        for (const iovec& segment : request.segments) {
            const std::size_t bytes = std::min(segment.iov_len, limit - done);
            std::byte* const mine = buffer.data() + done;
            std::memcpy(read ? segment.iov_base : mine, read ? mine : segment.iov_base, bytes);
            done += bytes;
        }
    };
    if (!read) {
        copy(buffer.size());
        const ssize_t moved = pwrite(fd, buffer.data(), buffer.size(), at);
        return moved < 0 ? -errno : moved;
    }
    const ssize_t moved = pread(fd, buffer.data(), buffer.size(), at);
    if (moved > 0) {
        copy(static_cast<std::size_t>(moved));
    }
    return moved < 0 ? -errno : moved;
}

int transfer_bounced(const FileTarget& target, BlockRequest& request) {
    const std::size_t alignment = std::max<std::size_t>(target.memory_alignment, 512);
    const std::unique_ptr<void, decltype(&std::free)> buffer(
        std::aligned_alloc(alignment, kBounceBytes), &std::free);
    if (buffer == nullptr) {
        return ENOMEM;
    }
    const std::span bytes(static_cast<std::byte*>(buffer.get()), kBounceBytes);
    while (request.remaining > 0) {
        const ssize_t moved = bounce_once(target.fd, request, bytes);
        if (moved > 0) {
            advance(request, static_cast<std::size_t>(moved));
        } else if (moved != -EINTR) {
            return moved == 0 ? EIO : static_cast<int>(-moved);
        }
    }
    return 0;
}

int write_zeroes_by_writing(const FileTarget& target, BlockRequest& request) {
    alignas(4096) static const std::array<std::byte, kZeroBytes> zeroes{};
    while (request.remaining > 0) {
        const std::size_t bytes = std::min<std::uint64_t>(request.remaining, zeroes.size());
        const ssize_t moved =
            pwrite(target.fd, zeroes.data(), bytes, static_cast<off_t>(position(request)));
        if (moved > 0) {
            request.remaining -= static_cast<std::uint64_t>(moved);
        } else if (moved == 0 || errno != EINTR) {
            return moved == 0 ? EIO : errno;
        }
    }
    return 0;
}

int allocate(const FileTarget& target, const BlockRequest& request, int mode) {
    int error = 0;
    do {
        error = fallocate(target.fd, mode, static_cast<off_t>(request.offset),
                          static_cast<off_t>(request.length)) == 0
                    ? 0
                    : errno;
    } while (error == EINTR);
    return error;
}

int discard(const FileTarget& target, const BlockRequest& request) {
    if (!target.block_device) {
        return allocate(target, request, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
    }
    std::array<std::uint64_t, 2> range = {request.offset, request.length};
    return ioctl(target.fd, BLKDISCARD, range.data()) == 0 ? 0 : errno;
}

// On a block device as on a file: fallocate is the same as BLKZEROOUT there, but keeps the page
// cache coherent and knows both kinds.
int write_zeroes(const FileTarget& target, BlockRequest& request) {
    const int kind = request.may_unmap ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE;
    const int error = allocate(target, request, kind | FALLOC_FL_KEEP_SIZE);
    const bool unknown = error == EOPNOTSUPP || error == EINVAL || error == ENOSYS;
    return unknown ? write_zeroes_by_writing(target, request) : error;
}

}  // namespace

void advance(BlockRequest& request, std::size_t bytes) {
    request.remaining -= bytes;
    while (bytes > 0) {
        iovec& segment = request.segments.front();
        const std::size_t here = std::min(bytes, segment.iov_len);
        segment.iov_base = static_cast<std::byte*>(segment.iov_base) + here;
        segment.iov_len -= here;
        bytes -= here;
        if (segment.iov_len == 0) {
            request.segments = request.segments.subspan(1);
        }
    }
}

int transfer(int fd, BlockRequest& request, int flags) {
    while (request.remaining > 0) {
        const ssize_t moved = transfer_once(fd, request, flags);
        if (moved > 0) {
            advance(request, static_cast<std::size_t>(moved));
        } else if (moved == 0) {
            return EIO;  // the file has become shorter
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

bool buffers_aligned(const FileTarget& target, const BlockRequest& request) {
    const std::uintptr_t mask = target.memory_alignment - 1;
    return std::ranges::all_of(request.segments, [mask](const iovec& segment) {
        return ((reinterpret_cast<std::uintptr_t>(segment.iov_base) | segment.iov_len) & mask) == 0;
    });
}

int run_blocking(const FileTarget& target, BlockRequest& request) {
    switch (request.op) {
        case BlockOp::read:
        case BlockOp::write:
            return buffers_aligned(target, request) ? transfer(target.fd, request, 0)
                                                    : transfer_bounced(target, request);
        case BlockOp::flush:
            return fdatasync(target.fd) == 0 ? 0 : errno;
        case BlockOp::discard:
            return discard(target, request);
        case BlockOp::write_zeroes:
            return write_zeroes(target, request);
    }
    return EOPNOTSUPP;
}

}  // namespace lkl
