// SPDX-License-Identifier: GPL-2.0
// The registers of the transport and the status machine, with a device that only takes notes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "virtio/mmio_registers.hh"
#include "virtio/testing/fake_driver.hh"
#include "virtio/virtio_mmio.hh"

namespace lkl {
namespace {

using namespace virtio;
using testing::FakeDriver;

class NotingDevice final : public VirtioDevice {
  public:
    [[nodiscard]] std::uint32_t device_id() const override { return 99; }

    [[nodiscard]] std::uint64_t device_features() const override { return (1ULL << 40) | 1; }

    [[nodiscard]] unsigned queue_count() const override { return 2; }

    [[nodiscard]] std::uint16_t queue_size_max() const override { return 32; }

    [[nodiscard]] std::span<const std::byte> config() override { return config_bytes; }

    void write_config(std::size_t offset, std::span<const std::byte> data) override {
        std::ranges::copy(data, config_bytes.begin() + static_cast<long>(offset));
    }

    void attach(VirtioTransport& given) override { transport = &given; }

    void detach() override { ++detached; }

    void driver_ready() override { ++ready; }

    void notify(unsigned index) override { notified.push_back(index); }

    void quiesce() override {
        ++quiesced;
        // What a completion does: takes the lock, gives back, interrupts.
        const MutexLock lock(transport->mutex());
        transport->queue(0).push(0, 1);
        transport->publish(transport->queue(0));
    }

    void reset() override { ++resets; }

    VirtioTransport* transport = nullptr;
    std::array<std::byte, 10> config_bytes{};
    std::vector<unsigned> notified;
    int detached = 0;
    int ready = 0;
    int quiesced = 0;
    int resets = 0;
};

class TransportTest : public ::testing::Test {
  protected:
    TransportTest() {
        auto owned = std::make_unique<NotingDevice>();
        noting_ = owned.get();
        device_ = std::make_unique<VirtioMmio>(std::move(owned));
        driver_.emplace(*device_);
    }

    bool needs_reset() { return (driver_->status() & kStatusNeedsReset) != 0; }

