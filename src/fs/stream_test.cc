// SPDX-License-Identifier: GPL-2.0
#include "fs/stream.hh"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

namespace lkl::fs {
namespace {

TEST(Stream, KeepsTheOrderOfManyItems) {
    Stream stream(2, 1 << 16);
    constexpr std::uint64_t kCount = 20000;
    std::jthread producer([&] {
        StreamWriter writer(stream);
        for (std::uint64_t i = 0; i < kCount; ++i) {
            const auto room = writer.room(sizeof(i));
            std::memcpy(room.data(), &i, sizeof(i));
            writer.put_data(i, sizeof(i));
        }
    });
    std::uint64_t next = 0;
    while (auto batch = stream.take_full()) {
        for (const Item& item : batch->items) {
            const Data& data = std::get<Data>(item);
            std::uint64_t value = 0;
            std::memcpy(&value, data.bytes.data(), sizeof(value));
            ASSERT_EQ(value, next);
            ASSERT_EQ(data.offset, next);
            ++next;
        }
        stream.put_empty(std::move(batch));
    }
    EXPECT_EQ(next, kCount);
}

TEST(Stream, RoomIsAtMostWhatIsWantedAndAtLeastAPiece) {
    Stream stream(2, 1 << 17);
    StreamWriter writer(stream);
    EXPECT_EQ(writer.room(10).size(), 10U);
    EXPECT_EQ(writer.room(1 << 20).size(), std::size_t{1} << 17);
    writer.put_data(0, (1 << 17) - 100);
    EXPECT_EQ(writer.room(100).size(), 100U);
    EXPECT_EQ(writer.room(101).size(), 101U);  // in the next batch
    stream.cancel();
}

TEST(Stream, CancelStopsAProducerThatWaits) {
    Stream stream(1, 1 << 16);
    std::jthread producer([&] {
        StreamWriter writer(stream);
        while (!writer.stopped()) {
            writer.put(EndOfFile{});
        }
        EXPECT_TRUE(writer.room(10).empty());
        writer.put(EndOfFile{});  // dropped
    });
    auto batch = stream.take_full();
    ASSERT_NE(batch, nullptr);
    stream.cancel();
}

TEST(Stream, EndsWithNothingWhenTheProducerSentNothing) {
    Stream stream;
    { const StreamWriter writer(stream); }
    auto batch = stream.take_full();
    ASSERT_NE(batch, nullptr);
    EXPECT_TRUE(batch->items.empty());
    EXPECT_EQ(stream.take_full(), nullptr);
}

}  // namespace
}  // namespace lkl::fs
