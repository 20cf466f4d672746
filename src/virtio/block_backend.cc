// SPDX-License-Identifier: GPL-2.0
// Which requests a back end may be given.
#include "virtio/block_backend.hh"

#include <cerrno>

namespace lkl {

int check_block_request(const BlockInfo& info, const BlockRequest& request) {
    if (request.op == BlockOp::flush) {
        return 0;
    }
    const bool aligned =
        request.offset % info.block_size == 0 && request.length % info.block_size == 0;
    if (!aligned || request.offset > info.size || request.length > info.size - request.offset) {
        return EINVAL;
    }
    if (request.op != BlockOp::read && info.read_only) {
        return EROFS;
    }
    if ((request.op == BlockOp::discard && !info.can_discard) ||
        (request.op == BlockOp::write_zeroes && !info.can_write_zeroes)) {
        return EOPNOTSUPP;
    }
    return 0;
}

}  // namespace lkl
