// SPDX-License-Identifier: GPL-2.0
// The device's side of a split virtqueue (virtio 1.2, 2.7).
#pragma once

#include <cstdint>

#include "machine/device.hh"
#include "virtio/descriptor_chain.hh"
#include "virtio/ring_layout.hh"

namespace lkl {

// Where the driver has put the three parts of a queue.
struct VirtqueueAddresses {
    std::uint64_t descriptors = 0;
    std::uint64_t driver = 0;  // the available ring
    std::uint64_t device = 0;  // the used ring
};

// Every index and descriptor is loaded from guest memory once and then checked. The first thing
// that is wrong breaks the queue: pop() says so from then on and push() does nothing, until the
// next start(). Not thread-safe: under the transport's lock.
class Virtqueue {
  public:
    enum class Next { empty, chain, broken };

    // Segments of a chain beyond which it counts as broken. Linux never comes near: its block
    // driver keeps to SEG_MAX.
    static constexpr std::size_t kMaxSegments = 1024;

    // Starts at index 0. False, and the queue is broken, if `size` is not a power of two up to
    // 32768 or a part is misaligned, not in memory, or read-only where the device writes. `memory`
    // must outlive the queue's use.
    bool start(const GuestMemory& memory, const VirtqueueAddresses& addresses, std::uint32_t size,
               std::uint64_t features);

    // Forgets the addresses; not an error if it has none.
    void stop() { *this = Virtqueue(); }

    [[nodiscard]] bool started() const { return size_ != 0; }

    [[nodiscard]] bool broken() const { return error_ != nullptr; }

    // Why the queue is broken, as a clause; nullptr if it is not.
    [[nodiscard]] const char* error() const { return error_; }

    // Chains popped and not pushed yet.
    [[nodiscard]] unsigned in_flight() const { return in_flight_; }

    // Takes the next available chain. When there is none, asks the driver to notify the next one.
    Next pop(DescriptorChain& chain);

    // Gives a chain back; `written` is the number of bytes written to its writable part. Seen by
    // the driver after publish() only.
    void push(std::uint16_t head, std::uint32_t written);

    // Makes what was pushed visible. True if the driver wants an interrupt for it.
    bool publish();

  private:
    bool fail(const char* why);
    bool walk(std::span<std::byte> table, std::uint16_t index, bool indirect,
              DescriptorChain& chain);
    bool walk_indirect(const virtio::Descriptor& descriptor, DescriptorChain& chain);
    bool append(const virtio::Descriptor& descriptor, DescriptorChain& chain);

    GuestMemory memory_;
    std::span<std::byte> descriptors_;
    std::span<std::byte> avail_;
    std::span<std::byte> used_;
    std::uint16_t size_ = 0;
    bool event_index_ = false;
    bool indirect_ = false;
    std::uint16_t next_avail_ = 0;
    std::uint16_t next_used_ = 0;
    std::uint16_t published_used_ = 0;
    unsigned in_flight_ = 0;
    const char* error_ = nullptr;
};

}  // namespace lkl
