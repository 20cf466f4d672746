// SPDX-License-Identifier: GPL-2.0
// The virtio-mmio transport, register version 2 (virtio 1.2, 4.2.2).
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "machine/device.hh"
#include "virtio/virtio_device.hh"

namespace lkl {

// A device of any kind behind memory-mapped registers. Whatever is written to the registers or lies
// in the queues, nothing outside of guest memory is touched; nonsense ends in DEVICE_NEEDS_RESET.
// mmio_read and mmio_write may be called from several threads at once.
class VirtioMmio final : public MmioDevice, private VirtioTransport {
  public:
    explicit VirtioMmio(std::unique_ptr<VirtioDevice> device);
    ~VirtioMmio() override;

    // The first 256 bytes are the transport's registers, the rest the configuration space.
    static constexpr std::uint64_t kWindow = 0x200;

    [[nodiscard]] std::uint64_t mmio_size() const override { return kWindow; }

    void plug(const DeviceContext& context) override;
    void unplug() override;
    std::uint64_t mmio_read(std::uint64_t offset, unsigned size) override;
    void mmio_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
    void drain() override;
    void after_fork_in_child() override;

    // Why the device last went into DEVICE_NEEDS_RESET, as a clause; nullptr if it never did.
    // Any thread.
    [[nodiscard]] const char* failure() const { return failure_.load(std::memory_order_relaxed); }

  private:
    struct QueueSetup {
        VirtqueueAddresses addresses;
        std::uint32_t size = 0;
    };

    Mutex& mutex() override { return mutex_; }

    [[nodiscard]] const DeviceContext& context() const override { return context_; }

    Virtqueue& queue(unsigned index) override LKL_REQUIRES(mutex_) { return queues_.at(index); }

    [[nodiscard]] std::uint64_t features() const override LKL_REQUIRES(mutex_);
    [[nodiscard]] bool live() const override LKL_REQUIRES(mutex_);
    void publish(Virtqueue& queue) override LKL_REQUIRES(mutex_);
    void config_changed() override LKL_REQUIRES(mutex_);
    void fail(const char* why) override LKL_REQUIRES(mutex_);

    void interrupt(std::uint32_t cause);
    [[nodiscard]] std::uint64_t offered() const;
    std::uint64_t read_config(std::uint64_t offset, unsigned size) LKL_REQUIRES(mutex_);
    void write_config(std::uint64_t offset, std::uint64_t value, unsigned size)
        LKL_REQUIRES(mutex_);
    std::uint32_t read_register(std::uint64_t offset) LKL_REQUIRES(mutex_);
    void write_register(std::uint64_t offset, std::uint32_t value) LKL_REQUIRES(mutex_);
    void write_queue_register(std::uint64_t offset, std::uint32_t value) LKL_REQUIRES(mutex_);
    void write_status(std::uint32_t value) LKL_REQUIRES(mutex_);
    void start_queue() LKL_REQUIRES(mutex_);
    void notify(std::uint32_t index) LKL_EXCLUDES(mutex_);
    void stop_queue() LKL_EXCLUDES(mutex_);
    void reset() LKL_EXCLUDES(mutex_);

    const std::unique_ptr<VirtioDevice> device_;
    DeviceContext context_;
    std::atomic<std::uint32_t> interrupt_status_{0};
    std::atomic<const char*> failure_{nullptr};

    Mutex mutex_;
    std::uint32_t status_ LKL_GUARDED_BY(mutex_) = 0;
    std::uint32_t config_generation_ LKL_GUARDED_BY(mutex_) = 0;
    std::uint32_t device_features_page_ LKL_GUARDED_BY(mutex_) = 0;
    std::uint32_t driver_features_page_ LKL_GUARDED_BY(mutex_) = 0;
    std::uint64_t driver_features_ LKL_GUARDED_BY(mutex_) = 0;
    std::uint32_t selected_queue_ LKL_GUARDED_BY(mutex_) = 0;
    std::vector<QueueSetup> setups_ LKL_GUARDED_BY(mutex_);
    std::vector<Virtqueue> queues_ LKL_GUARDED_BY(mutex_);
};

}  // namespace lkl
