// SPDX-License-Identifier: GPL-2.0
// What a device sees of the machine it sits in, and the machine of a device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lkl {

// RAM of an instance as devices address it: physical 0 is the first byte. The only way for a
// device to reach guest memory.
class GuestMemory {
  public:
    GuestMemory() = default;

    // The first `read_only` bytes are the kernel's text and constants: a write to them would be a
    // fault of the host's code.
    explicit GuestMemory(std::span<std::byte> ram, std::uint64_t read_only = 0)
        : ram_(ram), read_only_(read_only) {}

    // The bytes [address, address + length) for reading, or an empty span if any of them is not
    // RAM. Check `length` for 0 before: an empty span of length 0 cannot be told from a refusal.
    [[nodiscard]] std::span<std::byte> at(std::uint64_t address, std::uint64_t length) const {
        if (address > ram_.size() || length > ram_.size() - address) {
            return {};
        }
        return ram_.subspan(address, length);
    }

    // The same for writing: also empty if any of the bytes is read-only.
    [[nodiscard]] std::span<std::byte> writable_at(std::uint64_t address,
                                                   std::uint64_t length) const {
        return address < read_only_ ? std::span<std::byte>() : at(address, length);
    }

    [[nodiscard]] std::size_t size() const { return ram_.size(); }

  private:
    std::span<std::byte> ram_;
    std::uint64_t read_only_ = 0;
};

// A device's way to interrupt the kernel. Safe from any thread, also from within the device's own
// MMIO functions (the interrupt is taken later).
class InterruptLine {
  public:
    virtual ~InterruptLine() = default;
    virtual void raise() = 0;
};

class EventLoop;

// What a device is given when it is plugged in. All outlive the device's unplug().
struct DeviceContext {
    GuestMemory memory;
    InterruptLine* interrupt = nullptr;
    EventLoop* loop = nullptr;
};

// A device with memory-mapped registers. mmio_read and mmio_write run on a host thread's own stack
// while that thread owns the vCPU: they must not call into the kernel and should not block for
// long.
class MmioDevice {
  public:
    virtual ~MmioDevice() = default;

    // Size of the register window in bytes.
    [[nodiscard]] virtual std::uint64_t mmio_size() const = 0;

    // Called once, before the first register access; the device may start work only from now on.
    virtual void plug(const DeviceContext& context) = 0;

    // Called once, after the last register access: finishes or cancels work in flight, after
    // which it touches neither guest memory nor the interrupt line.
    virtual void unplug() = 0;

    // `size` is 1, 2, 4 or 8 bytes; `offset + size` lies within mmio_size().
    virtual std::uint64_t mmio_read(std::uint64_t offset, unsigned size) = 0;
    virtual void mmio_write(std::uint64_t offset, std::uint64_t value, unsigned size) = 0;

    // Waits until nothing of the device's is in flight (before fork and snapshot). The vCPU is
    // held, so nothing new comes.
    virtual void drain() = 0;

    // In the child of a fork, before it runs: what the device must do so that nothing the child
    // does reaches the parent's resources.
    virtual void after_fork_in_child() = 0;
};

}  // namespace lkl
