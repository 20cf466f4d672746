// SPDX-License-Identifier: GPL-2.0
// A back end that nothing can be written to.
#pragma once

#include "virtio/block_backend.hh"

namespace lkl {

// Passes reads on and answers everything that writes with EROFS.
class ReadOnlyBackend final : public BlockBackend {
  public:
    explicit ReadOnlyBackend(std::unique_ptr<BlockBackend> base);

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    void attach(EventLoop* loop) override { base_->attach(loop); }

    void detach() override { base_->detach(); }

    int submit(BlockRequest& request) override;

    void kick() override { base_->kick(); }

    void drain() override { base_->drain(); }

    void refresh_size() override;

    void reopen_in_child() override { base_->reopen_in_child(); }

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override;

  private:
    const std::unique_ptr<BlockBackend> base_;
    BlockInfo info_;
};

}  // namespace lkl
