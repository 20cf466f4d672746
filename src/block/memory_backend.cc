// SPDX-License-Identifier: GPL-2.0
// Copies between a buffer and a request's segments.
#include "block/memory_backend.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "block/forked.hh"

namespace lkl {

namespace {

constexpr std::size_t kSector = 512;

}  // namespace

MemoryBackend::MemoryBackend(Owned owned, std::span<std::byte> bytes, bool read_only,
                             std::string identity)
    : owned_(std::move(owned)), bytes_(bytes) {
    info_.size = bytes.size();
    info_.read_only = read_only;
    info_.can_write_zeroes = !read_only;
    info_.identity = std::move(identity);
}

Result<std::unique_ptr<BlockBackend>> MemoryBackend::owned(std::size_t bytes,
                                                           std::string identity) {
    if (bytes == 0 || bytes % kSector != 0) {
        return Error::host(EINVAL, "make a disk in memory of a size that is not sectors,",
                           std::to_string(bytes));
    }
    // calloc gives large blocks as untouched pages.
    Owned memory(static_cast<std::byte*>(std::calloc(bytes, 1)));
    if (memory == nullptr) {
        return Error::host(ENOMEM, "make a disk in memory of bytes:", std::to_string(bytes));
    }
    const std::span all(memory.get(), bytes);
    return std::unique_ptr<BlockBackend>(
        new MemoryBackend(std::move(memory), all, false, std::move(identity)));
}

Result<std::unique_ptr<BlockBackend>> MemoryBackend::borrowed(std::span<std::byte> bytes,
                                                              bool read_only,
                                                              std::string identity) {
    bytes = bytes.first(bytes.size() - bytes.size() % kSector);
    if (bytes.empty()) {
        return Error::other("they are less than one sector of 512 bytes", "use bytes as a disk",
                            identity);
    }
    return std::unique_ptr<BlockBackend>(
        new MemoryBackend(nullptr, bytes, read_only, std::move(identity)));
}

int MemoryBackend::submit(BlockRequest& request) {
    if (request.op == BlockOp::flush) {
        return 0;
    }
    std::byte* at = bytes_.data() + request.offset;
    switch (request.op) {
        case BlockOp::read:
            for (const iovec& segment : request.segments) {
                std::memcpy(segment.iov_base, at, segment.iov_len);
                at += segment.iov_len;
            }
            return 0;
        case BlockOp::write:
            for (const iovec& segment : request.segments) {
                std::memcpy(at, segment.iov_base, segment.iov_len);
                at += segment.iov_len;
            }
            return 0;
        case BlockOp::write_zeroes:
            std::memset(at, 0, request.length);
            return 0;
        default:
            return EOPNOTSUPP;
    }
}

std::unique_ptr<BlockBackend> MemoryBackend::after_fork_in_child(
    std::unique_ptr<BlockBackend> self) {
    const bool private_copy = owned_ != nullptr || info_.read_only;
    return private_copy ? std::move(self) : forked(std::move(self), ForkMode::overlay);
}

}  // namespace lkl
