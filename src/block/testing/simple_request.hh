// SPDX-License-Identifier: GPL-2.0
// Requests to a back end without a device in between.
#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

#include "virtio/block_backend.hh"

namespace lkl::testing {

// One request; counts its completions. Reusable after it is done.
class SimpleRequest final : public BlockRequest {
  public:
    void completed(int with) override {
        error_.store(with);
        completions_.fetch_add(1);
    }

    // The result: kBlockPending as long as there is none.
    [[nodiscard]] int error() const { return error_.load(); }

    [[nodiscard]] int completions() const { return completions_.load(); }

    int submit_to(BlockBackend& backend) {
        error_.store(kBlockPending);
        const int error = backend.submit(*this);
        if (error != kBlockPending) {
            error_.store(error);
        }
        return error;
    }

    // A read into or write from `bytes`, as pieces of `piece` bytes (the last may be shorter).
    void transfer(BlockOp what, std::uint64_t at, std::span<std::byte> bytes,
                  std::size_t piece = SIZE_MAX) {
        op = what;
        offset = at;
        length = bytes.size();
        pieces_.clear();
        while (!bytes.empty()) {
            const std::size_t here = std::min(piece, bytes.size());
            pieces_.push_back({bytes.data(), here});
            bytes = bytes.subspan(here);
        }
        segments = pieces_;
    }

    void range(BlockOp what, std::uint64_t at, std::uint64_t bytes, bool unmap = false) {
        op = what;
        offset = at;
        length = bytes;
        may_unmap = unmap;
        segments = {};
    }

  private:
    std::vector<iovec> pieces_;
    std::atomic<int> error_{kBlockPending};
    std::atomic<int> completions_{0};
};

// Does one request without a loop; its result.
inline int do_transfer(BlockBackend& backend, BlockOp op, std::uint64_t at,
                       std::span<std::byte> bytes, std::size_t piece = SIZE_MAX) {
    SimpleRequest request;
    request.transfer(op, at, bytes, piece);
    request.submit_to(backend);
    backend.kick();
    backend.drain();
    return request.error();
}

inline int do_range(BlockBackend& backend, BlockOp op, std::uint64_t at, std::uint64_t bytes,
                    bool unmap = false) {
    SimpleRequest request;
    request.range(op, at, bytes, unmap);
    request.submit_to(backend);
    backend.kick();
    backend.drain();
    return request.error();
}

inline std::vector<std::byte> do_read(BlockBackend& backend, std::uint64_t at, std::size_t bytes) {
    std::vector<std::byte> result(bytes, std::byte{0xcc});
    if (do_transfer(backend, BlockOp::read, at, result) != 0) {
        result.clear();
    }
    return result;
}

}  // namespace lkl::testing
