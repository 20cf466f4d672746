// SPDX-License-Identifier: GPL-2.0
// A disk for fuzzing that ends the process when a device asks it for what it must not.
#pragma once

#include <vector>

#include "virtio/block_backend.hh"

namespace lkl::fuzz {

// Every request must lie within the disk, be whole sectors, and have segments within `memory` whose
// sum is its length; else LKL_CHECK ends the process. Some requests are answered later and in any
// order.
class CheckedDisk final : public BlockBackend {
  public:
    static constexpr std::size_t kBytes = 64 * 1024;

    CheckedDisk(std::span<std::byte> memory, bool read_only);

    // The next requests: answered later, and with this errno.
    void set_mood(bool later, int error) {
        later_ = later;
        error_ = error;
    }

    // Answers one of the waiting requests, if any.
    void complete_one(std::size_t which);

    // Sector by sector, what a disk that nobody has written to holds.
    static std::byte original(std::size_t offset) {
        return static_cast<std::byte>(offset / 512 + 1);
    }

    // Puts that back.
    void restore();

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override;
    void drain() override;

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override {
        return self;
    }

  private:
    void check(const BlockRequest& request) const;
    int perform(const BlockRequest& request);

    const std::span<std::byte> memory_;
    BlockInfo info_;
    std::vector<std::byte> bytes_;
    std::vector<BlockRequest*> waiting_;
    bool later_ = false;
    int error_ = 0;
};

}  // namespace lkl::fuzz