    NotingDevice* noting_ = nullptr;
    std::unique_ptr<VirtioMmio> device_;
    std::optional<FakeDriver> driver_;
};

TEST_F(TransportTest, FixedRegisters) {
    EXPECT_EQ(driver_->read(kRegMagic), 0x74726976U);
    EXPECT_EQ(driver_->read(kRegVersion), 2U);
    EXPECT_EQ(driver_->read(kRegDeviceId), 99U);
    EXPECT_EQ(driver_->device_features(),
              (1ULL << 40) | 1 | kFeatureVersion1 | kFeatureIndirect | kFeatureEventIndex);
    driver_->write(kRegDeviceFeaturesSel, 2);
    EXPECT_EQ(driver_->read(kRegDeviceFeatures), 0U);
    EXPECT_EQ(driver_->read(kRegShmLenLow), UINT32_MAX);
    EXPECT_EQ(driver_->read(kRegShmBaseHigh), UINT32_MAX);
    driver_->write(kRegQueueSel, 1);
    EXPECT_EQ(driver_->read(kRegQueueSizeMax), 32U);
    driver_->write(kRegQueueSel, 2);
    EXPECT_EQ(driver_->read(kRegQueueSizeMax), 0U);
}

TEST_F(TransportTest, OddAccessesDoNothing) {
    EXPECT_EQ(driver_->read_sized(kRegMagic, 2), 0U);
    EXPECT_EQ(driver_->read_sized(kRegMagic + 1, 4), 0U);
    EXPECT_EQ(driver_->read(0x0f0), 0U);
    driver_->write(kRegMagic, 0);
    EXPECT_EQ(driver_->read(kRegMagic), 0x74726976U);
    device_->mmio_write(kRegStatus, kStatusAcknowledge, 2);
    EXPECT_EQ(driver_->status(), 0U);
}

TEST_F(TransportTest, FeaturesMustBeOfferedAndOfVersion1) {
    EXPECT_TRUE(driver_->negotiate(kFeatureVersion1));
    EXPECT_TRUE(driver_->negotiate(kFeatureVersion1 | (1ULL << 40)));
    EXPECT_FALSE(driver_->negotiate((1ULL << 40) | 1));
    EXPECT_FALSE(driver_->negotiate(kFeatureVersion1 | 2));
    driver_->driver_ok();
    EXPECT_EQ(driver_->status() & kStatusDriverOk, 0U);
    EXPECT_EQ(noting_->ready, 0);
}

TEST_F(TransportTest, NoFeaturesAfterFeaturesOk) {
    ASSERT_TRUE(driver_->negotiate(kFeatureVersion1));
    driver_->write(kRegDriverFeaturesSel, 0);
    driver_->write(kRegDriverFeatures, 1);
    driver_->driver_ok();
    const MutexLock lock(noting_->transport->mutex());
    EXPECT_EQ(noting_->transport->features(), kFeatureVersion1);
}

TEST_F(TransportTest, StatusBitsAreOnlyAdded) {
    driver_->write(kRegStatus, kStatusAcknowledge | kStatusDriver);
    driver_->write(kRegStatus, kStatusDriver);
    EXPECT_EQ(driver_->status(), kStatusAcknowledge | kStatusDriver);
    driver_->write(kRegStatus, kStatusNeedsReset);
    EXPECT_FALSE(needs_reset());
    driver_->write(kRegStatus, kStatusFailed);
    EXPECT_NE(driver_->status() & kStatusFailed, 0U);
    driver_->write(kRegStatus, 0);
    EXPECT_EQ(driver_->status(), 0U);
}

TEST_F(TransportTest, NotificationsReachALiveQueueOnly) {
    ASSERT_TRUE(driver_->negotiate(kFeatureVersion1));
    ASSERT_TRUE(driver_->setup_queue(0, 8));
    driver_->notify(0);
    driver_->driver_ok();
    EXPECT_EQ(noting_->ready, 1);
    EXPECT_TRUE(noting_->notified.empty());
    driver_->notify(1);  // never set up
    driver_->notify(2);  // does not exist
    driver_->notify(0xffffffff);
    EXPECT_TRUE(noting_->notified.empty());
    driver_->notify(0);
    EXPECT_EQ(noting_->notified, std::vector<unsigned>{0});
}

TEST_F(TransportTest, QueuesAreSetUpAfterFeaturesOnly) {
    EXPECT_FALSE(driver_->setup_queue(0, 8));
    EXPECT_FALSE(needs_reset());
}

TEST_F(TransportTest, AQueueThatCannotBeNeedsAReset) {
    const auto tried = [&](std::uint16_t size, std::uint64_t reg, std::uint32_t value) {
        EXPECT_TRUE(driver_->negotiate(kFeatureVersion1));
        driver_->write(kRegQueueSel, 0);
        driver_->write(kRegQueueSize, size);
        for (const auto& [low, at] : {std::pair{kRegQueueDescLow, 4096U},
                                      {kRegQueueDriverLow, 8192U},
                                      {kRegQueueDeviceLow, 12288U}}) {
            driver_->write(low, at);
        }
        driver_->write(reg, value);
        driver_->write(kRegQueueReady, 1);
        return driver_->read(kRegQueueReady) == 1 && !needs_reset();
    };
    EXPECT_TRUE(tried(8, kRegQueueSize, 32));
    EXPECT_FALSE(tried(8, kRegQueueSize, 64));
    EXPECT_STREQ(device_->failure(), "the queue's size is larger than its maximum");
    EXPECT_FALSE(tried(8, kRegQueueSize, 0));
    EXPECT_FALSE(tried(8, kRegQueueSize, 0x10008));
    EXPECT_FALSE(tried(8, kRegQueueDescLow, 8));
    EXPECT_STREQ(device_->failure(), "a part of the queue is misaligned");
    EXPECT_FALSE(tried(8, kRegQueueDescHigh, 1));
    EXPECT_STREQ(device_->failure(), "a part of the queue lies outside of memory");
    EXPECT_FALSE(tried(8, kRegQueueDriverHigh, 0xffffffff));
    EXPECT_FALSE(tried(8, kRegQueueDeviceLow, FakeDriver::kMemory - 16));
    EXPECT_TRUE(tried(8, kRegQueueSize, 8));
}

TEST_F(TransportTest, AReadyQueueIsNotChanged) {
    driver_->start(0, 1, 8);
    const auto at = driver_->allocate(64);
    driver_->write(kRegQueueDeviceLow, static_cast<std::uint32_t>(at + 1));
    driver_->write(kRegQueueSize, 3);
    driver_->write(kRegQueueReady, 1);
    EXPECT_EQ(driver_->read(kRegQueueReady), 1U);
    EXPECT_FALSE(needs_reset());
}

TEST_F(TransportTest, StoppingAQueueWaitsForItsWork) {
    driver_->start(0, 2, 8);
    noting_->quiesced = 0;
    driver_->write(kRegQueueSel, 0);
    driver_->write(kRegQueueReady, 0);
    EXPECT_EQ(noting_->quiesced, 1);
    EXPECT_EQ(driver_->read(kRegQueueReady), 0U);
    EXPECT_EQ(driver_->interrupts(), 0U);
    driver_->notify(0);
    EXPECT_TRUE(noting_->notified.empty());
    EXPECT_TRUE(driver_->setup_queue(0, 8));
    driver_->notify(0);
    EXPECT_EQ(noting_->notified.size(), 1U);
}

TEST_F(TransportTest, ResetForgetsAll) {
    driver_->start(kFeatureEventIndex, 2, 8);
    noting_->quiesced = noting_->resets = 0;
    {
        const MutexLock lock(noting_->transport->mutex());
        noting_->transport->config_changed();
    }
    EXPECT_EQ(driver_->interrupt_status(), kInterruptConfig);
    driver_->write(kRegStatus, 0);
    EXPECT_EQ(noting_->quiesced, 1);
    EXPECT_EQ(noting_->resets, 1);
    EXPECT_EQ(driver_->status(), 0U);
    EXPECT_EQ(driver_->interrupt_status(), 0U);
    for (const unsigned index : {0U, 1U}) {
        driver_->write(kRegQueueSel, index);
        EXPECT_EQ(driver_->read(kRegQueueReady), 0U);
    }
    const MutexLock lock(noting_->transport->mutex());
    EXPECT_EQ(noting_->transport->features(), 0U);
    EXPECT_FALSE(noting_->transport->live());
}

TEST_F(TransportTest, InterruptCausesAreAcknowledgedOneByOne) {
    driver_->start(0, 1, 8);
    const auto at = driver_->allocate(64);
    driver_->add(0, {{at, 4, true}});
    {
        const MutexLock lock(noting_->transport->mutex());
        noting_->transport->config_changed();
        DescriptorChain chain;
        Virtqueue& queue = noting_->transport->queue(0);
        ASSERT_EQ(queue.pop(chain), Virtqueue::Next::chain);
        queue.push(chain.head(), 4);
        noting_->transport->publish(queue);
    }
    EXPECT_EQ(driver_->interrupts(), 2U);
    EXPECT_EQ(driver_->interrupt_status(), kInterruptUsed | kInterruptConfig);
    driver_->write(kRegInterruptAck, kInterruptConfig);
    EXPECT_EQ(driver_->interrupt_status(), kInterruptUsed);
    driver_->write(kRegInterruptAck, kInterruptUsed);
    EXPECT_EQ(driver_->interrupt_status(), 0U);
}

TEST_F(TransportTest, AFailedDeviceStandsStillUntilReset) {
    driver_->start(0, 1, 8);
    {
        const MutexLock lock(noting_->transport->mutex());
        noting_->transport->fail("it was told to");
        noting_->transport->fail("it was told to again");
    }
    EXPECT_TRUE(needs_reset());
    EXPECT_STREQ(device_->failure(), "it was told to again");
    EXPECT_EQ(driver_->interrupts(), 1U);
    EXPECT_EQ(driver_->interrupt_status(), kInterruptConfig);
    driver_->notify(0);
    EXPECT_TRUE(noting_->notified.empty());
    driver_->start(0, 1, 8);
    EXPECT_FALSE(needs_reset());
    driver_->notify(0);
    EXPECT_EQ(noting_->notified.size(), 1U);
}

TEST_F(TransportTest, TheConfigurationSpaceHasItsBounds) {
    noting_->config_bytes.fill(std::byte{0x11});
    device_->mmio_write(0x100, 0xaabbccdd, 4);
    device_->mmio_write(0x104, 0x1234, 2);
    device_->mmio_write(0x106, 0x99, 1);
    EXPECT_EQ(driver_->read(0x100), 0xaabbccddU);
    EXPECT_EQ(driver_->read_sized(0x101, 1), 0xccU);
    EXPECT_EQ(device_->mmio_read(0x100, 8), 0x11991234aabbccddU);
    EXPECT_EQ(driver_->read(0x106), 0x11111199U);
    EXPECT_EQ(driver_->read(0x107), 0U);  // reaches beyond
    device_->mmio_write(0x107, 0, 4);
    EXPECT_EQ(driver_->read_sized(0x109, 1), 0x11U);
    EXPECT_EQ(driver_->read(0x1fc), 0U);
}

TEST_F(TransportTest, UnplugEndsIt) {
    driver_->start(0, 1, 8);
    driver_.reset();
    EXPECT_EQ(noting_->detached, 1);
    EXPECT_GE(noting_->quiesced, 1);
}

}  // namespace
}  // namespace lkl
