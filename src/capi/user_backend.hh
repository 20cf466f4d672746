// SPDX-License-Identifier: GPL-2.0
// A disk whose requests the application serves through struct lkl_dev_blk_ops.
#pragma once

#include <lkl/lkl_host_api.h>

#include <memory>
#include <mutex>

#include "base/result.hh"
#include "virtio/block_backend.hh"

namespace lkl::capi {

// One request at a time, within submit(). What the application cannot do (LKL_DEV_BLK_STATUS_UNSUP)
// is EOPNOTSUPP, any other failure EIO.
class UserBackend final : public BlockBackend {
  public:
    // Asks for the capacity. Errors: the application's, as -errno; a disk smaller than a sector.
    static Result<std::unique_ptr<BlockBackend>> create(const lkl_disk& disk);

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override;

    // A throw-away layer: what a child writes does not reach the application.
    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override;

  private:
    UserBackend(const lkl_disk& disk, std::uint64_t size);

    const lkl_disk disk_;
    BlockInfo info_;
    std::mutex mutex_;  // held over the application's request()
};

}  // namespace lkl::capi
