// SPDX-License-Identifier: GPL-2.0
// The read-only wrapper of a back end.
#include "block/read_only_backend.hh"

#include <cerrno>

namespace lkl {

ReadOnlyBackend::ReadOnlyBackend(std::unique_ptr<BlockBackend> base)
    : base_(std::move(base)), info_(base_->info()) {
    info_.read_only = true;
    info_.can_discard = info_.can_write_zeroes = false;
}

int ReadOnlyBackend::submit(BlockRequest& request) {
    switch (request.op) {
        case BlockOp::read:
            return base_->submit(request);
        case BlockOp::flush:
            return 0;  // nothing was written
        default:
            return EROFS;
    }
}

void ReadOnlyBackend::refresh_size() {
    base_->refresh_size();
    info_.size = base_->info().size;
}

std::unique_ptr<BlockBackend> ReadOnlyBackend::after_fork_in_child(
    std::unique_ptr<BlockBackend> self) {
    reopen_in_child();
    return self;
}

}  // namespace lkl
