// SPDX-License-Identifier: GPL-2.0
// Entropy for the kernel (virtio 1.2, 5.4.6).
#include "virtio/rng.hh"

#include <algorithm>

#include "platform/entropy.hh"
#include "virtio/virtio_mmio.hh"

namespace lkl {

namespace {

// What one chain is given at most: a driver may offer all of memory.
constexpr std::size_t kMaxBytes = 64 * 1024;

}  // namespace

void VirtioRng::notify(unsigned index) {
    Virtqueue& queue = transport_->queue(index);
    Virtqueue::Next next = queue.pop(chain_);
    for (; next == Virtqueue::Next::chain; next = queue.pop(chain_)) {
        if (chain_.readable_bytes() != 0 || chain_.writable_bytes() == 0) {
            transport_->fail("an entropy request is not only to be written");
            return;
        }
        queue.push(chain_.head(), fill());
    }
    if (next == Virtqueue::Next::broken) {
        transport_->fail(queue.error());
    }
    transport_->publish(queue);
}

std::uint32_t VirtioRng::fill() {
    std::size_t total = 0;
    for (const iovec& segment : chain_.writable()) {
        const std::size_t bytes = std::min(segment.iov_len, kMaxBytes - total);
        source_(std::span(static_cast<std::byte*>(segment.iov_base), bytes));
        total += bytes;
    }
    return static_cast<std::uint32_t>(total);
}

std::unique_ptr<MmioDevice> make_virtio_rng() {
    return std::make_unique<VirtioMmio>(
        std::make_unique<VirtioRng>([](std::span<std::byte> bytes) { fill_random(bytes); }));
}

}  // namespace lkl
