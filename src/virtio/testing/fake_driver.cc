// SPDX-License-Identifier: GPL-2.0
// The driver's side of registers and rings, with nothing hidden.
#include "virtio/testing/fake_driver.hh"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/check.hh"
#include "virtio/mmio_registers.hh"

namespace lkl::testing {

using namespace virtio;

FakeDriver::FakeDriver(MmioDevice& device, EventLoop* loop)
    : device_(device), storage_((kMemory + 4096) / sizeof(std::uint64_t)) {
    void* start = storage_.data();
    std::size_t space = storage_.size() * sizeof(std::uint64_t);
    LKL_CHECK(std::align(4096, kMemory, start, space) != nullptr);
    memory_ = std::span(static_cast<std::byte*>(start), kMemory);
    device_.plug({GuestMemory(memory_), &interrupt_, loop});
}

FakeDriver::~FakeDriver() {
    device_.unplug();
}

std::uint32_t FakeDriver::read_sized(std::uint64_t reg, unsigned size) {
    return static_cast<std::uint32_t>(device_.mmio_read(reg, size));
}

std::uint64_t FakeDriver::device_features() {
    write(kRegDeviceFeaturesSel, 0);
    const std::uint64_t low = read(kRegDeviceFeatures);
    write(kRegDeviceFeaturesSel, 1);
    return low | (std::uint64_t(read(kRegDeviceFeatures)) << 32);
}

std::uint32_t FakeDriver::status() {
    return read(kRegStatus);
}

std::uint32_t FakeDriver::interrupt_status() {
    return read(kRegInterruptStatus);
}

bool FakeDriver::negotiate(std::uint64_t features) {
    write(kRegStatus, 0);
    rings_.clear();
    write(kRegStatus, kStatusAcknowledge);
    write(kRegStatus, kStatusAcknowledge | kStatusDriver);
    write(kRegDriverFeaturesSel, 0);
    write(kRegDriverFeatures, static_cast<std::uint32_t>(features));
    write(kRegDriverFeaturesSel, 1);
    write(kRegDriverFeatures, static_cast<std::uint32_t>(features >> 32));
    write(kRegStatus, kStatusAcknowledge | kStatusDriver | kStatusFeaturesOk);
    return (status() & kStatusFeaturesOk) != 0;
}

bool FakeDriver::setup_queue(unsigned index, std::uint16_t size) {
    Ring ring;
    ring.size = size;
    ring.descriptors = allocate(sizeof(Descriptor) * size);
    ring.avail = allocate(avail_bytes(size));
    ring.used = allocate(used_bytes(size));
    rings_.resize(std::max<std::size_t>(rings_.size(), index + 1));
    rings_[index] = ring;
    write(kRegQueueSel, index);
    write(kRegQueueSize, size);
    write(kRegQueueDescLow, static_cast<std::uint32_t>(ring.descriptors));
    write(kRegQueueDescHigh, 0);
    write(kRegQueueDriverLow, static_cast<std::uint32_t>(ring.avail));
    write(kRegQueueDriverHigh, 0);
    write(kRegQueueDeviceLow, static_cast<std::uint32_t>(ring.used));
    write(kRegQueueDeviceHigh, 0);
    write(kRegQueueReady, 1);
    return read(kRegQueueReady) == 1;
}

void FakeDriver::driver_ok() {
    write(kRegStatus, status() | kStatusDriverOk);
}

void FakeDriver::start(std::uint64_t features, unsigned queues, std::uint16_t size) {
    LKL_CHECK(negotiate(features | kFeatureVersion1));
    for (unsigned i = 0; i < queues; ++i) {
        LKL_CHECK(setup_queue(i, size));
    }
    driver_ok();
}

std::uint64_t FakeDriver::allocate(std::size_t bytes, std::size_t alignment) {
    const std::size_t address = (next_free_ + alignment - 1) / alignment * alignment;
    LKL_CHECK(address + bytes <= memory_.size());
    next_free_ = address + bytes;
    return address;
}

std::span<std::byte> FakeDriver::at(std::uint64_t address, std::size_t bytes) {
    LKL_CHECK(address + bytes <= memory_.size());
    return memory_.subspan(address, bytes);
}

std::uint64_t FakeDriver::allocate_copy(std::span<const std::byte> bytes) {
    const std::uint64_t address = allocate(bytes.size());
    std::ranges::copy(bytes, at(address, bytes.size()).begin());
    return address;
}

std::uint16_t& FakeDriver::word(std::uint64_t address) {
    return *reinterpret_cast<std::uint16_t*>(at(address, 2).data());
}

std::uint16_t FakeDriver::add(unsigned queue, const std::vector<Buffer>& buffers) {
    Ring& ring = rings_.at(queue);
    const std::uint16_t head = ring.next_free;
    for (std::size_t i = 0; i < buffers.size(); ++i) {
        const std::uint16_t index = ring.next_free;
        ring.next_free = static_cast<std::uint16_t>((index + 1) % ring.size);
        const bool last = i + 1 == buffers.size();
        const auto flags = static_cast<std::uint16_t>(
            (last ? 0 : kDescriptorNext) | (buffers[i].device_writes ? kDescriptorWrite : 0));
        set_descriptor(queue, index,
                       {buffers[i].address, buffers[i].length, flags, ring.next_free});
    }
    make_available(queue, head);
    return head;
}

std::uint16_t FakeDriver::add_indirect(unsigned queue, const std::vector<Buffer>& buffers) {
    std::vector<Descriptor> table;
    for (const Buffer& buffer : buffers) {
        const auto next = static_cast<std::uint16_t>(table.size() + 1);
        const bool last = next == buffers.size();
        const auto flags = static_cast<std::uint16_t>(
            (last ? 0 : kDescriptorNext) | (buffer.device_writes ? kDescriptorWrite : 0));
        table.push_back({buffer.address, buffer.length, flags, next});
    }
    const auto bytes = static_cast<std::uint32_t>(table.size() * sizeof(Descriptor));
    Ring& ring = rings_.at(queue);
    const std::uint16_t head = ring.next_free;
    ring.next_free = static_cast<std::uint16_t>((head + 1) % ring.size);
    set_descriptor(queue, head,
                   {allocate_copy(std::as_bytes(std::span(table))), bytes, kDescriptorIndirect, 0});
    make_available(queue, head);
    return head;
}

void FakeDriver::set_descriptor(unsigned queue, std::uint16_t index, const Descriptor& descriptor) {
    const std::uint64_t address = rings_.at(queue).descriptors + sizeof(Descriptor) * index;
    std::memcpy(at(address, sizeof(Descriptor)).data(), &descriptor, sizeof(Descriptor));
}

void FakeDriver::make_available(unsigned queue, std::uint16_t head) {
    Ring& ring = rings_.at(queue);
    word(ring.avail + kAvailRing + 2 * std::size_t(ring.avail_index % ring.size)) = head;
    ++ring.avail_index;
    std::atomic_ref<std::uint16_t> index(word(ring.avail + kAvailIndex));
    index.store(ring.avail_index, std::memory_order_release);
}

void FakeDriver::set_avail_index(unsigned queue, std::uint16_t index) {
    rings_.at(queue).avail_index = index;
    word(rings_.at(queue).avail + kAvailIndex) = index;
}

void FakeDriver::set_avail_flags(unsigned queue, std::uint16_t flags) {
    word(rings_.at(queue).avail + kAvailFlags) = flags;
}

void FakeDriver::set_used_event(unsigned queue, std::uint16_t index) {
    const Ring& ring = rings_.at(queue);
    word(ring.avail + avail_bytes(ring.size) - 2) = index;
}

std::uint16_t FakeDriver::avail_event(unsigned queue) {
    const Ring& ring = rings_.at(queue);
    return word(ring.used + used_bytes(ring.size) - 2);
}

std::uint16_t FakeDriver::used_index(unsigned queue) {
    std::atomic_ref<std::uint16_t> index(word(rings_.at(queue).used + kUsedIndex));
    return index.load(std::memory_order_acquire);
}

void FakeDriver::notify(unsigned queue) {
    write(kRegQueueNotify, queue);
}

std::optional<UsedElement> FakeDriver::take_used(unsigned queue) {
    Ring& ring = rings_.at(queue);
    if (used_index(queue) == ring.last_used) {
        return std::nullopt;
    }
    UsedElement element{};
    const std::size_t slot = ring.last_used % ring.size;
    std::memcpy(&element,
                at(ring.used + kUsedRing + sizeof(element) * slot, sizeof(element)).data(),
                sizeof(element));
    ++ring.last_used;
    return element;
}

}  // namespace lkl::testing
