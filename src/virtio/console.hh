// SPDX-License-Identifier: GPL-2.0
// The virtio console with one port (virtio 1.2, 5.3).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "virtio/console_layout.hh"
#include "virtio/virtio_device.hh"

namespace lkl {

struct VirtioConsoleOptions {
    // What the kernel writes, in order; on any host thread, with no lock held. It may call
    // push_input(). Empty: it is thrown away.
    std::function<void(std::string_view)> output = {};

    // Read for input by the event loop; -1: none. Stays the caller's, and must outlive the device.
    // Read only when the kernel has room, so that nothing is lost.
    int input_fd = -1;

    std::uint16_t columns = 80;
    std::uint16_t rows = 25;
};

class VirtioConsole final : public VirtioDevice {
  public:
    explicit VirtioConsole(VirtioConsoleOptions options);

    // Input that waits for the kernel to make room, at most.
    static constexpr std::size_t kMaxPendingInput = 64 * 1024;

    // Gives the kernel input; any thread, once plugged in. Returns how many bytes were taken: fewer
    // than all when too much waits already.
    std::size_t push_input(std::string_view bytes);

    // The terminal has another size. Any thread, once plugged in.
    void resize(std::uint16_t columns, std::uint16_t rows);

    [[nodiscard]] std::uint32_t device_id() const override { return virtio::kConsoleDeviceId; }

    [[nodiscard]] std::uint64_t device_features() const override {
        return virtio::kConsoleSize | virtio::kConsoleEmergencyWrite;
    }

    [[nodiscard]] unsigned queue_count() const override { return 2; }

    [[nodiscard]] std::uint16_t queue_size_max() const override { return 256; }

    [[nodiscard]] std::span<const std::byte> config() override;
    void write_config(std::size_t offset, std::span<const std::byte> data) override;
    void attach(VirtioTransport& transport) override;
    void detach() override;
    void driver_ready() override;
    void notify(unsigned index) override;
    void call_out() override;
    void reset() override;
    void after_fork_in_child() override;

  private:
    void transmit();
    void deliver_input();
    void emit_output();

    // Takes what the descriptor has now; whether to call again. In the loop's callback, or, for a
    // descriptor that epoll does not take, in call_out().
    bool read_input();
    void watch_input();
    void stop_watching();

    const VirtioConsoleOptions options_;
    VirtioTransport* transport_ = nullptr;

    // Under the transport's mutex.
    virtio::ConsoleConfig config_{};
    DescriptorChain receiving_;
    DescriptorChain transmitting_;
    bool transmit_unfinished_ = false;  // transmitting_ is in part in output_
    std::string output_;                // not given to the application yet
    std::string input_;                 // not given to the driver yet
    bool input_open_ = false;
    bool input_on_demand_ = false;  // a file, which epoll does not take: read when there is room
    bool watching_ = false;
};

// The device, ready to be plugged in.
std::unique_ptr<MmioDevice> make_virtio_console(VirtioConsoleOptions options);

}  // namespace lkl
