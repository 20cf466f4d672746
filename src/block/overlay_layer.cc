// SPDX-License-Identifier: GPL-2.0
// The sparse store of a copy-on-write overlay.
#include "block/overlay_layer.hh"

#include <fcntl.h>
#include <linux/falloc.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace lkl {

namespace {

// The part of [offset, offset + length) that lies in the first chunk.
std::uint64_t within_chunk(std::uint64_t offset, std::uint64_t length) {
    return std::min(length, OverlayLayer::kChunk - offset % OverlayLayer::kChunk);
}

std::size_t sector_in_chunk(std::uint64_t offset) {
    return offset % OverlayLayer::kChunk / OverlayLayer::kSector;
}

// Calls `change(word, mask)` for the bits [first, first + count).
template <typename Change>
void for_words(std::size_t first, std::size_t count, Change change) {
    while (count > 0) {
        const std::size_t bit = first % 64;
        const std::size_t here = std::min<std::size_t>(count, 64 - bit);
        const std::uint64_t ones = here == 64 ? ~0ULL : (1ULL << here) - 1;
        change(first / 64, ones << bit);
        first += here;
        count -= here;
    }
}

}  // namespace

OverlayLayer::State OverlayLayer::state_of(const Chunk& chunk, std::size_t sector) {
    const std::uint64_t mask = 1ULL << (sector % 64);
    if ((chunk.present[sector / 64] & mask) == 0) {
        return State::absent;
    }
    return (chunk.zero[sector / 64] & mask) != 0 ? State::zero : State::data;
}

OverlayLayer::Run OverlayLayer::run_at(std::uint64_t offset, std::uint64_t limit) const {
    Run run{State::absent, 0};
    const auto end = offset + limit;
    for (; offset + run.length < end;) {
        const std::uint64_t at = offset + run.length;
        const auto found = chunks_.find(at / kChunk);
        if (found == chunks_.end()) {
            if (run.length > 0 && run.state != State::absent) {
                return run;
            }
            run.length += within_chunk(at, end - at);
            continue;
        }
        if (run.length == 0) {
            run.state = state_of(found->second, sector_in_chunk(at));
        }
        const std::uint64_t here = within_chunk(at, end - at);
        std::uint64_t same = 0;
        while (same < here && state_of(found->second, sector_in_chunk(at + same)) == run.state) {
            same += kSector;
        }
        run.length += same;
        // Data ends with its chunk: the next one's bytes lie elsewhere.
        if (same < here || run.state == State::data) {
            return run;
        }
    }
    return run;
}

int OverlayLayer::read(std::uint64_t offset, std::span<std::byte> to) const {
    if (in_memory()) {
        while (!to.empty()) {
            const std::uint64_t here = within_chunk(offset, to.size());
            std::memcpy(to.data(), chunks_.at(offset / kChunk).bytes.get() + offset % kChunk, here);
            offset += here;
            to = to.subspan(here);
        }
        return 0;
    }
    while (!to.empty()) {
        const ssize_t bytes = pread(file_.get(), to.data(), to.size(), static_cast<off_t>(offset));
        if (bytes <= 0 && (bytes == 0 || errno != EINTR)) {
            return bytes == 0 ? EIO : errno;
        }
        const auto moved = static_cast<std::size_t>(std::max<ssize_t>(bytes, 0));
        offset += moved;
        to = to.subspan(moved);
    }
    return 0;
}

int OverlayLayer::write(std::uint64_t offset, std::span<const std::byte> from) {
    try {
        while (!from.empty()) {
            const std::uint64_t here = within_chunk(offset, from.size());
            const int error = write_part(offset, from.first(here));
            if (error != 0) {
                return error;
            }
            offset += here;
            from = from.subspan(here);
        }
        return 0;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

int OverlayLayer::write_part(std::uint64_t offset, std::span<const std::byte> from) {
    Chunk& chunk = chunks_[offset / kChunk];
    if (in_memory()) {
        if (chunk.bytes == nullptr) {
            // Not cleared, so that pages without data are never touched: the bits say what counts.
            chunk.bytes.reset(new std::byte[kChunk]);
        }
        std::memcpy(chunk.bytes.get() + offset % kChunk, from.data(), from.size());
    } else {
        std::size_t done = 0;
        while (done < from.size()) {
            const ssize_t bytes = pwrite(file_.get(), from.data() + done, from.size() - done,
                                         static_cast<off_t>(offset + done));
            if (bytes < 0 && errno != EINTR) {
                return errno;
            }
            done += static_cast<std::size_t>(std::max<ssize_t>(bytes, 0));
        }
    }
    for_words(sector_in_chunk(offset), from.size() / kSector,
              [&](std::size_t word, std::uint64_t mask) {
                  chunk.present[word] |= mask;
                  chunk.zero[word] &= ~mask;
              });
    return 0;
}

int OverlayLayer::mark_zero(std::uint64_t offset, std::uint64_t length) {
    Chunk& chunk = chunks_[offset / kChunk];
    for_words(sector_in_chunk(offset), length / kSector, [&](std::size_t word, std::uint64_t mask) {
        chunk.present[word] |= mask;
        chunk.zero[word] |= mask;
    });
    if (chunk.present == chunk.zero) {
        chunk.bytes.reset();
    }
    return punch(offset, length);
}

// The file's space is given back where that is possible; the bits already say that it is zeroes.
int OverlayLayer::punch(std::uint64_t offset, std::uint64_t length) {
    if (!in_memory()) {
        fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  static_cast<off_t>(offset), static_cast<off_t>(length));
    }
    return 0;
}

int OverlayLayer::write_zeroes(std::uint64_t offset, std::uint64_t length) {
    try {
        while (length > 0) {
            const std::uint64_t here = within_chunk(offset, length);
            mark_zero(offset, here);
            offset += here;
            length -= here;
        }
        return 0;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

int OverlayLayer::discard(std::uint64_t offset, std::uint64_t length) {
    while (length > 0) {
        const Run run = run_at(offset, length);
        if (run.state == State::data) {
            mark_zero(offset, within_chunk(offset, run.length));
        }
        offset += run.length;
        length -= run.length;
    }
    return 0;
}

}  // namespace lkl
