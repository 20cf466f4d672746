// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm.hh"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "fs/test_lvm.hh"

namespace lkl::fs {
namespace {

using testing::changed_lvm_group;
using testing::kLvmGroup;
using testing::LvmStore;

constexpr std::size_t kSector = LvmStore::kSector;

TEST(LvmVolumes, StripesTakeTurns) {
    LvmStore first('0', kLvmGroup);
    LvmStore second('1', kLvmGroup);
    // Every sector of the data tells its store and its number.
    for (std::size_t i = 32; i < 192; ++i) {
        std::memset(&first.bytes()[i * kSector], static_cast<int>(i), kSector);
        std::memset(&second.bytes()[i * kSector], static_cast<int>(i) ^ 0xff, kSector);
    }
    const auto volumes = LvmVolumes::find({second.member("b"), first.member("a")});
    ASSERT_TRUE(volumes) << volumes.error().message();
    EXPECT_FALSE(volumes->choose("", 0)) << "there are two";
    const auto both = volumes->choose("both", 0);
    ASSERT_TRUE(both);
    EXPECT_EQ(volumes->name(*both), "vg/both");
    ASSERT_TRUE(volumes->check(*both, true));
    // From the first stripe's second chunk over its neighbour's into the second segment.
    const std::map<std::uint64_t, int> expected{
        {0, 48}, {4, 64 ^ 0xff}, {8, 52}, {12, 68 ^ 0xff}, {63, 95 ^ 0xff}, {64, 112}, {79, 127}};
    for (const auto& [sector, value] : expected) {
        std::byte byte{};
        ASSERT_TRUE(volumes->read(*both, {&byte, 1}, sector * kSector + 511));
        EXPECT_EQ(static_cast<int>(byte), value) << sector;
    }
    std::vector<std::byte> across(6 * kSector);
    ASSERT_TRUE(volumes->read(*both, across, 62 * kSector));
    EXPECT_EQ(static_cast<int>(across[2 * kSector - 1]), 95 ^ 0xff);
    EXPECT_EQ(static_cast<int>(across[2 * kSector]), 112);
    EXPECT_FALSE(volumes->read(*both, across, 75 * kSector)) << "beyond the end";
    const auto table = volumes->table(*both, {{254, 16}, {254, 0}});
    ASSERT_EQ(table.size(), 2U);
    EXPECT_EQ(table[0].target, "striped");
    EXPECT_EQ(table[0].parameters, "2 4 254:0 48 254:16 64");
    EXPECT_EQ(table[1].target, "linear");
    EXPECT_EQ(table[1].parameters, "254:0 112");
    EXPECT_FALSE(volumes->check(*volumes->choose("vg/mirror", 0), false));
    EXPECT_FALSE(volumes->choose("hidden", 0));
}

TEST(LvmVolumes, TheNewestCopyCounts) {
    const LvmStore old('0', changed_lvm_group("seqno = 7", "seqno = 6"));
    const LvmStore current('1', changed_lvm_group("        hidden {", "        shown {"));
    const auto volumes = LvmVolumes::find({old.member("a"), current.member("b")});
    ASSERT_TRUE(volumes) << volumes.error().message();
    ASSERT_EQ(volumes->groups().size(), 1U);
    EXPECT_EQ(volumes->groups()[0].group.volumes[2].name, "shown");
    const auto partial = LvmVolumes::find({old.member("a")});
    ASSERT_TRUE(partial);
    const auto missing = partial->check(*partial->choose("both", 0), false);
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message().find("pv1"), std::string::npos);
    EXPECT_FALSE(LvmVolumes::find({old.member("a"), old.member("b")})) << "the same twice";
}

TEST(LvmVolumes, AnOutdatedPhysicalVolumeIsNotUsed) {
    const std::string text =
        changed_lvm_group("pe_start = 48", "flags = [\"MISSING\"] pe_start = 48");
    const LvmStore first('0', text);
    const LvmStore second('1', text);
    const auto volumes = LvmVolumes::find({first.member("a"), second.member("b")});
    ASSERT_TRUE(volumes) << volumes.error().message();
    const auto used = volumes->check(*volumes->choose("both", 0), false);
    ASSERT_FALSE(used);
    EXPECT_NE(used.error().message().find("--restoremissing"), std::string::npos);
}

TEST(LvmVolumes, SnapshotsProtectTheirOrigin) {
    const LvmStore store('0', changed_lvm_group("        hidden {", R"(
        snapshot0 { id = "s" status = ["READ"] segment_count = 1
            segment1 { start_extent = 0 extent_count = 1 type = "snapshot"
                       origin = "both" cow_store = "hidden" chunk_size = 8 } }
        hidden {)"));
    const LvmStore other('1', kLvmGroup);
    const auto volumes = LvmVolumes::find({store.member("a"), other.member("b")});
    ASSERT_TRUE(volumes) << volumes.error().message();
    const auto both = volumes->choose("both", 0);
    ASSERT_TRUE(both);
    EXPECT_TRUE(volumes->check(*both, false));
    const auto write = volumes->check(*both, true);
    ASSERT_FALSE(write);
    EXPECT_NE(write.error().message().find("snapshots"), std::string::npos);
    const auto merging = parse_lvm_group(changed_lvm_group("        hidden {", R"(
        snapshot0 { id = "s" status = ["READ"] segment_count = 1
            segment1 { start_extent = 0 extent_count = 1 type = "snapshot"
                       origin = "both" merging_store = "hidden" chunk_size = 8 } }
        hidden {)"),
                                         "i");
    ASSERT_TRUE(merging);
    EXPECT_EQ(merging->volumes[0].segments[0].refused, "a snapshot is being merged into it");
}

}  // namespace
}  // namespace lkl::fs
