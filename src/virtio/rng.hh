// SPDX-License-Identifier: GPL-2.0
// The virtio entropy device (virtio 1.2, 5.4).
#pragma once

#include <functional>
#include <memory>

#include "virtio/virtio_device.hh"

namespace lkl {

// Fills all the bytes with randomness.
using EntropySource = std::function<void(std::span<std::byte>)>;

// Fills whatever the driver offers, up to 64 KiB a chain.
class VirtioRng final : public VirtioDevice {
  public:
    explicit VirtioRng(EntropySource source) : source_(std::move(source)) {}

    [[nodiscard]] std::uint32_t device_id() const override { return 4; }

    [[nodiscard]] std::uint64_t device_features() const override { return 0; }

    [[nodiscard]] unsigned queue_count() const override { return 1; }

    [[nodiscard]] std::uint16_t queue_size_max() const override { return 64; }

    [[nodiscard]] std::span<const std::byte> config() override { return {}; }

    void attach(VirtioTransport& transport) override { transport_ = &transport; }

    void notify(unsigned index) override;

  private:
    [[nodiscard]] std::uint32_t fill();

    const EntropySource source_;
    VirtioTransport* transport_ = nullptr;
    DescriptorChain chain_;
};

// The device, ready to be plugged in, with the host's entropy.
std::unique_ptr<MmioDevice> make_virtio_rng();

}  // namespace lkl
