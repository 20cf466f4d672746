// SPDX-License-Identifier: GPL-2.0
// The entropy device driven by hand.
#include "virtio/rng.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "virtio/mmio_registers.hh"
#include "virtio/testing/fake_driver.hh"
#include "virtio/virtio_mmio.hh"

namespace lkl {
namespace {

using namespace virtio;
using testing::FakeDriver;

class RngTest : public ::testing::Test {
  protected:
    RngTest()
        : device_(std::make_unique<VirtioRng>([this](std::span<std::byte> bytes) {
              std::ranges::fill(bytes, std::byte{0x42});
              asked_ += bytes.size();
          })),
          driver_(device_) {
        driver_.start(kFeatureEventIndex | kFeatureIndirect, 1);
    }

    std::size_t asked_ = 0;
    VirtioMmio device_;
    FakeDriver driver_;
};

TEST_F(RngTest, FillsWhatIsOffered) {
    EXPECT_EQ(driver_.read(kRegDeviceId), 4U);
    const auto at = driver_.allocate(100);
    driver_.add(0, {{at, 33, true}, {at + 40, 20, true}});
    driver_.notify(0);
    const auto used = driver_.take_used(0);
    ASSERT_TRUE(used);
    EXPECT_EQ(used->length, 53U);
    EXPECT_EQ(asked_, 53U);
    const auto filled = [](std::byte byte) { return byte == std::byte{0x42}; };
    EXPECT_TRUE(std::ranges::all_of(driver_.at(at, 33), filled));
    EXPECT_TRUE(std::ranges::none_of(driver_.at(at + 33, 7), filled));
    EXPECT_TRUE(std::ranges::all_of(driver_.at(at + 40, 20), filled));
    EXPECT_EQ(driver_.interrupts(), 1U);
}

TEST_F(RngTest, GivesAtMost64KiBAtOnce) {
    const auto at = driver_.allocate(1 << 20);
    driver_.add(0, {{at, 1 << 20, true}, {at, 4096, true}});
    driver_.notify(0);
    EXPECT_EQ(driver_.take_used(0)->length, 64U * 1024);
    EXPECT_EQ(asked_, 64U * 1024);
}

TEST_F(RngTest, ARequestToReadNeedsAReset) {
    const auto at = driver_.allocate(64);
    driver_.add(0, {{at, 16, false}, {at, 16, true}});
    driver_.notify(0);
    EXPECT_NE(driver_.status() & kStatusNeedsReset, 0U);
    EXPECT_EQ(asked_, 0U);
    EXPECT_FALSE(driver_.take_used(0));
}

TEST(HostRng, GivesDifferentBytes) {
    const auto device = make_virtio_rng();
    FakeDriver driver(*device);
    driver.start(0, 1);
    const auto at = driver.allocate(64);
    driver.add(0, {{at, 32, true}});
    driver.add(0, {{at + 32, 32, true}});
    driver.notify(0);
    // Equal, or zeroes, once in 2^256 runs.
    EXPECT_FALSE(std::ranges::equal(driver.at(at, 32), driver.at(at + 32, 32)));
    EXPECT_FALSE(std::ranges::equal(driver.at(at, 32), std::vector<std::byte>(32)));
}

}  // namespace
}  // namespace lkl
