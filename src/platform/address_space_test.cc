// SPDX-License-Identifier: GPL-2.0
#include "platform/address_space.hh"

#include <gtest/gtest.h>

#include <cstring>

namespace lkl {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMiB = 1U << 20U;

char* at(std::uint64_t address) {
    return reinterpret_cast<char*>(address);  // NOLINT(performance-no-int-to-ptr)
}

TEST(Reservation, IsAlignedWhereAsked) {
    const auto range = Reservation::create_aligned(8 * kMiB, 3 * kMiB, 2 * kMiB);
    ASSERT_TRUE(range) << range.error().message();
    EXPECT_EQ((range->start() + 3 * kMiB) % (2 * kMiB), 0U);
    EXPECT_EQ(range->size(), 8 * kMiB);
}

TEST(Reservation, ATakenAddressIsAnError) {
    const auto range = Reservation::create_aligned(kMiB, 0, kMiB);
    ASSERT_TRUE(range);
    EXPECT_FALSE(Reservation::create(kMiB, range->start()));
}

TEST(Reservation, TooLargeIsAnError) {
    const auto range = Reservation::create_aligned(~std::uint64_t{0} - kMiB, 0, 2 * kMiB);
    ASSERT_FALSE(range);
    EXPECT_NE(range.error().message().find("addresses"), std::string::npos);
}

TEST(RamFile, OnePageShowsInTwoPlaces) {
    const auto range = Reservation::create_aligned(16 * kPage, 0, kPage).value();
    const auto ram = create_ram_file(8 * kPage).value();
    ASSERT_EQ(range.map_file(range.start(), 8 * kPage, ram.get(), 0, true, Access::read_write), 0);
    ASSERT_EQ(range.map_file(range.start() + 10 * kPage, kPage, ram.get(), 2 * kPage, true,
                             Access::read_write),
              0);
    std::strcpy(at(range.start() + 2 * kPage), "alias");  // NOLINT
    EXPECT_STREQ(at(range.start() + 10 * kPage), "alias");

    const auto mappings = range.file_mappings(ram.get());
    ASSERT_TRUE(mappings);
    ASSERT_EQ(mappings->size(), 2U);
    EXPECT_EQ(mappings->at(1).offset, 2 * kPage);
    EXPECT_EQ(mappings->at(1).access, Access::read_write);
}

TEST(RamFile, ACopyHasTheDataAndTheHoles) {
    constexpr std::uint64_t kSize = 64 * kMiB;
    const auto range = Reservation::create_aligned(kSize, 0, kPage).value();
    const auto ram = create_ram_file(kSize).value();
    ASSERT_EQ(range.map_file(range.start(), kSize, ram.get(), 0, true, Access::read_write), 0);
    for (const std::uint64_t offset : {std::uint64_t{0}, 5 * kMiB + kPage, kSize - kPage}) {
        std::strcpy(at(range.start() + offset), "data");  // NOLINT
    }
    const auto copy = copy_ram_file(ram.get(), kSize);
    ASSERT_TRUE(copy) << copy.error().message();
    const auto second = Reservation::create_aligned(kSize, 0, kPage).value();
    ASSERT_EQ(second.map_file(second.start(), kSize, copy->get(), 0, true, Access::read), 0);
    EXPECT_EQ(std::memcmp(at(range.start()), at(second.start()), kSize), 0);
}

}  // namespace
}  // namespace lkl
