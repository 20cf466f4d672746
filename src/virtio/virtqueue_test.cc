// SPDX-License-Identifier: GPL-2.0
// The split queue without a device: what it takes, what breaks it, when it asks and is asked.
#include "virtio/virtqueue.hh"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

namespace lkl {
namespace {

using namespace virtio;

constexpr std::uint16_t kSize = 8;
constexpr std::uint64_t kTable = 0;
constexpr std::uint64_t kAvail = 1024;
constexpr std::uint64_t kUsed = 2048;
constexpr std::uint64_t kData = 4096;
constexpr std::uint64_t kMemory = 64 * 1024;

class VirtqueueTest : public ::testing::Test {
  protected:
    VirtqueueTest() : storage_(kMemory / 8), ram_(std::as_writable_bytes(std::span(storage_))) {
        start(kFeatureEventIndex | kFeatureIndirect);
    }

    bool start(std::uint64_t features) {
        return queue_.start(GuestMemory(ram_), {kTable, kAvail, kUsed}, kSize, features);
    }

    template <typename T>
    void put(std::uint64_t at, T value) {
        std::memcpy(ram_.data() + at, &value, sizeof(value));
    }

    template <typename T>
    T get(std::uint64_t at) {
        T value;
        std::memcpy(&value, ram_.data() + at, sizeof(value));
        return value;
    }

    void describe(std::uint64_t table, unsigned index, const Descriptor& descriptor) {
        put(table + sizeof(Descriptor) * index, descriptor);
    }

    void offer(std::uint16_t head) {
        put<std::uint16_t>(kAvail + 4 + 2 * std::size_t(avail_ % kSize), head);
        put<std::uint16_t>(kAvail + 2, ++avail_);
    }

    // Offers a chain of these from descriptor 0 on, and says why the queue is broken afterwards.
    std::string breaks(const std::vector<Descriptor>& descriptors) {
        for (unsigned i = 0; i < descriptors.size(); ++i) {
            describe(kTable, i, descriptors[i]);
        }
        offer(0);
        const Virtqueue::Next next = queue_.pop(chain_);
        if (next != Virtqueue::Next::broken) {
            return "";
        }
        // Broken for good: it takes nothing, gives nothing, wants nothing.
        EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::broken);
        queue_.push(0, 0);
        EXPECT_FALSE(queue_.publish());
        EXPECT_EQ(get<std::uint16_t>(kUsed + 2), 0);
        return queue_.error();
    }

    std::vector<std::uint64_t> storage_;
    std::span<std::byte> ram_;
    std::uint16_t avail_ = 0;
    Virtqueue queue_;
    DescriptorChain chain_;
};

constexpr std::uint16_t kN = kDescriptorNext;
constexpr std::uint16_t kW = kDescriptorWrite;
constexpr std::uint16_t kI = kDescriptorIndirect;

TEST_F(VirtqueueTest, TakesAChainApart) {
    for (unsigned i = 0; i < 100; ++i) {
        put<std::uint8_t>(kData + i, static_cast<std::uint8_t>(i));
    }
    describe(kTable, 5, {kData, 10, kN, 1});
    describe(kTable, 1, {kData + 10, 20, kN, 2});
    describe(kTable, 2, {kData + 200, 7, kW, 0});
    offer(5);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    EXPECT_EQ(chain_.head(), 5);
    EXPECT_EQ(chain_.readable_bytes(), 30U);
    EXPECT_EQ(chain_.writable_bytes(), 7U);
    std::array<std::byte, 15> first{};
    ASSERT_TRUE(chain_.take_readable(first));
    EXPECT_EQ(first[14], std::byte{14});
    ASSERT_EQ(chain_.readable().size(), 1U);
    EXPECT_EQ(chain_.readable()[0].iov_len, 15U);
    std::array<std::byte, 16> more{};
    EXPECT_FALSE(chain_.take_readable(more));
    EXPECT_EQ(chain_.readable_bytes(), 15U);
    EXPECT_EQ(chain_.take_last_writable(), ram_.data() + kData + 206);
    EXPECT_EQ(chain_.put_writable(more), 6U);
    EXPECT_EQ(chain_.put_writable(more), 0U);
    EXPECT_EQ(chain_.take_last_writable(), nullptr);
    EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::empty);
}

