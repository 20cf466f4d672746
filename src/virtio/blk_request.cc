// SPDX-License-Identifier: GPL-2.0
// The block device's requests: from a descriptor chain to the back end's requests and a status.
#include "virtio/blk_request.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace lkl {

using namespace virtio;

// 5.2.6: a header to read, a status byte to write last, and data of either kind in between; where
// the descriptors begin and end means nothing. A chain without the two cannot even be refused.
bool VirtioBlk::parse(Request& request) {
    if (!request.chain.take_readable(std::as_writable_bytes(std::span(&request.header, 1)))) {
        transport_->fail("a block request has no header");
        return false;
    }
    request.status = request.chain.take_last_writable();
    if (request.status == nullptr) {
        transport_->fail("a block request has no room for its status");
        return false;
    }
    request.data_bytes = 0;
    request.flush_after = false;
    request.ranges.clear();
    request.segments = {};
    return true;
}

int VirtioBlk::start(Request& request) {
    switch (request.header.type) {
        case kBlkIn:
        case kBlkOut:
            return start_transfer(request);
        case kBlkFlushRequest:
            return start_flush(request);
        case kBlkGetId:
            return answer_identity(request);
        case kBlkDiscardRequest:
        case kBlkWriteZeroesRequest:
            return start_ranges(request);
        default:
            return EOPNOTSUPP;
    }
}

int VirtioBlk::start_flush(Request& request) {
    request.op = BlockOp::flush;
    request.offset = request.length = 0;
    request.segments = {};
    return submit(request);
}

int VirtioBlk::start_transfer(Request& request) {
    const bool read = request.header.type == kBlkIn;
    request.op = read ? BlockOp::read : BlockOp::write;
    request.segments = read ? request.chain.writable() : request.chain.readable();
    request.length = read ? request.chain.writable_bytes() : request.chain.readable_bytes();
    if (request.header.sector > UINT64_MAX / kBlkSector) {
        return EINVAL;
    }
    request.offset = request.header.sector * kBlkSector;
    request.flush_after = !read && write_through_;
    const int error = submit(request);
    if (read && (error == 0 || error == kBlockPending)) {
        request.data_bytes = static_cast<std::uint32_t>(request.length);
    }
    return error == kBlockPending ? error : next_step(request, error);
}

int VirtioBlk::start_ranges(Request& request) {
    const std::uint64_t bytes = request.chain.readable_bytes();
    const std::uint64_t count = bytes / sizeof(BlkRange);
    if (bytes % sizeof(BlkRange) != 0 || count == 0 || count > config_.max_discard_seg) {
        return EINVAL;
    }
    request.ranges.resize(count);
    request.chain.take_readable(std::as_writable_bytes(std::span(request.ranges)));
    request.next_range = 0;
    const bool discard = request.header.type == kBlkDiscardRequest;
    // 5.2.6.2: unknown flags are not supported, and a discard has none.
    const std::uint32_t known = discard ? 0 : kBlkRangeUnmap;
    if (std::ranges::any_of(request.ranges,
                            [&](const BlkRange& range) { return (range.flags & ~known) != 0; })) {
        return EOPNOTSUPP;
    }
    request.op = discard ? BlockOp::discard : BlockOp::write_zeroes;
    return next_step(request, 0);
}

// What follows when a part of a request is done with `error`.
int VirtioBlk::next_step(Request& request, int error) {
    while (error == 0 && request.next_range < request.ranges.size()) {
        error = next_range(request);
    }
    if (error == 0 && request.flush_after) {
        request.flush_after = false;
        error = start_flush(request);
    }
    return error;
}

int VirtioBlk::next_range(Request& request) {
    const BlkRange& range = request.ranges[request.next_range++];
    if (range.sector > UINT64_MAX / kBlkSector || range.sectors > config_.max_discard_sectors) {
        return EINVAL;
    }
    request.offset = range.sector * kBlkSector;
    request.length = std::uint64_t{range.sectors} * kBlkSector;
    request.may_unmap = (range.flags & kBlkRangeUnmap) != 0;
    request.flush_after = write_through_ && request.op == BlockOp::write_zeroes;
    return submit(request);
}

int VirtioBlk::submit(Request& request) {
    int error = check_block_request(backend_->info(), request);
    if (error == 0) {
        error = backend_->submit(request);
        report(request, error);
    }
    return error;
}

// 5.2.6.1: up to 20 bytes, filled up with zeroes.
int VirtioBlk::answer_identity(Request& request) {
    const std::string& identity =
        options_.identity.empty() ? backend_->info().identity : options_.identity;
    std::array<std::byte, kBlkIdBytes> id{};
    std::memcpy(id.data(), identity.data(), std::min(identity.size(), id.size()));
    request.data_bytes = static_cast<std::uint32_t>(request.chain.put_writable(id));
    return 0;
}

void VirtioBlk::report(const Request& request, int error) const {
    if (error == 0 || error == kBlockPending || !options_.on_error) {
        return;
    }
    const char* const what = request.op == BlockOp::read      ? "read"
                             : request.op == BlockOp::write   ? "write"
                             : request.op == BlockOp::flush   ? "flush"
                             : request.op == BlockOp::discard ? "discard"
                                                              : "write zeroes";
    std::string where = options_.identity.empty() ? backend_->info().identity : options_.identity;
    if (request.op != BlockOp::flush) {
        where +=
            ", " + std::to_string(request.length) + " bytes at " + std::to_string(request.offset);
    }
    options_.on_error(Error::host(error, what, std::move(where)));
}

}  // namespace lkl
