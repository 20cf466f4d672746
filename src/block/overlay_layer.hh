// SPDX-License-Identifier: GPL-2.0
// What has been written over a read-only disk: which sectors, and their bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>

#include "base/unique_fd.hh"

namespace lkl {

// Sparse: costs memory for what was written only. The bytes lie in memory, or in a file at their
// offset on the disk. Offsets and lengths are in bytes and whole sectors (512). Errors are Linux
// errno values. Not thread-safe.
class OverlayLayer {
  public:
    static constexpr std::uint64_t kSector = 512;
    static constexpr std::uint64_t kChunk = 256 * 1024;

    enum class State { absent, zero, data };

    struct Run {
        State state = State::absent;
        std::uint64_t length = 0;
    };

    // Bytes in memory.
    OverlayLayer() = default;

    // Bytes in an empty file that nobody else uses.
    explicit OverlayLayer(UniqueFd file) : file_(std::move(file)) {}

    [[nodiscard]] bool in_memory() const { return !file_; }

    // The sectors from `offset` on that have one state, up to `limit` bytes. May end early: the
    // next run can have the same state.
    [[nodiscard]] Run run_at(std::uint64_t offset, std::uint64_t limit) const;

    // Sectors that are all in state `data`.
    int read(std::uint64_t offset, std::span<std::byte> to) const;

    int write(std::uint64_t offset, std::span<const std::byte> from);

    int write_zeroes(std::uint64_t offset, std::uint64_t length);

    // Gives back the space of what the layer holds, which reads as zeroes from then on. What it
    // does not hold stays as it is below.
    int discard(std::uint64_t offset, std::uint64_t length);

  private:
    static constexpr std::size_t kWords = kChunk / kSector / 64;

    struct Chunk {
        std::array<std::uint64_t, kWords> present{};  // a bit a sector: the layer has it
        std::array<std::uint64_t, kWords> zero{};     // of those: it is zeroes, without bytes
        std::unique_ptr<std::byte[]> bytes;           // in memory: kChunk bytes, where any is data
    };

    static State state_of(const Chunk& chunk, std::size_t sector);
    int write_part(std::uint64_t offset, std::span<const std::byte> from);
    int mark_zero(std::uint64_t offset, std::uint64_t length);
    int punch(std::uint64_t offset, std::uint64_t length);

    std::unordered_map<std::uint64_t, Chunk> chunks_;  // by offset / kChunk
    UniqueFd file_;
};

}  // namespace lkl
