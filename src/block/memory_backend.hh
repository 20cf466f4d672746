// SPDX-License-Identifier: GPL-2.0
// A disk in memory.
#pragma once

#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "base/result.hh"
#include "virtio/block_backend.hh"

namespace lkl {

// Everything is done within submit().
class MemoryBackend final : public BlockBackend {
  public:
    // `bytes` zeroes, of which only what is written takes memory. A multiple of 512, not 0. A child
    // of a fork has its own copy. Errors: EINVAL, ENOMEM.
    static Result<std::unique_ptr<BlockBackend>> owned(std::size_t bytes,
                                                       std::string identity = "memory");

    // The caller's bytes, cut down to whole sectors of 512; at least one. They outlive the back
    // end. A child of a fork writes to a throw-away layer, since the memory may be shared.
    static Result<std::unique_ptr<BlockBackend>> borrowed(std::span<std::byte> bytes,
                                                          bool read_only = false,
                                                          std::string identity = "memory");

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override;
    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override;

  private:
    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };

    using Owned = std::unique_ptr<std::byte, Free>;

    MemoryBackend(Owned owned, std::span<std::byte> bytes, bool read_only, std::string identity);

    const Owned owned_;
    const std::span<std::byte> bytes_;
    BlockInfo info_;
};

}  // namespace lkl
