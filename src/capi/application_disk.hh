// SPDX-License-Identifier: GPL-2.0
// A disk whose requests the application serves through struct lkl_dev_blk_ops.
#pragma once

#include <lkl/lkl_host_api.h>

#include <memory>

#include "base/result.hh"
#include "virtio/block_backend.hh"

namespace lkl::capi {

// Asks for the capacity. What the application cannot do (LKL_DEV_BLK_STATUS_UNSUP) is EOPNOTSUPP,
// any other failure EIO. Errors: the application's, as -errno; a disk smaller than a sector.
Result<std::unique_ptr<BlockBackend>> make_application_disk(const lkl_disk& disk);

}  // namespace lkl::capi
