// SPDX-License-Identifier: GPL-2.0
#include "capi/user_backend.hh"

#include "block/forked.hh"

namespace lkl::capi {
namespace {

constexpr int kEio = 5;
constexpr int kEopnotsupp = 95;
constexpr unsigned long long kSector = 512;

int error_of(int status) {
    switch (status) {
        case LKL_DEV_BLK_STATUS_OK:
            return 0;
        case LKL_DEV_BLK_STATUS_UNSUP:
            return kEopnotsupp;
        default:
            return kEio;
    }
}

}  // namespace

UserBackend::UserBackend(const lkl_disk& disk, std::uint64_t size) : disk_(disk) {
    info_.size = size;
    info_.identity = "application";
}

Result<std::unique_ptr<BlockBackend>> UserBackend::create(const lkl_disk& disk) {
    unsigned long long size = 0;
    if (const int status = disk.ops->get_capacity(disk, &size); status != 0) {
        return Error::kernel(status < 0 ? status : -kEio, "get the capacity of",
                             "the application's disk");
    }
    if (size < kSector) {
        return Error::other("it has less than 512 bytes", "use", "the application's disk");
    }
    return std::unique_ptr<BlockBackend>(new UserBackend(disk, size / kSector * kSector));
}

int UserBackend::submit(BlockRequest& request) {
    if (const int error = check_block_request(info_, request); error != 0) {
        return error;
    }
    lkl_blk_req translated{};
    switch (request.op) {
        case BlockOp::read:
            translated.type = LKL_DEV_BLK_TYPE_READ;
            break;
        case BlockOp::write:
            translated.type = LKL_DEV_BLK_TYPE_WRITE;
            break;
        case BlockOp::flush:
            translated.type = LKL_DEV_BLK_TYPE_FLUSH;
            break;
        case BlockOp::discard:
        case BlockOp::write_zeroes:
            return kEopnotsupp;
    }
    translated.sector = request.offset / kSector;
    translated.buf = request.segments.data();
    translated.count = static_cast<int>(request.segments.size());
    const std::lock_guard lock(mutex_);
    return error_of(disk_.ops->request(disk_, &translated));
}

std::unique_ptr<BlockBackend> UserBackend::after_fork_in_child(std::unique_ptr<BlockBackend> self) {
    return forked(std::move(self), ForkMode::overlay);
}

}  // namespace lkl::capi
