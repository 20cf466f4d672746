// SPDX-License-Identifier: GPL-2.0
// The virtio block device (virtio 1.2, 5.2).
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hh"
#include "virtio/blk_layout.hh"
#include "virtio/block_backend.hh"
#include "virtio/virtio_device.hh"

namespace lkl {

struct VirtioBlkOptions {
    unsigned queues = 1;             // 1 to 64
    std::uint16_t queue_size = 256;  // a power of two from 4 to 1024
    std::string identity = {};       // the disk's serial, 20 bytes at most; empty: the back end's

    // A request failed in the back end, as the kernel will say without the cause. Called on any
    // thread with the device locked: must neither block nor touch the device or the kernel.
    std::function<void(const Error&)> on_error = {};
};

// Passes requests to a back end as they are: one submit() a request, however many segments it has.
// What the back end answers at once is answered within the driver's notification.
class VirtioBlk final : public VirtioDevice {
  public:
    VirtioBlk(std::unique_ptr<BlockBackend> backend, VirtioBlkOptions options);
    ~VirtioBlk() override;

    // The back end may have grown: looks, and tells the driver. Any thread, once plugged in.
    void size_changed();

    [[nodiscard]] std::uint32_t device_id() const override { return virtio::kBlkDeviceId; }

    [[nodiscard]] std::uint64_t device_features() const override { return features_; }

    [[nodiscard]] unsigned queue_count() const override { return options_.queues; }

    [[nodiscard]] std::uint16_t queue_size_max() const override { return options_.queue_size; }

    [[nodiscard]] std::span<const std::byte> config() override;
    void write_config(std::size_t offset, std::span<const std::byte> data) override;
    void attach(VirtioTransport& transport) override;
    void detach() override;
    void driver_ready() override;
    void notify(unsigned index) override;
    void quiesce() override;
    void reset() override;
    void after_fork_in_child() override;

  private:
    struct Request;

    void fill_config();
    Request& take_request(unsigned queue);
    void release(Request& request);
    void completed(Request& request, int error);

    // These return kBlockPending, or the errno of a request that is done.
    int start(Request& request);
    int start_flush(Request& request);
    int start_transfer(Request& request);
    int start_ranges(Request& request);
    int next_step(Request& request, int error);
    int next_range(Request& request);
    int submit(Request& request);
    int answer_identity(Request& request);

    // Whether the chain has the shape of a request; if not, the device has failed.
    bool parse(Request& request);
    void finish(Request& request, int error);
    // Tells the application of the back end's failure, if it is one.
    void report(const Request& request, int error) const;

    std::unique_ptr<BlockBackend> backend_;
    const VirtioBlkOptions options_;
    std::uint64_t features_ = 0;
    VirtioTransport* transport_ = nullptr;

    // Under the transport's mutex.
    virtio::BlkConfig config_{};
    bool write_through_ = false;
    std::vector<std::unique_ptr<Request>> requests_;  // all there are
    BlockRequest* free_ = nullptr;                    // those not in use
};

// The device, ready to be plugged in.
std::unique_ptr<MmioDevice> make_virtio_blk(std::unique_ptr<BlockBackend> backend,
                                            VirtioBlkOptions options = {});

}  // namespace lkl
