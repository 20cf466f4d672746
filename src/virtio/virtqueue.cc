// SPDX-License-Identifier: GPL-2.0
// Taking chains off a split virtqueue, and giving them back.
#include "virtio/virtqueue.hh"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>

namespace lkl {

namespace {

using virtio::Descriptor;

// The words of the rings are shared with a kernel that may run meanwhile. A relaxed atomic load
// also keeps the compiler from loading a word again after it was checked.
template <typename T>
std::atomic_ref<T> word(std::span<std::byte> bytes, std::size_t offset) {
    return std::atomic_ref<T>(*reinterpret_cast<T*>(bytes.data() + offset));
}

bool aligned(const std::span<std::byte>& bytes, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment == 0;
}

Descriptor load_descriptor(std::span<std::byte> table, std::size_t index) {
    const std::size_t offset = index * sizeof(Descriptor);
    const std::array<std::uint64_t, 2> halves = {
        word<std::uint64_t>(table, offset).load(std::memory_order_relaxed),
        word<std::uint64_t>(table, offset + 8).load(std::memory_order_relaxed)};
    return std::bit_cast<Descriptor>(halves);
}

}  // namespace

bool Virtqueue::fail(const char* why) {
    error_ = why;
    return false;
}

bool Virtqueue::start(const GuestMemory& memory, const VirtqueueAddresses& addresses,
                      std::uint32_t size, std::uint64_t features) {
    *this = Virtqueue();
    if (size == 0 || size > 32768 || !std::has_single_bit(size)) {
        return fail("the queue's size is not a power of two up to 32768");
    }
    descriptors_ = memory.at(addresses.descriptors, sizeof(Descriptor) * size);
    avail_ = memory.at(addresses.driver, virtio::avail_bytes(size));
    used_ = memory.at(addresses.device, virtio::used_bytes(size));
    if (descriptors_.empty() || avail_.empty() || used_.empty()) {
        return fail("a part of the queue lies outside of memory");
    }
    if (memory.writable_at(addresses.device, used_.size()).empty()) {
        return fail("the used ring lies in read-only memory");
    }
    if (!aligned(descriptors_, 16) || !aligned(avail_, 2) || !aligned(used_, 4)) {
        return fail("a part of the queue is misaligned");
    }
    memory_ = memory;
    size_ = static_cast<std::uint16_t>(size);
    event_index_ = (features & virtio::kFeatureEventIndex) != 0;
    indirect_ = (features & virtio::kFeatureIndirect) != 0;
    return true;
}

Virtqueue::Next Virtqueue::pop(DescriptorChain& chain) {
    if (broken() || !started()) {
        return broken() ? Next::broken : Next::empty;
    }
    const auto avail_index = word<std::uint16_t>(avail_, virtio::kAvailIndex);
    std::uint16_t available = avail_index.load(std::memory_order_acquire);
    if (available == next_avail_ && event_index_) {
        // 2.7.10: ask for a notification of the next chain, then look again, since the driver may
        // have added one before it saw the request.
        const std::size_t event = virtio::used_bytes(size_) - 2;
        word<std::uint16_t>(used_, event).store(next_avail_, std::memory_order_seq_cst);
        available = avail_index.load(std::memory_order_seq_cst);
    }
    if (available == next_avail_) {
        return Next::empty;
    }
    if (static_cast<std::uint16_t>(available - next_avail_) > size_) {
        fail("the available index is more than the queue's size ahead");
        return Next::broken;
    }
    if (in_flight_ == size_) {
        fail("more chains are available than the queue has descriptors");
        return Next::broken;
    }
    const std::size_t slot = virtio::kAvailRing + 2 * std::size_t(next_avail_ % size_);
    const auto head = word<std::uint16_t>(avail_, slot).load(std::memory_order_relaxed);
    chain.reset(head);
    if (!walk(descriptors_, head, false, chain)) {
        return Next::broken;
    }
    ++next_avail_;
    ++in_flight_;
    return Next::chain;
}

bool Virtqueue::walk(std::span<std::byte> table, std::uint16_t index, bool indirect,
                     DescriptorChain& chain) {
    const std::size_t count = table.size() / sizeof(Descriptor);
    for (std::size_t steps = 0; steps < count; ++steps) {
        if (index >= count) {
            return fail("a descriptor index is beyond the table");
        }
        const Descriptor descriptor = load_descriptor(table, index);
        if ((descriptor.flags & virtio::kDescriptorIndirect) != 0) {
            return indirect ? fail("an indirect table contains an indirect descriptor")
                            : walk_indirect(descriptor, chain);
        }
        if (!append(descriptor, chain)) {
            return false;
        }
        if ((descriptor.flags & virtio::kDescriptorNext) == 0) {
            return true;
        }
        index = descriptor.next;
    }
    return fail("a descriptor chain has a loop");
}

// 2.7.5.3: an indirect table may end a chain of ordinary descriptors; its write flag means nothing.
bool Virtqueue::walk_indirect(const Descriptor& descriptor, DescriptorChain& chain) {
    if (!indirect_) {
        return fail("an indirect descriptor without the feature");
    }
    if ((descriptor.flags & virtio::kDescriptorNext) != 0) {
        return fail("an indirect descriptor has a next one");
    }
    if (descriptor.length == 0 || descriptor.length % sizeof(Descriptor) != 0) {
        return fail("an indirect table's length is not a number of descriptors");
    }
    const std::span<std::byte> table = memory_.at(descriptor.address, descriptor.length);
    if (table.empty()) {
        return fail("an indirect table lies outside of memory");
    }
    if (!aligned(table, 8)) {
        return fail("an indirect table is misaligned");
    }
    return walk(table, 0, true, chain);
}

bool Virtqueue::append(const Descriptor& descriptor, DescriptorChain& chain) {
    const bool writable = (descriptor.flags & virtio::kDescriptorWrite) != 0;
    if (descriptor.length == 0) {
        return fail("a descriptor has no length");
    }
    const std::span<std::byte> bytes = memory_.at(descriptor.address, descriptor.length);
    if (bytes.empty()) {
        return fail("a descriptor's buffer lies outside of memory");
    }
    if (writable && memory_.writable_at(descriptor.address, descriptor.length).empty()) {
        return fail("a buffer for the device to write lies in read-only memory");
    }
    if (!writable && chain.writable_bytes() != 0) {
        return fail("a chain has a readable descriptor after a writable one");
    }
    if (chain.segments() == kMaxSegments) {
        return fail("a chain has too many descriptors");
    }
    if (chain.readable_bytes() + chain.writable_bytes() + bytes.size() > UINT32_MAX) {
        return fail("a chain is longer than 4 GiB");
    }
    chain.append(bytes, writable);
    return true;
}

void Virtqueue::push(std::uint16_t head, std::uint32_t written) {
    if (broken() || in_flight_ == 0) {
        return;
    }
    const std::size_t slot =
        virtio::kUsedRing + sizeof(virtio::UsedElement) * std::size_t(next_used_ % size_);
    word<std::uint32_t>(used_, slot).store(head, std::memory_order_relaxed);
    word<std::uint32_t>(used_, slot + 4).store(written, std::memory_order_relaxed);
    ++next_used_;
    --in_flight_;
}

bool Virtqueue::publish() {
    if (broken() || next_used_ == published_used_) {
        return false;
    }
    const std::uint16_t before = published_used_;
    published_used_ = next_used_;
    // The driver writes used_event (or the flag) and then looks at the index: one of the two sees
    // the other's store, since all four are in one order.
    word<std::uint16_t>(used_, virtio::kUsedIndex).store(next_used_, std::memory_order_seq_cst);
    if (!event_index_) {
        const auto flags = word<std::uint16_t>(avail_, virtio::kAvailFlags);
        return (flags.load(std::memory_order_seq_cst) & virtio::kAvailNoInterrupt) == 0;
    }
    const std::size_t event = virtio::avail_bytes(size_) - 2;
    return virtio::passed_event(word<std::uint16_t>(avail_, event).load(std::memory_order_seq_cst),
                                next_used_, before);
}

}  // namespace lkl
