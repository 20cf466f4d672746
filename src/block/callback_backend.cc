// SPDX-License-Identifier: GPL-2.0
// Requests to functions of the application.
#include "block/callback_backend.hh"

#include <algorithm>
#include <cerrno>

namespace lkl {

namespace {

constexpr std::uint64_t kSector = 512;

}  // namespace

CallbackBackend::CallbackBackend(CallbackDisk disk) : disk_(std::move(disk)) {
    info_.size = disk_.capacity - disk_.capacity % kSector;
    info_.read_only = disk_.read_only;
    info_.identity = disk_.identity;
}

Result<std::unique_ptr<BlockBackend>> CallbackBackend::create(CallbackDisk disk) {
    if (!disk.perform) {
        return Error::host(EINVAL, "use a disk without a request function,", disk.identity);
    }
    if (disk.capacity < kSector) {
        return Error::other("it is smaller than one sector of 512 bytes", "use as a disk",
                            disk.identity);
    }
    return std::unique_ptr<BlockBackend>(new CallbackBackend(std::move(disk)));
}

int CallbackBackend::submit(BlockRequest& request) {
    switch (request.op) {
        case BlockOp::read:
        case BlockOp::write:
        case BlockOp::flush:
            return disk_.perform({request.op, request.offset / kSector, request.segments});
        default:
            return EOPNOTSUPP;
    }
}

void CallbackBackend::refresh_size() {
    if (disk_.current_capacity) {
        const std::uint64_t capacity = disk_.current_capacity();
        info_.size = std::max(info_.size, capacity - capacity % kSector);
    }
}

std::unique_ptr<BlockBackend> CallbackBackend::after_fork_in_child(
    std::unique_ptr<BlockBackend> self) {
    return info_.read_only ? std::move(self) : forked(std::move(self), disk_.fork_mode);
}

}  // namespace lkl
