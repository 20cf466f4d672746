// SPDX-License-Identifier: GPL-2.0
// Reads that are put together from a layer and what lies below it.
#include "block/overlay_backend.hh"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "block/forked.hh"

namespace lkl {

// A part of a read that `base` answers.
struct OverlayBackend::Part final : BlockRequest {
    explicit Part(Split& owner) : split(&owner) {}

    void completed(int error) override;

    Split* split;
    std::vector<iovec> iovecs;
};

// A read on its way, and its parts. Kept and used again.
struct OverlayBackend::Split {
    explicit Split(OverlayBackend& owner) : overlay(&owner) {}

    OverlayBackend* overlay;
    BlockRequest* whole = nullptr;
    std::vector<std::unique_ptr<Part>> parts;
    std::size_t used = 0;
    unsigned unfinished = 0;  // parts in flight, and one for submit() itself
    int error = 0;
};

void OverlayBackend::Part::completed(int error) {
    split->overlay->part_completed(*split, error);
}

std::unique_ptr<BlockBackend> OverlayBackend::in_memory(std::unique_ptr<BlockBackend> base) {
    return std::make_unique<OverlayBackend>(std::move(base), OverlayLayer());
}

namespace {

// A file that has no name, or none any more.
UniqueFd make_nameless_file(const std::string& directory) {
    UniqueFd fd(open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!fd && errno == EOPNOTSUPP) {
        std::string name = directory + "/lkl-overlay-XXXXXX";
        fd = UniqueFd(mkostemp(name.data(), O_CLOEXEC));
        if (fd) {
            unlink(name.c_str());
        }
    }
    return fd;
}

}  // namespace

Result<std::unique_ptr<BlockBackend>> OverlayBackend::in_file(std::unique_ptr<BlockBackend> base,
                                                              const std::string& directory) {
    UniqueFd fd = make_nameless_file(directory);
    if (!fd) {
        return Error::host(errno, "make a temporary file in", directory);
    }
    return std::unique_ptr<BlockBackend>(
        std::make_unique<OverlayBackend>(std::move(base), OverlayLayer(std::move(fd))));
}

OverlayBackend::OverlayBackend(std::unique_ptr<BlockBackend> base, OverlayLayer layer)
    : base_(std::move(base)), info_(base_->info()), layer_(std::move(layer)) {
    info_.read_only = false;
    info_.can_discard = info_.can_write_zeroes = true;
}

OverlayBackend::~OverlayBackend() = default;

int OverlayBackend::submit(BlockRequest& request) {
    const MutexLock lock(mutex_);
    switch (request.op) {
        case BlockOp::read:
            return read(request);
        case BlockOp::write:
            return write(request);
        case BlockOp::flush:
            return 0;  // nothing of this outlives the process
        case BlockOp::discard:
            return layer_.discard(request.offset, request.length);
        case BlockOp::write_zeroes:
            return layer_.write_zeroes(request.offset, request.length);
    }
    return EOPNOTSUPP;
}

int OverlayBackend::write(const BlockRequest& request) {
    std::uint64_t offset = request.offset;
    // Segments need not be whole sectors, but the layer's writes are: a sector that lies in several
    // segments is put together first.
    std::array<std::byte, OverlayLayer::kSector> sector{};
    std::size_t filled = 0;
    for (const iovec& segment : request.segments) {
        std::span bytes(static_cast<const std::byte*>(segment.iov_base), segment.iov_len);
        while (!bytes.empty()) {
            std::size_t here = bytes.size() - bytes.size() % sector.size();
            int error = 0;
            if (filled == 0 && here > 0) {
                error = layer_.write(offset, bytes.first(here));
                offset += here;
            } else {
                here = std::min(bytes.size(), sector.size() - filled);
                std::memcpy(sector.data() + filled, bytes.data(), here);
                filled += here;
                if (filled == sector.size()) {
                    error = layer_.write(offset, sector);
                    offset += filled;
                    filled = 0;
                }
            }
            if (error != 0) {
                return error;
            }
            bytes = bytes.subspan(here);
        }
    }
    return 0;
}

int OverlayBackend::read(BlockRequest& request) {
    const OverlayLayer::Run run = layer_.run_at(request.offset, request.length);
    if (run.state == OverlayLayer::State::absent && run.length == request.length) {
        return base_->submit(request);  // all of it lies below: `base` completes it itself
    }
    return read_split(request);
}

namespace {

// Calls `use(span)` for the next `length` bytes of the request's segments, and takes them off.
template <typename Use>
int consume(BlockRequest& request, std::uint64_t length, Use use) {
    int error = 0;
    while (length > 0 && error == 0) {
        iovec& segment = request.segments.front();
        const std::size_t here = std::min<std::uint64_t>(length, segment.iov_len);
        auto* const bytes = static_cast<std::byte*>(segment.iov_base);
        error = use(std::span(bytes, here));
        segment.iov_base = bytes + here;
        segment.iov_len -= here;
        length -= here;
        if (segment.iov_len == 0) {
            request.segments = request.segments.subspan(1);
        }
    }
    return error;
}

}  // namespace

int OverlayBackend::read_split(BlockRequest& request) {
    Split& split = take_split();
    split.whole = &request;
    const OverlayLayer* const layer = &layer_;  // for the function below: the lock is held
    std::uint64_t offset = request.offset;
    const std::uint64_t end = request.offset + request.length;
    while (offset < end && split.error == 0) {
        const OverlayLayer::Run run = layer_.run_at(offset, end - offset);
        std::uint64_t at = offset;
        switch (run.state) {
            case OverlayLayer::State::absent:
                split.error = read_below(split, request, offset, run.length);
                break;
            case OverlayLayer::State::zero:
                consume(request, run.length, [](std::span<std::byte> bytes) {
                    std::ranges::fill(bytes, std::byte{0});
                    return 0;
                });
                break;
            case OverlayLayer::State::data:
                split.error = consume(request, run.length, [&](std::span<std::byte> bytes) {
                    const int error = layer->read(at, bytes);
                    at += bytes.size();
                    return error;
                });
                break;
        }
        offset += run.length;
    }
    if (--split.unfinished > 0) {
        return kBlockPending;
    }
    free_splits_.push_back(&split);
    return split.error;
}

int OverlayBackend::read_below(Split& split, BlockRequest& request, std::uint64_t offset,
                               std::uint64_t length) {
    if (split.used == split.parts.size()) {
        split.parts.push_back(std::make_unique<Part>(split));
    }
    Part& part = *split.parts[split.used++];
    part.iovecs.clear();
    consume(request, length, [&](std::span<std::byte> bytes) {
        part.iovecs.push_back({bytes.data(), bytes.size()});
        return 0;
    });
    part.op = BlockOp::read;
    part.offset = offset;
    part.length = length;
    part.segments = part.iovecs;
    const int error = base_->submit(part);
    if (error == kBlockPending) {
        ++split.unfinished;
        return 0;
    }
    return error;
}

OverlayBackend::Split& OverlayBackend::take_split() {
    if (free_splits_.empty()) {
        splits_.push_back(std::make_unique<Split>(*this));
        free_splits_.push_back(splits_.back().get());
    }
    Split& split = *free_splits_.back();
    free_splits_.pop_back();
    split.used = 0;
    split.unfinished = 1;
    split.error = 0;
    return split;
}

void OverlayBackend::part_completed(Split& split, int error) {
    BlockRequest* whole = nullptr;
    {
        const MutexLock lock(mutex_);
        split.error = split.error != 0 ? split.error : error;
        if (--split.unfinished > 0) {
            return;
        }
        whole = split.whole;
        error = split.error;
        free_splits_.push_back(&split);
    }
    whole->completed(error);
}

// The layer in memory is the child's own; a file is shared with the parent.
std::unique_ptr<BlockBackend> OverlayBackend::after_fork_in_child(
    std::unique_ptr<BlockBackend> self) {
    reopen_in_child();
    const MutexLock lock(mutex_);
    return layer_.in_memory() ? std::move(self) : forked(std::move(self), ForkMode::overlay);
}

}  // namespace lkl
