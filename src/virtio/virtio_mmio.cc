// SPDX-License-Identifier: GPL-2.0
// The registers of the virtio-mmio transport and the device status machine.
#include "virtio/virtio_mmio.hh"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.hh"
#include "virtio/mmio_registers.hh"

namespace lkl {

using namespace virtio;

namespace {

std::uint32_t low(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}

std::uint32_t high(std::uint64_t value) {
    return static_cast<std::uint32_t>(value >> 32);
}

std::uint64_t with_low(std::uint64_t old, std::uint32_t value) {
    return (old & 0xffffffff00000000) | value;
}

std::uint64_t with_high(std::uint64_t old, std::uint32_t value) {
    return (old & 0xffffffff) | (std::uint64_t(value) << 32);
}

}  // namespace

VirtioMmio::VirtioMmio(std::unique_ptr<VirtioDevice> device) : device_(std::move(device)) {
    setups_.resize(device_->queue_count());
    queues_.resize(device_->queue_count());
}

VirtioMmio::~VirtioMmio() = default;

void VirtioMmio::plug(const DeviceContext& context) {
    LKL_CHECK(context.interrupt != nullptr);
    context_ = context;
    device_->attach(*this);
}

void VirtioMmio::unplug() {
    reset();
    device_->detach();
}

void VirtioMmio::drain() {
    device_->quiesce();
}

void VirtioMmio::after_fork_in_child() {
    device_->after_fork_in_child();
}

std::uint64_t VirtioMmio::offered() const {
    return device_->device_features() | kFeatureVersion1 | kFeatureEventIndex | kFeatureIndirect;
}

std::uint64_t VirtioMmio::features() const {
    return (status_ & kStatusFeaturesOk) != 0 ? driver_features_ : 0;
}

bool VirtioMmio::live() const {
    return (status_ & (kStatusDriverOk | kStatusNeedsReset)) == kStatusDriverOk;
}

void VirtioMmio::interrupt(std::uint32_t cause) {
    interrupt_status_.fetch_or(cause, std::memory_order_release);
    context_.interrupt->raise();
}

void VirtioMmio::publish(Virtqueue& queue) {
    if (live() && queue.publish()) {
        interrupt(kInterruptUsed);
    }
}

void VirtioMmio::config_changed() {
    ++config_generation_;
    if (live()) {
        interrupt(kInterruptConfig);
    }
}

// 2.1.2: a device that needs a reset says so by a configuration change, if the driver is there.
void VirtioMmio::fail(const char* why) {
    failure_.store(why, std::memory_order_relaxed);
    const bool tell = live();
    status_ |= kStatusNeedsReset;
    if (tell) {
        interrupt(kInterruptConfig);
    }
}

std::uint64_t VirtioMmio::mmio_read(std::uint64_t offset, unsigned size) {
    if (offset == kRegInterruptStatus && size == 4) {
        return interrupt_status_.load(std::memory_order_acquire);
    }
    const MutexLock lock(mutex_);
    if (offset >= kRegConfig) {
        return read_config(offset - kRegConfig, size);
    }
    return size == 4 && offset % 4 == 0 ? read_register(offset) : 0;
}

void VirtioMmio::mmio_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    const std::uint32_t value32 = low(value);
    if (offset >= kRegConfig) {
        {
            const MutexLock lock(mutex_);
            write_config(offset - kRegConfig, value, size);
        }
        device_->call_out();
    } else if (size != 4 || offset % 4 != 0) {
        return;  // 4.2.2.2: the driver uses aligned 32-bit accesses only
    } else if (offset == kRegQueueNotify) {
        notify(value32);
    } else if (offset == kRegInterruptAck) {
        interrupt_status_.fetch_and(~value32, std::memory_order_acq_rel);
    } else if (offset == kRegStatus && value32 == 0) {
        reset();
    } else if (offset == kRegQueueReady && value32 == 0) {
        stop_queue();
    } else {
        {
            const MutexLock lock(mutex_);
            write_register(offset, value32);
        }
        if (offset == kRegStatus) {
            device_->call_out();
        }
    }
}

std::uint64_t VirtioMmio::read_config(std::uint64_t offset, unsigned size) {
    const std::span<const std::byte> config = device_->config();
    std::uint64_t value = 0;
    if (offset <= config.size() && size <= config.size() - offset) {
        std::memcpy(&value, config.data() + offset, size);
    }
    return value;
}

void VirtioMmio::write_config(std::uint64_t offset, std::uint64_t value, unsigned size) {
    const std::size_t config_size = device_->config().size();
    if (offset <= config_size && size <= config_size - offset) {
        std::array<std::byte, sizeof(value)> bytes{};
        std::memcpy(bytes.data(), &value, size);
        device_->write_config(offset, std::span(bytes).first(size));
    }
}

