// SPDX-License-Identifier: GPL-2.0
// The three ways to keep a child's writes from its parent.
#include "block/forked.hh"

#include <cerrno>

#include "block/overlay_backend.hh"
#include "block/read_only_backend.hh"

namespace lkl {

namespace {

// Keeps a back end, so that its description stays, and answers nothing.
class DeadBackend final : public BlockBackend {
  public:
    explicit DeadBackend(std::unique_ptr<BlockBackend> base) : base_(std::move(base)) {}

    [[nodiscard]] const BlockInfo& info() const override { return base_->info(); }

    void detach() override { base_->detach(); }

    int submit(BlockRequest& /*request*/) override { return EIO; }

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override {
        return self;
    }

  private:
    const std::unique_ptr<BlockBackend> base_;
};

}  // namespace

std::unique_ptr<BlockBackend> forked(std::unique_ptr<BlockBackend> backend, ForkMode mode) {
    switch (mode) {
        case ForkMode::overlay:
            return OverlayBackend::in_memory(std::move(backend));
        case ForkMode::read_only:
            return std::make_unique<ReadOnlyBackend>(std::move(backend));
        case ForkMode::fail:
            break;
    }
    return std::make_unique<DeadBackend>(std::move(backend));
}

}  // namespace lkl
