// SPDX-License-Identifier: GPL-2.0
// The devices of an instance: their register windows and interrupt lines.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "abi/machine.h"
#include "base/result.hh"
#include "machine/device.hh"

namespace lkl {

class Vcpu;

// Where register windows lie in the kernel's physical addresses: far above any RAM.
constexpr std::uint64_t kMmioStart = std::uint64_t{1} << 46U;
constexpr std::uint64_t kMmioWindow = 4096;
constexpr unsigned kMaxDevices = 1024;

class DeviceBus {
  public:
    explicit DeviceBus(Vcpu& vcpu) : vcpu_(vcpu) {}

    ~DeviceBus();
    DeviceBus(const DeviceBus&) = delete;
    DeviceBus& operator=(const DeviceBus&) = delete;

    // Gives the device a window and a line, and plugs it; the number is its id.
    Result<unsigned> plug(std::unique_ptr<MmioDevice> device, GuestMemory memory);
    void unplug(unsigned id);
    void unplug_all();

    [[nodiscard]] static std::uint64_t address(unsigned id) {
        return kMmioStart + id * kMmioWindow;
    }

    [[nodiscard]] static unsigned line(unsigned id) {
        return LKL_IRQ_FIRST_DEVICE + id % (LKL_IRQ_COUNT - LKL_IRQ_FIRST_DEVICE);
    }

    // From the thread that is inside the kernel.
    std::uint64_t read(std::uint64_t address, unsigned size);
    void write(std::uint64_t address, std::uint64_t value, unsigned size);

    // With the vCPU held, before and after a fork.
    void drain();
    void after_fork_in_child();
    // In a child whose fork nobody prepared: the devices' state and locks are as some thread of the
    // parent's happened to leave them. Never touched again, and never freed.
    void abandon();

  private:
    class Line;
    struct Slot;

    Vcpu& vcpu_;
    std::mutex mutex_;  // slots_ as a whole; one slot's device is read without it
    std::array<std::atomic<Slot*>, kMaxDevices> slots_{};
};

}  // namespace lkl
