// SPDX-License-Identifier: GPL-2.0
// Writes an image back now and then while a copy goes on.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "fs/image.hh"
#include "fs/report.hh"
#include "fs/stream.hh"

namespace lkl::fs {

// Hands everything on to another sink. After an item, when `interval` has passed since the last
// time, everything is written back to the image; then what the report had counted before is
// safe from a crash or a kill, and `told` is called with those numbers.
class SyncPoints final : public Sink {
  public:
    using Told = std::function<void(std::uint64_t entries, std::uint64_t bytes)>;

    // `image` and `report` outlive it.
    SyncPoints(std::unique_ptr<Sink> next, const Image& image, const Report& report,
               std::chrono::milliseconds interval, Told told);

    Result<void> take(Item& item) override;

    Result<void> finish() override { return next_->finish(); }

  private:
    Result<void> write_back();

    std::unique_ptr<Sink> next_;
    const Image& image_;
    const Report& report_;
    std::chrono::milliseconds interval_;
    Told told_;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace lkl::fs
