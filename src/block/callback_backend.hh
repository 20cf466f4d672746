// SPDX-License-Identifier: GPL-2.0
// A disk that the application implements.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.hh"
#include "block/forked.hh"
#include "virtio/block_backend.hh"

namespace lkl {

// What the application is asked: read into, write from, or flush (then `buffers` is empty).
struct CallbackRequest {
    BlockOp op = BlockOp::read;
    std::uint64_t sector = 0;  // of 512 bytes
    std::span<const iovec> buffers;
};

struct CallbackDisk {
    std::uint64_t capacity = 0;  // in bytes; cut down to whole sectors
    bool read_only = false;
    ForkMode fork_mode = ForkMode::overlay;

    // Does all of a request before it returns: 0, or a Linux errno (positive). Called on whichever
    // thread is inside the kernel, one call at a time, with the device locked: it must not call
    // the kernel or the device. Must not throw.
    std::function<int(const CallbackRequest&)> perform = {};

    // The capacity now, in bytes, when the device is told to look; empty: it does not change.
    std::function<std::uint64_t()> current_capacity = {};

    std::string identity = "application";
};

// Discards and write-zeroes are not offered: the kernel writes zeroes instead.
class CallbackBackend final : public BlockBackend {
  public:
    // Errors: no `perform`; less than a sector.
    static Result<std::unique_ptr<BlockBackend>> create(CallbackDisk disk);

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override;
    void refresh_size() override;
    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override;

  private:
    explicit CallbackBackend(CallbackDisk disk);

    const CallbackDisk disk_;
    BlockInfo info_;
};

}  // namespace lkl