TEST_F(VirtqueueTest, TheWholeTableIsNoLoop) {
    for (unsigned i = 0; i < kSize; ++i) {
        const bool last = i + 1 == kSize;
        describe(kTable, i,
                 {kData, 1, last ? std::uint16_t{0} : kN, static_cast<std::uint16_t>(i + 1)});
    }
    offer(0);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    EXPECT_EQ(chain_.readable().size(), kSize);
}

TEST_F(VirtqueueTest, Loops) {
    EXPECT_EQ(breaks({{kData, 1, kN, 0}}), "a descriptor chain has a loop");
}

TEST_F(VirtqueueTest, LongerLoops) {
    EXPECT_EQ(breaks({{kData, 1, kN, 1}, {kData, 1, kN, 2}, {kData, 1, kN, 1}}),
              "a descriptor chain has a loop");
}

TEST_F(VirtqueueTest, NextBeyondTheTable) {
    EXPECT_EQ(breaks({{kData, 1, kN, kSize}}), "a descriptor index is beyond the table");
}

TEST_F(VirtqueueTest, HeadBeyondTheTable) {
    offer(kSize);
    EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::broken);
    EXPECT_STREQ(queue_.error(), "a descriptor index is beyond the table");
}

TEST_F(VirtqueueTest, BuffersOutsideOfMemory) {
    const std::string outside = "a descriptor's buffer lies outside of memory";
    for (const auto& [address, length] :
         std::vector<std::pair<std::uint64_t, std::uint32_t>>{{kMemory, 1},
                                                              {kMemory - 1, 2},
                                                              {UINT64_MAX, 1},
                                                              {UINT64_MAX, UINT32_MAX},
                                                              {0, UINT32_MAX},
                                                              {1ULL << 63, 4096}}) {
        avail_ = 0;
        start(0);
        EXPECT_EQ(breaks({{address, length, 0, 0}}), outside) << address << " " << length;
    }
    avail_ = 0;
    start(0);
    EXPECT_EQ(breaks({{kMemory - 1, 1, 0, 0}}), "");
}

TEST_F(VirtqueueTest, EmptyBuffers) {
    EXPECT_EQ(breaks({{kData, 0, 0, 0}}), "a descriptor has no length");
}

TEST_F(VirtqueueTest, ReadableAfterWritable) {
    EXPECT_EQ(breaks({{kData, 1, kN | kW, 1}, {kData, 1, 0, 0}}),
              "a chain has a readable descriptor after a writable one");
}

TEST_F(VirtqueueTest, TheIndexRunsAhead) {
    put<std::uint16_t>(kAvail + 2, kSize + 1);
    EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::broken);
    EXPECT_STREQ(queue_.error(), "the available index is more than the queue's size ahead");
}

TEST_F(VirtqueueTest, TheSameChainAgainAndAgain) {
    describe(kTable, 0, {kData, 1, 0, 0});
    for (unsigned i = 0; i < kSize; ++i) {
        offer(0);
        ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    }
    EXPECT_EQ(queue_.in_flight(), kSize);
    offer(0);
    EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::broken);
    EXPECT_STREQ(queue_.error(), "more chains are available than the queue has descriptors");
}

TEST_F(VirtqueueTest, IndirectAloneAndAfterOthers) {
    constexpr std::uint64_t kIndirect = kData + 512;
    describe(kIndirect, 0, {kData, 5, kN, 2});
    describe(kIndirect, 2, {kData + 5, 6, kW, 0});
    // The write flag of the descriptor itself means nothing.
    describe(kTable, 0, {kIndirect, 3 * sizeof(Descriptor), kI | kW, 0});
    offer(0);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    EXPECT_EQ(chain_.readable_bytes(), 5U);
    EXPECT_EQ(chain_.writable_bytes(), 6U);
    describe(kTable, 1, {kData + 100, 3, kN, 0});
    offer(1);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    EXPECT_EQ(chain_.readable_bytes(), 8U);
}

