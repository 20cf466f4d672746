// SPDX-License-Identifier: GPL-2.0
// A throw-away write layer over another back end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.hh"
#include "base/result.hh"
#include "block/overlay_layer.hh"
#include "virtio/block_backend.hh"

namespace lkl {

// Reads what was written here from the layer and all else from `base`, which sees no write, flush
// or discard. Whatever was written is gone with the object. Whole sectors are copied on write, so
// nothing is ever read in order to write. The layer's own errors: ENOMEM, ENOSPC.
class OverlayBackend final : public BlockBackend {
  public:
    // The layer lies in memory, and only what is written takes any. A child of a fork has its own
    // copy of it.
    static std::unique_ptr<BlockBackend> in_memory(std::unique_ptr<BlockBackend> base);

    // The layer lies in an unnamed file in `directory`. Errors: the host's.
    static Result<std::unique_ptr<BlockBackend>> in_file(std::unique_ptr<BlockBackend> base,
                                                         const std::string& directory);

    OverlayBackend(std::unique_ptr<BlockBackend> base, OverlayLayer layer);
    ~OverlayBackend() override;

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    void attach(EventLoop* loop) override { base_->attach(loop); }

    void detach() override { base_->detach(); }

    int submit(BlockRequest& request) override;

    void kick() override { base_->kick(); }

    void drain() override { base_->drain(); }

    void reopen_in_child() override { base_->reopen_in_child(); }

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override;

  private:
    struct Part;
    struct Split;

    int read(BlockRequest& request) LKL_REQUIRES(mutex_);
    int read_split(BlockRequest& request) LKL_REQUIRES(mutex_);
    int read_below(Split& split, BlockRequest& request, std::uint64_t offset, std::uint64_t length)
        LKL_REQUIRES(mutex_);
    int write(const BlockRequest& request) LKL_REQUIRES(mutex_);
    Split& take_split() LKL_REQUIRES(mutex_);
    void part_completed(Split& split, int error) LKL_EXCLUDES(mutex_);

    const std::unique_ptr<BlockBackend> base_;
    BlockInfo info_;
    Mutex mutex_;  // taken before the locks of `base`
    OverlayLayer layer_ LKL_GUARDED_BY(mutex_);
    std::vector<std::unique_ptr<Split>> splits_ LKL_GUARDED_BY(mutex_);  // all there are
    std::vector<Split*> free_splits_ LKL_GUARDED_BY(mutex_);
};

}  // namespace lkl
