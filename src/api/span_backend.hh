// SPDX-License-Identifier: GPL-2.0
// Memory of the application as a block device.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "virtio/block_backend.hh"

namespace lkl {

// Serves requests by memcpy within submit(). `memory` must outlive it; its tail that does not fill
// a sector of 512 bytes is not shown. A child of a fork has its own copy of the memory, so that
// nothing it writes reaches the parent (memory that is shared between processes excepted).
class SpanBackend final : public BlockBackend {
  public:
    SpanBackend(std::span<std::byte> memory, bool read_only);

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override;

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override {
        return self;
    }

  private:
    const std::span<std::byte> memory_;
    BlockInfo info_;
};

}  // namespace lkl