TEST_F(VirtqueueTest, IndirectWithoutTheFeature) {
    start(0);
    EXPECT_EQ(breaks({{kData, 16, kI, 0}}), "an indirect descriptor without the feature");
}

TEST_F(VirtqueueTest, IndirectWithANext) {
    EXPECT_EQ(breaks({{kData, 16, kI | kN, 1}}), "an indirect descriptor has a next one");
}

TEST_F(VirtqueueTest, IndirectInIndirect) {
    describe(kData, 0, {kData, 16, kI, 0});
    EXPECT_EQ(breaks({{kData, 16, kI, 0}}), "an indirect table contains an indirect descriptor");
}

TEST_F(VirtqueueTest, IndirectOfAWrongLength) {
    EXPECT_EQ(breaks({{kData, 0, kI, 0}}),
              "an indirect table's length is not a number of descriptors");
}

TEST_F(VirtqueueTest, IndirectOfAnOddLength) {
    EXPECT_EQ(breaks({{kData, 24, kI, 0}}),
              "an indirect table's length is not a number of descriptors");
}

TEST_F(VirtqueueTest, IndirectOutsideOfMemory) {
    EXPECT_EQ(breaks({{kMemory - 16, 32, kI, 0}}), "an indirect table lies outside of memory");
}

TEST_F(VirtqueueTest, IndirectMisaligned) {
    EXPECT_EQ(breaks({{kData + 4, 16, kI, 0}}), "an indirect table is misaligned");
}

TEST_F(VirtqueueTest, IndirectLoop) {
    describe(kData, 0, {kData, 1, kN, 1});
    describe(kData, 1, {kData, 1, kN, 0});
    EXPECT_EQ(breaks({{kData, 32, kI, 0}}), "a descriptor chain has a loop");
}

TEST_F(VirtqueueTest, TooManySegments) {
    const unsigned count = Virtqueue::kMaxSegments + 1;
    for (unsigned i = 0; i < count; ++i) {
        describe(
            kData, i,
            {kData, 1, i + 1 == count ? std::uint16_t{0} : kN, static_cast<std::uint16_t>(i + 1)});
    }
    EXPECT_EQ(breaks({{kData, count * 16, kI, 0}}), "a chain has too many descriptors");
}

TEST_F(VirtqueueTest, PlacesThatCannotBe) {
    const auto starts = [&](const VirtqueueAddresses& at, std::uint32_t size) {
        return queue_.start(GuestMemory(ram_), at, size, 0);
    };
    EXPECT_TRUE(starts({kTable, kAvail, kUsed}, 8));
    for (const std::uint32_t size : {0U, 3U, 65536U, 0x80000008U}) {
        EXPECT_FALSE(starts({kTable, kAvail, kUsed}, size));
        EXPECT_TRUE(queue_.broken());
        EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::broken);
    }
    EXPECT_FALSE(starts({8, kAvail, kUsed}, 8));
    EXPECT_FALSE(starts({kTable, kAvail + 1, kUsed}, 8));
    EXPECT_FALSE(starts({kTable, kAvail, kUsed + 2}, 8));
    EXPECT_FALSE(starts({kMemory - 112, kAvail, kUsed}, 8));
    EXPECT_FALSE(starts({kTable, kMemory - 20, kUsed}, 8));
    EXPECT_FALSE(starts({kTable, kAvail, kMemory - 64}, 8));
    EXPECT_FALSE(starts({kTable, kAvail, UINT64_MAX - 3}, 8));
}

