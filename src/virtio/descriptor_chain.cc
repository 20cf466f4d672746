// SPDX-License-Identifier: GPL-2.0
// Walking over the segments of a descriptor chain.
#include "virtio/descriptor_chain.hh"

#include <algorithm>
#include <cstring>

namespace lkl {

namespace {

void skip(iovec& segment, std::size_t bytes) {
    segment.iov_base = static_cast<std::byte*>(segment.iov_base) + bytes;
    segment.iov_len -= bytes;
}

}  // namespace

std::span<iovec> DescriptorChain::readable() {
    return std::span(segments_).subspan(first_readable_, readable_end_ - first_readable_);
}

std::span<iovec> DescriptorChain::writable() {
    return std::span(segments_).subspan(first_writable_);
}

bool DescriptorChain::take_readable(std::span<std::byte> out) {
    if (out.size() > readable_bytes_) {
        return false;
    }
    readable_bytes_ -= out.size();
    while (!out.empty()) {
        iovec& segment = segments_[first_readable_];
        const std::size_t bytes = std::min(out.size(), segment.iov_len);
        std::memcpy(out.data(), segment.iov_base, bytes);
        skip(segment, bytes);
        out = out.subspan(bytes);
        first_readable_ += segment.iov_len == 0 ? 1 : 0;
    }
    return true;
}

std::size_t DescriptorChain::put_writable(std::span<const std::byte> data) {
    const std::size_t total = std::min<std::uint64_t>(data.size(), writable_bytes_);
    data = data.first(total);
    writable_bytes_ -= total;
    while (!data.empty()) {
        iovec& segment = segments_[first_writable_];
        const std::size_t bytes = std::min(data.size(), segment.iov_len);
        std::memcpy(segment.iov_base, data.data(), bytes);
        skip(segment, bytes);
        data = data.subspan(bytes);
        first_writable_ += segment.iov_len == 0 ? 1 : 0;
    }
    return total;
}

std::byte* DescriptorChain::take_last_writable() {
    if (writable_bytes_ == 0) {
        return nullptr;
    }
    iovec& last = segments_.back();
    std::byte* const byte = static_cast<std::byte*>(last.iov_base) + last.iov_len - 1;
    --writable_bytes_;
    if (--last.iov_len == 0) {
        segments_.pop_back();
    }
    return byte;
}

void DescriptorChain::reset(std::uint16_t head) {
    head_ = head;
    first_readable_ = first_writable_ = readable_end_ = 0;
    readable_bytes_ = writable_bytes_ = 0;
    segments_.clear();
}

void DescriptorChain::append(std::span<std::byte> bytes, bool writable) {
    segments_.push_back({bytes.data(), bytes.size()});
    if (writable) {
        writable_bytes_ += bytes.size();
    } else {
        readable_bytes_ += bytes.size();
        readable_end_ = first_writable_ = segments_.size();
    }
}

}  // namespace lkl