std::uint32_t VirtioMmio::read_register(std::uint64_t offset) {
    switch (offset) {
        case kRegMagic:
            return kMagic;
        case kRegVersion:
            return kMmioVersion;
        case kRegDeviceId:
            return device_->device_id();
        case kRegVendorId:
            return kVendor;
        case kRegDeviceFeatures:
            return device_features_page_ == 0   ? low(offered())
                   : device_features_page_ == 1 ? high(offered())
                                                : 0;
        case kRegQueueSizeMax:
            return selected_queue_ < queues_.size() ? device_->queue_size_max() : 0;
        case kRegQueueReady:
            return selected_queue_ < queues_.size() && queues_[selected_queue_].started() ? 1 : 0;
        case kRegStatus:
            return status_;
        case kRegConfigGeneration:
            return config_generation_;
        default:
            // 4.2.2: a shared memory region that is not there has length and base of all ones.
            return offset >= kRegShmLenLow && offset <= kRegShmBaseHigh ? UINT32_MAX : 0;
    }
}

void VirtioMmio::write_register(std::uint64_t offset, std::uint32_t value) {
    switch (offset) {
        case kRegDeviceFeaturesSel:
            device_features_page_ = value;
            break;
        case kRegDriverFeaturesSel:
            driver_features_page_ = value;
            break;
        case kRegDriverFeatures:
            // 2.2.1: no renegotiation after FEATURES_OK.
            if ((status_ & kStatusFeaturesOk) == 0 && driver_features_page_ < 2) {
                driver_features_ = driver_features_page_ == 0 ? with_low(driver_features_, value)
                                                              : with_high(driver_features_, value);
            }
            break;
        case kRegQueueSel:
            selected_queue_ = value;
            break;
        case kRegStatus:
            write_status(value);
            break;
        default:
            write_queue_register(offset, value);
    }
}

void VirtioMmio::write_queue_register(std::uint64_t offset, std::uint32_t value) {
    // 4.2.2.2: a queue that is ready is not changed.
    if (selected_queue_ >= queues_.size() || queues_[selected_queue_].started()) {
        return;
    }
    QueueSetup& setup = setups_[selected_queue_];
    VirtqueueAddresses& at = setup.addresses;
    switch (offset) {
        case kRegQueueSize:
            setup.size = value;
            break;
        case kRegQueueReady:
            start_queue();
            break;
        case kRegQueueDescLow:
            at.descriptors = with_low(at.descriptors, value);
            break;
        case kRegQueueDescHigh:
            at.descriptors = with_high(at.descriptors, value);
            break;
        case kRegQueueDriverLow:
            at.driver = with_low(at.driver, value);
            break;
        case kRegQueueDriverHigh:
            at.driver = with_high(at.driver, value);
            break;
        case kRegQueueDeviceLow:
            at.device = with_low(at.device, value);
            break;
        case kRegQueueDeviceHigh:
            at.device = with_high(at.device, value);
            break;
        default:
            break;
    }
}

void VirtioMmio::start_queue() {
    if ((status_ & (kStatusFeaturesOk | kStatusNeedsReset)) != kStatusFeaturesOk) {
        return;
    }
    const QueueSetup& setup = setups_[selected_queue_];
    if (setup.size > device_->queue_size_max()) {
        fail("the queue's size is larger than its maximum");
        return;
    }
    Virtqueue& queue = queues_[selected_queue_];
    if (!queue.start(context_.memory, setup.addresses, setup.size, features())) {
        fail(queue.error());
        queue.stop();
    }
}

// 3.1.1: bits are added one by one and never taken back but by a reset. FEATURES_OK stays clear if
// the features do not suit: without VERSION_1 this transport does not work.
void VirtioMmio::write_status(std::uint32_t value) {
    std::uint32_t added = value & ~status_ & ~kStatusNeedsReset;
    if ((added & kStatusFeaturesOk) != 0 &&
        ((driver_features_ & ~offered()) != 0 || (driver_features_ & kFeatureVersion1) == 0)) {
        added &= ~kStatusFeaturesOk;
    }
    if (((status_ | added) & kStatusFeaturesOk) == 0) {
        added &= ~kStatusDriverOk;
    }
    status_ |= added;
    if ((added & kStatusDriverOk) != 0) {
        if ((status_ & kStatusNeedsReset) != 0) {
            interrupt(kInterruptConfig);
        } else {
            device_->driver_ready();
        }
    }
}

void VirtioMmio::notify(std::uint32_t index) {
    {
        const MutexLock lock(mutex_);
        if (!live() || index >= queues_.size() || !queues_[index].started()) {
            return;
        }
        device_->notify(index);
    }
    device_->call_out();
}

void VirtioMmio::stop_queue() {
    std::uint32_t index = 0;
    {
        const MutexLock lock(mutex_);
        index = selected_queue_;
        if (index >= queues_.size() || !queues_[index].started()) {
            return;
        }
        queues_[index].stop();  // what completes from here on is dropped
    }
    device_->quiesce();
}

// 2.4: when the write of 0 returns, nothing of the driver's memory is touched any more.
void VirtioMmio::reset() {
    {
        const MutexLock lock(mutex_);
        status_ = 0;
        std::ranges::for_each(queues_, [](Virtqueue& queue) { queue.stop(); });
    }
    device_->quiesce();
    const MutexLock lock(mutex_);
    device_->reset();
    interrupt_status_.store(0, std::memory_order_release);
    device_features_page_ = driver_features_page_ = selected_queue_ = 0;
    driver_features_ = 0;
    std::ranges::fill(setups_, QueueSetup{});
}

}  // namespace lkl