// The kernel's text and constants lie at the start of memory: a write there would be a fault of
// the host's own code.
TEST_F(VirtqueueTest, NothingIsWrittenToReadOnlyMemory) {
    constexpr std::uint64_t kReadOnly = 4096;
    const auto starts = [&](std::uint64_t used) {
        return queue_.start(GuestMemory(ram_, kReadOnly), {kTable, kAvail, used}, kSize, 0);
    };
    EXPECT_FALSE(starts(kUsed));
    EXPECT_STREQ(queue_.error(), "the used ring lies in read-only memory");
    constexpr std::uint64_t kWritableUsed = 2 * kReadOnly;
    ASSERT_TRUE(starts(kWritableUsed)) << queue_.error();
    describe(kTable, 0, {kReadOnly - 4, 4, kN, 1});  // may be read
    describe(kTable, 1, {kReadOnly, 4, kW, 0});
    offer(0);
    EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    describe(kTable, 1, {kReadOnly - 1, 4, kW, 0});
    offer(0);
    EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::broken);
    EXPECT_STREQ(queue_.error(), "a buffer for the device to write lies in read-only memory");
}

TEST_F(VirtqueueTest, IndicesWrapAround) {
    describe(kTable, 3, {kData, 4, kW, 0});
    for (unsigned i = 0; i < 70000; ++i) {
        offer(3);
        ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
        queue_.push(3, i);
        queue_.publish();
        const std::uint64_t slot = kUsed + 4 + 8 * std::uint64_t{i % kSize};
        ASSERT_EQ(get<std::uint32_t>(slot), 3U);
        ASSERT_EQ(get<std::uint32_t>(slot + 4), i);
        ASSERT_EQ(get<std::uint16_t>(kUsed + 2), static_cast<std::uint16_t>(i + 1));
    }
}

TEST_F(VirtqueueTest, NothingIsVisibleBeforePublish) {
    describe(kTable, 0, {kData, 4, kW, 0});
    offer(0);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    queue_.push(0, 4);
    EXPECT_EQ(get<std::uint16_t>(kUsed + 2), 0);
    EXPECT_TRUE(queue_.publish());
    EXPECT_EQ(get<std::uint16_t>(kUsed + 2), 1);
    EXPECT_FALSE(queue_.publish());
}

TEST_F(VirtqueueTest, AsksForANotificationOnlyWhenEmpty) {
    constexpr std::uint64_t kAvailEvent = kUsed + 4 + 8 * kSize;
    describe(kTable, 0, {kData, 4, kW, 0});
    put<std::uint16_t>(kAvailEvent, 0x7777);
    offer(0);
    offer(0);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    EXPECT_EQ(get<std::uint16_t>(kAvailEvent), 0x7777);
    EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::empty);
    EXPECT_EQ(get<std::uint16_t>(kAvailEvent), 2);
}

TEST_F(VirtqueueTest, InterruptsOnlyPastTheUsedEvent) {
    constexpr std::uint64_t kUsedEvent = kAvail + 4 + 2 * kSize;
    describe(kTable, 0, {kData, 4, kW, 0});
    const auto finish = [&](unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            offer(0);
            EXPECT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
            queue_.push(0, 0);
        }
        return queue_.publish();
    };
    put<std::uint16_t>(kUsedEvent, 2);  // wants the third
    EXPECT_FALSE(finish(2));
    EXPECT_TRUE(finish(1));
    EXPECT_FALSE(finish(1));
    put<std::uint16_t>(kUsedEvent, 5);
    EXPECT_TRUE(finish(4));  // from 4 to 8, past 5
}

TEST_F(VirtqueueTest, InterruptsUnlessToldNotTo) {
    start(0);
    describe(kTable, 0, {kData, 4, kW, 0});
    put<std::uint16_t>(kAvail, kAvailNoInterrupt);
    offer(0);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    queue_.push(0, 0);
    EXPECT_FALSE(queue_.publish());
    put<std::uint16_t>(kAvail, 0);
    offer(0);
    ASSERT_EQ(queue_.pop(chain_), Virtqueue::Next::chain);
    queue_.push(0, 0);
    EXPECT_TRUE(queue_.publish());
}

}  // namespace
}  // namespace lkl
