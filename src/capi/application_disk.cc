// SPDX-License-Identifier: GPL-2.0
#include "capi/application_disk.hh"

#include "block/callback_backend.hh"

namespace lkl::capi {
namespace {

constexpr int kEio = 5;
constexpr int kEopnotsupp = 95;

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

unsigned type_of(BlockOp op) {
    switch (op) {
        case BlockOp::read:
            return LKL_DEV_BLK_TYPE_READ;
        case BlockOp::write:
            return LKL_DEV_BLK_TYPE_WRITE;
        default:
            return LKL_DEV_BLK_TYPE_FLUSH;  // the back end passes nothing else on
    }
}

int perform(const lkl_disk& disk, const CallbackRequest& request) {
    lkl_blk_req translated{};
    translated.type = type_of(request.op);
    translated.sector = request.sector;
    // The request's own array, which nobody looks at again: the application may use it up.
    translated.buf = const_cast<iovec*>(request.buffers.data());
    translated.count = static_cast<int>(request.buffers.size());
    return error_of(disk.ops->request(disk, &translated));
}

}  // namespace

Result<std::unique_ptr<BlockBackend>> make_application_disk(const lkl_disk& disk) {
    CallbackDisk callbacks;
    unsigned long long capacity = 0;
    if (const int status = disk.ops->get_capacity(disk, &capacity); status != 0) {
        return Error::kernel(status < 0 ? status : -kEio, "get the capacity of",
                             "the application's disk");
    }
    callbacks.capacity = capacity;
    callbacks.perform = [disk](const CallbackRequest& request) { return perform(disk, request); };
    return CallbackBackend::create(std::move(callbacks));
}

}  // namespace lkl::capi
