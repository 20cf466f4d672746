// SPDX-License-Identifier: GPL-2.0
#include "api/span_backend.hh"

#include <cstring>

namespace lkl {

SpanBackend::SpanBackend(std::span<std::byte> memory, bool read_only) : memory_(memory) {
    info_.size = memory.size() / info_.block_size * info_.block_size;
    info_.read_only = read_only;
    info_.can_write_zeroes = !read_only;
    info_.identity = "memory";
}

int SpanBackend::submit(BlockRequest& request) {
    if (const int error = check_block_request(info_, request); error != 0) {
        return error;
    }
    std::byte* position = memory_.data() + request.offset;
    switch (request.op) {
        case BlockOp::read:
            for (const iovec& segment : request.segments) {
                std::memcpy(segment.iov_base, position, segment.iov_len);
                position += segment.iov_len;
            }
            break;
        case BlockOp::write:
            for (const iovec& segment : request.segments) {
                std::memcpy(position, segment.iov_base, segment.iov_len);
                position += segment.iov_len;
            }
            break;
        case BlockOp::write_zeroes:
            std::memset(position, 0, request.length);
            break;
        case BlockOp::flush:
        case BlockOp::discard:
            break;
    }
    return 0;
}

}  // namespace lkl
