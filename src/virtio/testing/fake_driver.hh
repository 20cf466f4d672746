// SPDX-License-Identifier: GPL-2.0
// A driver for tests: drives a virtio device through its registers, as a kernel would or should
// not.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "machine/device.hh"
#include "virtio/ring_layout.hh"

namespace lkl::testing {

class CountingInterrupt final : public InterruptLine {
  public:
    void raise() override { count_.fetch_add(1); }

    [[nodiscard]] unsigned count() const { return count_.load(); }

  private:
    std::atomic<unsigned> count_{0};
};

// One part of a chain.
struct Buffer {
    std::uint64_t address = 0;
    std::uint32_t length = 0;
    bool device_writes = false;
};

// Plugs the device in, and unplugs it at the end. Rings and buffers lie in memory of its own.
class FakeDriver {
  public:
    static constexpr std::size_t kMemory = 4 << 20;

    explicit FakeDriver(MmioDevice& device, EventLoop* loop = nullptr);
    ~FakeDriver();
    FakeDriver(const FakeDriver&) = delete;
    FakeDriver& operator=(const FakeDriver&) = delete;

    [[nodiscard]] std::uint32_t read(std::uint64_t reg) { return read_sized(reg, 4); }

    std::uint32_t read_sized(std::uint64_t reg, unsigned size);

    void write(std::uint64_t reg, std::uint32_t value) { device_.mmio_write(reg, value, 4); }

    [[nodiscard]] std::uint64_t device_features();
    [[nodiscard]] std::uint32_t status();

    // From reset to FEATURES_OK with these features (VERSION_1 is not added). Whether the device
    // agreed.
    bool negotiate(std::uint64_t features);

    // Lays queue `index` out in fresh memory and makes it ready. Whether the device says it is.
    bool setup_queue(unsigned index, std::uint16_t size);

    void driver_ok();

    // All of that: VERSION_1 and `features`, `queues` queues of `size`.
    void start(std::uint64_t features, unsigned queues, std::uint16_t size = 16);

    // Fresh memory of the driver's; never given back.
    std::uint64_t allocate(std::size_t bytes, std::size_t alignment = 16);
    [[nodiscard]] std::span<std::byte> at(std::uint64_t address, std::size_t bytes);
    std::uint64_t allocate_copy(std::span<const std::byte> bytes);

    // Links the buffers into a chain of the first descriptors that are not in use, and makes it
    // available. Its head.
    std::uint16_t add(unsigned queue, const std::vector<Buffer>& buffers);

    // The same through an indirect table.
    std::uint16_t add_indirect(unsigned queue, const std::vector<Buffer>& buffers);

    // The low level, for what a driver must not do.
    void set_descriptor(unsigned queue, std::uint16_t index, const virtio::Descriptor& descriptor);
    void make_available(unsigned queue, std::uint16_t head);
    void set_avail_index(unsigned queue, std::uint16_t index);
    void set_avail_flags(unsigned queue, std::uint16_t flags);
    void set_used_event(unsigned queue, std::uint16_t index);
    [[nodiscard]] std::uint16_t avail_event(unsigned queue);
    [[nodiscard]] std::uint16_t used_index(unsigned queue);

    void notify(unsigned queue);

    // The next chain that the device has given back, if any.
    std::optional<virtio::UsedElement> take_used(unsigned queue);

    [[nodiscard]] unsigned interrupts() const { return interrupt_.count(); }

    [[nodiscard]] std::uint32_t interrupt_status();

    [[nodiscard]] MmioDevice& device() { return device_; }

    [[nodiscard]] std::span<std::byte> memory() { return memory_; }

  private:
    struct Ring {
        std::uint16_t size = 0;
        std::uint64_t descriptors = 0;
        std::uint64_t avail = 0;
        std::uint64_t used = 0;
        std::uint16_t next_free = 0;
        std::uint16_t avail_index = 0;
        std::uint16_t last_used = 0;
    };

    std::uint16_t& word(std::uint64_t address);

    MmioDevice& device_;
    std::vector<std::uint64_t> storage_;  // aligned as RAM is
    std::span<std::byte> memory_;
    std::size_t next_free_ = 0;
    CountingInterrupt interrupt_;
    std::vector<Ring> rings_;
};

}  // namespace lkl::testing
