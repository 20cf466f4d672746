// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm_group.hh"

#include <gtest/gtest.h>

#include "fs/test_lvm.hh"

namespace lkl::fs {
namespace {

using testing::changed_lvm_group;
using testing::kLvmGroup;

std::string reason_against(const std::string& text) {
    const auto group = parse_lvm_group(text, "disk.img");
    return group ? "" : group.error().message();
}

TEST(LvmGroup, SegmentsLieWhereTheTextSays) {
    const auto group = parse_lvm_group(kLvmGroup, "disk.img");
    ASSERT_TRUE(group) << group.error().message();
    EXPECT_EQ(group->name, "vg");
    EXPECT_EQ(group->sequence, 7U);
    EXPECT_FALSE(group->exported);
    ASSERT_EQ(group->volumes.size(), 3U);
    const LvmVolume& both = group->volumes[0];
    EXPECT_TRUE(both.visible && both.writable);
    EXPECT_EQ(both.length, 80U);
    ASSERT_EQ(both.segments.size(), 2U);
    EXPECT_EQ(both.segments[0].stripes[1].physical, 1U);
    EXPECT_EQ(both.segments[0].stripes[1].start, 48U + 16);
    EXPECT_EQ(both.segments[1].stripes[0].start, 32U + 5 * 16);
    EXPECT_FALSE(group->volumes[1].writable);
    EXPECT_NE(group->volumes[1].segments[0].refused.find("raid1"), std::string::npos);
    EXPECT_FALSE(group->volumes[2].visible);
}

TEST(LvmGroup, WhatDoesNotFitIsRefused) {
    EXPECT_NE(reason_against(changed_lvm_group("extent_size = 16", "extent_size = 0")), "");
    EXPECT_NE(
        reason_against(changed_lvm_group("extent_size = 16", "extent_size = 18446744073709551615")),
        "");
    EXPECT_NE(reason_against(changed_lvm_group("\"pv0\", 5", "\"pv0\", 8"))
                  .find("outside of the physical"),
              std::string::npos);
    EXPECT_NE(reason_against(changed_lvm_group("\"pv0\", 5", "\"pv0\", 18446744073709551615")), "");
    EXPECT_NE(reason_against(changed_lvm_group("stripe_count = 2", "stripe_count = 3")), "");
    EXPECT_NE(reason_against(changed_lvm_group("stripe_size = 4", "stripe_size = 5")), "");
    EXPECT_NE(reason_against(changed_lvm_group("start_extent = 4", "start_extent = 3")), "");
    EXPECT_NE(reason_against(changed_lvm_group("segment_count = 2", "segment_count = 3")), "");
    EXPECT_NE(
        reason_against(changed_lvm_group("version = 1", "version = 2")).find("another version"),
        std::string::npos);
    EXPECT_NE(reason_against("a = 1"), "");
    // The end of the physical volume would be told by a small number again.
    const std::string wraps = changed_lvm_group("extent_size = 16", "extent_size = 4294967292");
    EXPECT_NE(reason_against(wraps.substr(0, wraps.find("pe_count")) + "pe_count = 4294967295 }" +
                             wraps.substr(wraps.find("\n        pv1")))
                  .find("pe_count is missing or out of bounds"),
              std::string::npos);
    EXPECT_NE(reason_against(changed_lvm_group("pe_start = 32", "pe_start = 9007199254740992"))
                  .find("pe_count is missing or out of bounds"),
              std::string::npos);
    EXPECT_NE(reason_against(changed_lvm_group("\"pv1\", 7", "\"pv0\", 5"))
                  .find("volumes both and hidden lie on the same extents of pv0"),
              std::string::npos);
    EXPECT_NE(reason_against(changed_lvm_group("\"pv0\", 5", "\"pv0\", 2"))
                  .find("volumes both and both lie on the same extents"),
              std::string::npos);
    EXPECT_NE(reason_against(changed_lvm_group("111111-1111-1111-1111-1111-1111-111111",
                                               "000000-0000-0000-0000-0000-0000-000000"))
                  .find("pv1 has no UUID of its own"),
              std::string::npos);
    EXPECT_NE(reason_against(changed_lvm_group("        hidden {", "        both {"))
                  .find("two logical volumes both"),
              std::string::npos);
    EXPECT_TRUE(parse_lvm_group(changed_lvm_group("\"WRITE\"]", "\"EXPORTED\"]"), "i")->exported);
    for (const std::string type :
         {"raid0", "raid1", "raid5", "raid6", "raid10", "mirror", "thin", "thin-pool", "cache",
          "cache-pool", "writecache", "integrity", "vdo", "error", "zero", "linear or so"}) {
        const auto other =
            parse_lvm_group(changed_lvm_group("type = \"raid1\"", "type = \"" + type + "\""), "i");
        ASSERT_TRUE(other) << type;
        EXPECT_EQ(other->volumes[1].segments[0].refused,
                  "its type " + type + " is not supported (striped and linear are)");
    }
    const auto elsewhere = parse_lvm_group(changed_lvm_group("\"pv0\", 5", "\"other\", 5"), "i");
    ASSERT_TRUE(elsewhere);
    EXPECT_NE(elsewhere->volumes[0].segments[1].refused.find("no physical volume"),
              std::string::npos);
}

// Thirty thousand of everything that is looked up: a text may have ten times as many.
TEST(LvmGroup, MuchOfEverythingIsReadInOneGo) {
    constexpr int kMany = 30'000;
    std::string text = "vg { seqno = 1 extent_size = 1\nphysical_volumes { p { id = \"" +
                       std::string(32, 'p') + "\" pe_start = 1 pe_count = 4000000000 } }\n" +
                       "logical_volumes { all { segment_count = " + std::to_string(kMany);
    for (int i = 1; i <= kMany; ++i) {
        const std::string number = std::to_string(i);
        text += "\nsegment" + number + " { start_extent = " + std::to_string(i - 1) +
                " extent_count = 1 type = \"striped\" stripe_count = 1 stripes = [\"p\", " +
                number + "] }";
    }
    text += " }\n";
    for (int i = 0; i < kMany; ++i) {
        text += "s" + std::to_string(i) +
                " { segment_count = 1 segment1 { start_extent = 0 extent_count = 1"
                " type = \"snapshot\" origin = \"s0\" cow_store = \"all\" } }\n";
    }
    const auto group = parse_lvm_group(text + "} }\nversion = 1\n", "disk.img");
    ASSERT_TRUE(group) << group.error().message();
    EXPECT_EQ(group->volumes.size(), 1U + kMany);
    EXPECT_EQ(group->volumes[0].segments.size(), std::size_t{kMany});
    EXPECT_EQ(group->volumes[0].segments.back().refused,
              "it is a snapshot, which is not supported");
    EXPECT_TRUE(group->volumes[1].is_origin);
}

}  // namespace
}  // namespace lkl::fs
