// SPDX-License-Identifier: GPL-2.0
// The console's two queues, towards the application and its input descriptor.
#include "virtio/console.hh"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "platform/event_loop.hh"
#include "virtio/virtio_mmio.hh"

namespace lkl {

using namespace virtio;

namespace {

constexpr std::size_t kInputPiece = 4096;
constexpr std::size_t kOutputPiece = 64 * 1024;

}  // namespace

VirtioConsole::VirtioConsole(VirtioConsoleOptions options) : options_(std::move(options)) {
    config_.columns = options_.columns;
    config_.rows = options_.rows;
    config_.max_ports = 1;
}

std::span<const std::byte> VirtioConsole::config() {
    return std::as_bytes(std::span(&config_, 1));
}

// 5.3.4: works at any time, even before the driver has done anything else.
void VirtioConsole::write_config(std::size_t offset, std::span<const std::byte> data) {
    if (offset == offsetof(ConsoleConfig, emergency_write) && output_.size() < kOutputPiece) {
        output_.push_back(static_cast<char>(data[0]));
    }
}

void VirtioConsole::attach(VirtioTransport& transport) {
    transport_ = &transport;
    const MutexLock lock(transport.mutex());
    input_open_ = options_.input_fd >= 0 && transport.context().loop != nullptr;
}

void VirtioConsole::detach() {
    bool watched = false;
    {
        const MutexLock lock(transport_->mutex());
        input_open_ = false;
        watched = std::exchange(watching_, false);
    }
    if (watched) {
        transport_->context().loop->remove(options_.input_fd);
    }
}

void VirtioConsole::driver_ready() {
    deliver_input();
    watch_input();
}

void VirtioConsole::reset() {
    output_.clear();
    transmit_unfinished_ = false;
}

// The parent goes on reading the descriptor. If the child's loop watches it, the first callback
// ends that without a read.
void VirtioConsole::after_fork_in_child() {
    const MutexLock lock(transport_->mutex());
    input_open_ = false;
}

void VirtioConsole::notify(unsigned index) {
    if (index == kConsoleTransmit) {
        transmit();
    } else {
        deliver_input();
        watch_input();
    }
}

void VirtioConsole::call_out() {
    emit_output();
    bool more = false;
    {
        const MutexLock lock(transport_->mutex());
        more = input_on_demand_;
    }
    while (more) {
        more = read_input();
    }
}

// Takes chains until output_ holds a piece; a chain can be longer than that.
void VirtioConsole::transmit() {
    Virtqueue& queue = transport_->queue(kConsoleTransmit);
    while (output_.size() < kOutputPiece) {
        if (!transmit_unfinished_) {
            const Virtqueue::Next next = queue.pop(transmitting_);
            if (next == Virtqueue::Next::broken) {
                transport_->fail(queue.error());
            }
            if (next != Virtqueue::Next::chain) {
                break;
            }
        }
        const std::size_t before = output_.size();
        const std::size_t bytes =
            std::min<std::uint64_t>(transmitting_.readable_bytes(), kOutputPiece - before);
        output_.resize(before + bytes);
        transmitting_.take_readable(std::as_writable_bytes(std::span(output_)).subspan(before));
        transmit_unfinished_ = transmitting_.readable_bytes() != 0;
        if (!transmit_unfinished_) {
            queue.push(transmitting_.head(), 0);
        }
    }
    transport_->publish(queue);
}

void VirtioConsole::emit_output() {
    for (;;) {
        std::string text;
        {
            const MutexLock lock(transport_->mutex());
            text.swap(output_);
            if (transport_->live() && !text.empty()) {
                transmit();  // what did not fit before
            }
        }
        if (text.empty()) {
            return;
        }
        if (options_.output) {
            options_.output(text);
        }
    }
}

std::size_t VirtioConsole::push_input(std::string_view bytes) {
    const MutexLock lock(transport_->mutex());
    const std::size_t taken = std::min(bytes.size(), kMaxPendingInput - input_.size());
    input_.append(bytes.substr(0, taken));
    deliver_input();
    return taken;
}

void VirtioConsole::deliver_input() {
    if (!transport_->live()) {
        return;
    }
    Virtqueue& queue = transport_->queue(kConsoleReceive);
    while (!input_.empty()) {
        const Virtqueue::Next next = queue.pop(receiving_);
        if (next == Virtqueue::Next::broken) {
            transport_->fail(queue.error());
        }
        if (next != Virtqueue::Next::chain) {
            break;
        }
        const std::size_t bytes = receiving_.put_writable(std::as_bytes(std::span(input_)));
        input_.erase(0, bytes);
        queue.push(receiving_.head(), static_cast<std::uint32_t>(bytes));
    }
    transport_->publish(queue);
}

void VirtioConsole::watch_input() {
    if (!input_open_ || watching_ || input_on_demand_ || !input_.empty()) {
        return;
    }
    const auto added = transport_->context().loop->add(options_.input_fd, EPOLLIN,
                                                       [this](std::uint32_t) { read_input(); });
    watching_ = added.has_value();
    input_on_demand_ = !watching_;
}

// Within the loop's callback, when there is no room, no driver, or was the end. notify() watches
// again.
void VirtioConsole::stop_watching() {
    if (std::exchange(watching_, false)) {
        transport_->context().loop->remove(options_.input_fd);
    }
}

// On the loop's thread, or, for a file, on whichever makes room.
bool VirtioConsole::read_input() {
    {
        const MutexLock lock(transport_->mutex());
        if (!input_open_ || !transport_->live() || !input_.empty()) {
            stop_watching();
            return false;
        }
    }
    // Without the lock: a terminal's input can be gone again by now, and this then waits.
    std::array<char, kInputPiece> piece{};
    const ssize_t bytes = read(options_.input_fd, piece.data(), piece.size());
    if (bytes < 0 && (errno == EINTR || errno == EAGAIN)) {
        return false;
    }
    const MutexLock lock(transport_->mutex());
    input_open_ = input_open_ && bytes > 0;
    input_.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(bytes, 0)));
    deliver_input();
    return input_on_demand_ && input_open_;
}

void VirtioConsole::resize(std::uint16_t columns, std::uint16_t rows) {
    const MutexLock lock(transport_->mutex());
    config_.columns = columns;
    config_.rows = rows;
    transport_->config_changed();
}

std::unique_ptr<MmioDevice> make_virtio_console(VirtioConsoleOptions options) {
    return std::make_unique<VirtioMmio>(std::make_unique<VirtioConsole>(std::move(options)));
}

}  // namespace lkl
