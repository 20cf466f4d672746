// SPDX-License-Identifier: GPL-2.0
// What a kind of virtio device implements, and what it is given by its transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/mutex.hh"
#include "machine/device.hh"
#include "virtio/virtqueue.hh"

namespace lkl {

// The transport as its device sees it. All but mutex() and context() need the mutex.
class VirtioTransport {
  public:
    // The device's only lock: queues and negotiated state are used under it. No other lock of a
    // device or back end is held while it is taken.
    virtual Mutex& mutex() = 0;

    [[nodiscard]] virtual const DeviceContext& context() const = 0;

    // The queue of that number; it may be stopped (then it takes and gives nothing).
    virtual Virtqueue& queue(unsigned index) = 0;

    // The negotiated features; 0 before the driver has accepted any.
    [[nodiscard]] virtual std::uint64_t features() const = 0;

    // Whether the driver has said DRIVER_OK and the device is not broken.
    [[nodiscard]] virtual bool live() const = 0;

    // Makes what was pushed to a queue visible and interrupts if the driver wants that.
    virtual void publish(Virtqueue& queue) = 0;

    // The configuration space has changed.
    virtual void config_changed() = 0;

    // The driver did what it must not: DEVICE_NEEDS_RESET, and all stands still until the reset.
    // `why` is a string literal, kept for the log.
    virtual void fail(const char* why) = 0;

  protected:
    ~VirtioTransport() = default;
};

// A kind of device. "Locked": called with the transport's mutex held.
class VirtioDevice {
  public:
    VirtioDevice() = default;
    virtual ~VirtioDevice() = default;
    VirtioDevice(const VirtioDevice&) = delete;
    VirtioDevice& operator=(const VirtioDevice&) = delete;

    // Virtio 1.2, 5: the number of the kind.
    [[nodiscard]] virtual std::uint32_t device_id() const = 0;

    // The features of the kind; the transport adds its own. Does not change.
    [[nodiscard]] virtual std::uint64_t device_features() const = 0;

    [[nodiscard]] virtual unsigned queue_count() const = 0;

    // The largest size of each queue: a power of two up to 1024.
    [[nodiscard]] virtual std::uint16_t queue_size_max() const = 0;

    // Locked: the configuration space now.
    [[nodiscard]] virtual std::span<const std::byte> config() = 0;

    // Locked: the driver writes to the configuration space; within its bounds.
    virtual void write_config(std::size_t /*offset*/, std::span<const std::byte> /*data*/) {}

    // Plugged in: `transport` outlives detach().
    virtual void attach(VirtioTransport& transport) = 0;

    // Unplugged; nothing is in flight.
    virtual void detach() {}

    // Locked: features are negotiated and the queues are set up.
    virtual void driver_ready() {}

    // Locked: the driver has added chains to a live queue.
    virtual void notify(unsigned index) = 0;

    // After notify(), write_config() or driver_ready(), with no lock: the time to call out to the
    // application.
    virtual void call_out() {}

    // No lock: returns when nothing is in flight. Completions may run meanwhile.
    virtual void quiesce() {}

    // Locked: back to what it was before the driver came. Nothing is in flight.
    virtual void reset() {}

    // In the child of a fork: see MmioDevice.
    virtual void after_fork_in_child() {}
};

}  // namespace lkl
