// SPDX-License-Identifier: GPL-2.0
// The disk that trusts no device.
#include "checked_disk.hh"

#include <algorithm>
#include <cstring>

#include "base/check.hh"

namespace lkl::fuzz {

CheckedDisk::CheckedDisk(std::span<std::byte> memory, bool read_only)
    : memory_(memory), bytes_(kBytes) {
    info_.size = kBytes;
    info_.read_only = read_only;
    info_.can_discard = info_.can_write_zeroes = !read_only;
    info_.identity = "fuzz";
    restore();
}

void CheckedDisk::restore() {
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        bytes_[i] = original(i);
    }
}

void CheckedDisk::check(const BlockRequest& request) const {
    LKL_CHECK(request.op == BlockOp::read || request.op == BlockOp::flush || !info_.read_only);
    LKL_CHECK(request.offset % 512 == 0 && request.length % 512 == 0);
    LKL_CHECK(request.offset <= kBytes && request.length <= kBytes - request.offset);
    if (request.op != BlockOp::read && request.op != BlockOp::write) {
        LKL_CHECK(request.segments.empty());
        return;
    }
    std::uint64_t sum = 0;
    for (const iovec& segment : request.segments) {
        const auto* const start = static_cast<const std::byte*>(segment.iov_base);
        LKL_CHECK(segment.iov_len > 0);
        LKL_CHECK(start >= memory_.data() && start < memory_.data() + memory_.size());
        const auto room = static_cast<std::size_t>(memory_.data() + memory_.size() - start);
        LKL_CHECK(segment.iov_len <= room);
        sum += segment.iov_len;
    }
    LKL_CHECK(sum == request.length);
}

int CheckedDisk::perform(const BlockRequest& request) {
    if (error_ != 0) {
        return error_;
    }
    std::byte* at = bytes_.data() + request.offset;
    if (request.op == BlockOp::write_zeroes || request.op == BlockOp::discard) {
        std::fill_n(at, request.length, std::byte{0});
        return 0;
    }
    for (const iovec& segment : request.segments) {
        const bool read = request.op == BlockOp::read;
        std::memmove(read ? segment.iov_base : at, read ? at : segment.iov_base, segment.iov_len);
        at += segment.iov_len;
    }
    return 0;
}

int CheckedDisk::submit(BlockRequest& request) {
    check(request);
    if (later_) {
        waiting_.push_back(&request);
        return kBlockPending;
    }
    return perform(request);
}

void CheckedDisk::complete_one(std::size_t which) {
    if (waiting_.empty()) {
        return;
    }
    const std::size_t index = which % waiting_.size();
    BlockRequest& request = *waiting_[index];
    waiting_.erase(waiting_.begin() + static_cast<long>(index));
    check(request);  // the submitter has left it alone meanwhile
    request.completed(perform(request));
}

void CheckedDisk::drain() {
    later_ = false;
    while (!waiting_.empty()) {
        complete_one(0);
    }
}

}  // namespace lkl::fuzz
