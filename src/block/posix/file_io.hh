// SPDX-License-Identifier: GPL-2.0
// Requests to a file by system calls that block, or with RWF_NOWAIT do not.
#pragma once

#include <cstddef>

#include "virtio/block_backend.hh"

namespace lkl {

struct FileTarget {
    int fd = -1;
    bool block_device = false;
    std::uint32_t memory_alignment = 1;  // of buffers; above 1 with O_DIRECT only
};

// Where the next byte of a transfer goes.
inline std::uint64_t position(const BlockRequest& request) {
    return request.offset + (request.length - request.remaining);
}

// Takes `bytes` off the front of the request's segments and of `remaining`.
void advance(BlockRequest& request, std::size_t bytes);

// Goes on with a read or write until it is done (0) or fails (an errno). `flags` as for preadv2:
// with RWF_NOWAIT the answer can be EAGAIN after a part.
int transfer(int fd, BlockRequest& request, int flags);

// Whether O_DIRECT takes the request's buffers as they are.
bool buffers_aligned(const FileTarget& target, const BlockRequest& request);

// Does what is left of a request of any kind; may block. 0 or an errno.
int run_blocking(const FileTarget& target, BlockRequest& request);

}  // namespace lkl
