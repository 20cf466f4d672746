// SPDX-License-Identifier: GPL-2.0
#include "machine/device_bus.hh"

#include <new>
#include <utility>

#include "machine/vcpu.hh"

namespace lkl {

class DeviceBus::Line final : public InterruptLine {
  public:
    Line(Vcpu& vcpu, unsigned line) : vcpu_(vcpu), lines_(std::uint64_t{1} << line) {}

    void raise() override { vcpu_.raise(lines_); }

  private:
    Vcpu& vcpu_;
    std::uint64_t lines_;
};

struct DeviceBus::Slot {
    Slot(std::unique_ptr<MmioDevice> device_in, Vcpu& vcpu, unsigned line_number)
        : line(vcpu, line_number), device(std::move(device_in)) {}

    Line line;
    std::unique_ptr<MmioDevice> device;
};

DeviceBus::~DeviceBus() {
    unplug_all();
}

Result<unsigned> DeviceBus::plug(std::unique_ptr<MmioDevice> device, GuestMemory memory) {
    const std::scoped_lock lock(mutex_);
    unsigned id = 0;
    while (id < kMaxDevices && slots_.at(id).load() != nullptr) {
        id++;
    }
    if (id == kMaxDevices) {
        return Error::other("there are 1024 devices already", "add", "a device");
    }
    if (device->mmio_size() > kMmioWindow) {
        return Error::other("its registers do not fit a page", "add", "a device");
    }
    auto slot = std::make_unique<Slot>(std::move(device), vcpu_, line(id));
    slot->device->plug({.memory = memory, .interrupt = &slot->line, .loop = &vcpu_.loop()});
    slots_.at(id).store(slot.release(), std::memory_order_release);
    return id;
}

void DeviceBus::unplug(unsigned id) {
    const std::scoped_lock lock(mutex_);
    const std::unique_ptr<Slot> slot(slots_.at(id).exchange(nullptr));
    if (slot) {
        slot->device->unplug();
    }
}

void DeviceBus::unplug_all() {
    for (unsigned id = 0; id < kMaxDevices; id++) {
        unplug(id);
    }
}

std::uint64_t DeviceBus::read(std::uint64_t address, unsigned size) {
    const std::uint64_t offset = address - kMmioStart;
    const std::uint64_t id = offset / kMmioWindow;
    Slot* slot = id < kMaxDevices ? slots_.at(id).load(std::memory_order_acquire) : nullptr;
    // Nobody answers: as on a bus.
    if (slot == nullptr || offset % kMmioWindow + size > slot->device->mmio_size()) {
        return ~std::uint64_t{0};
    }
    return slot->device->mmio_read(offset % kMmioWindow, size);
}

void DeviceBus::write(std::uint64_t address, std::uint64_t value, unsigned size) {
    const std::uint64_t offset = address - kMmioStart;
    const std::uint64_t id = offset / kMmioWindow;
    Slot* slot = id < kMaxDevices ? slots_.at(id).load(std::memory_order_acquire) : nullptr;
    if (slot != nullptr && offset % kMmioWindow + size <= slot->device->mmio_size()) {
        slot->device->mmio_write(offset % kMmioWindow, value, size);
    }
}

void DeviceBus::drain() {
    for (const auto& entry : slots_) {
        if (Slot* slot = entry.load()) {
            slot->device->drain();
        }
    }
}

void DeviceBus::abandon() {
    new (&mutex_) std::mutex;
    for (auto& entry : slots_) {
        entry.store(nullptr);
    }
}

void DeviceBus::after_fork_in_child() {
    for (const auto& entry : slots_) {
        if (Slot* slot = entry.load()) {
            slot->device->after_fork_in_child();
        }
    }
}

}  // namespace lkl
