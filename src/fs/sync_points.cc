// SPDX-License-Identifier: GPL-2.0
#include "fs/sync_points.hh"

namespace lkl::fs {

SyncPoints::SyncPoints(std::unique_ptr<Sink> next, const Image& image, const Report& report,
                       std::chrono::milliseconds interval, Told told)
    : next_(std::move(next)),
      image_(image),
      report_(report),
      interval_(interval),
      told_(std::move(told)) {}

Result<void> SyncPoints::take(Item& item) {
    LKL_TRY_VOID(next_->take(item));
    if (std::chrono::steady_clock::now() - last_ < interval_) {
        return {};
    }
    auto synced = write_back();
    last_ = std::chrono::steady_clock::now();
    return synced;
}

Result<void> SyncPoints::write_back() {
    const std::uint64_t entries = report_.entries();
    const std::uint64_t bytes = report_.bytes();
    LKL_TRY_VOID(image_.write_back());
    told_(entries, bytes);
    return {};
}

}  // namespace lkl::fs
