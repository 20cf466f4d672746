// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm.hh"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>

#include "fs/lvm_text.hh"

namespace lkl::fs {
namespace {

constexpr std::size_t kSector = 512;

// Two physical volumes of 8 extents of 16 sectors; "both" takes turns in chunks of 4 sectors on the
// extents 1 and 2 of each, then goes on with extent 5 of the first.
const char* const kGroup = R"(
# made for this test
vg {
    id = "gggggg-gggg-gggg-gggg-gggg-gggg-gggggg"
    seqno = 7
    format = "lvm2"
    status = ["RESIZEABLE", "READ", "WRITE"]
    flags = []
    extent_size = 16
    physical_volumes {
        pv0 { id = "000000-0000-0000-0000-0000-0000-000000" pe_start = 32 pe_count = 8 }
        pv1 { id = "111111-1111-1111-1111-1111-1111-111111" pe_start = 48 pe_count = 8 }
    }
    logical_volumes {
        both {
            id = "bbbbbb" status = ["READ", "WRITE", "VISIBLE"] segment_count = 2
            segment1 {
                start_extent = 0 extent_count = 4 type = "striped" stripe_count = 2 stripe_size = 4
                stripes = [ "pv0", 1, "pv1", 1 ]
            }
            segment2 {
                start_extent = 4 extent_count = 1 type = "striped" stripe_count = 1
                stripes = [ "pv0", 5 ]
            }
        }
        mirror {
            id = "mmmmmm" status = ["READ", "VISIBLE"] segment_count = 1
            segment1 { start_extent = 0 extent_count = 1 type = "raid1" raids = ["a", "b"] }
        }
        hidden {
            id = "hhhhhh" status = ["READ"] segment_count = 1
            segment1 { start_extent = 0 extent_count = 1 type = "striped" stripe_count = 1
                       stripes = [ "pv1", 7 ] }
        }
    }
}
contents = "Text Format Volume Group"
version = 1
description = "a \"quoted\" \\ word"
)";

// The group with a piece of it changed.
std::string changed(const std::string& from, const std::string& to) {
    std::string text = kGroup;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string reason_against(const std::string& text) {
    const auto group = parse_lvm_group(text, "disk.img");
    return group ? "" : group.error().message();
}

TEST(LvmText, ValuesListsAndStringsAreRead) {
    const auto root = parse_lvm_text(kGroup, "disk.img");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->text("description"), "a \"quoted\" \\ word");
    EXPECT_EQ(root->number("version"), 1U);
    EXPECT_EQ(root->text("version"), std::nullopt);
    const LvmSection* group = root->section("vg");
    ASSERT_NE(group, nullptr);
    ASSERT_EQ(group->list("status").size(), 3U);
    EXPECT_EQ(group->list("status")[2].text, "WRITE");
    EXPECT_TRUE(group->list("flags").empty());
    EXPECT_EQ(group->section("nothing"), nullptr);
    EXPECT_FALSE(parse_lvm_text("a = -1 b = 99999999999999999999", "i")->number("a"));
}

TEST(LvmText, WhatIsWrongIsToldWithItsLine) {
    const std::map<std::string, std::string> wrong{
        {"a = 1\nb {", "line 2: the section b does not end"},
        {"a = [1, 2", "line 1: "},
        {"a = [1 2]", "the list a does not end"},
        {"a = \"b", "a string does not end"},
        {"a =", "a value is missing"},
        {"a b", "neither a value nor a section follows the name a"},
        {"}", "a name is missing"},
    };
    for (const auto& [text, why] : wrong) {
        const auto parsed = parse_lvm_text(text, "disk.img");
        ASSERT_FALSE(parsed) << text;
        EXPECT_NE(parsed.error().message().find(why), std::string::npos)
            << parsed.error().message();
    }
    std::string deep;
    for (int i = 0; i < 100'000; ++i) {
        deep += "a{";
    }
    EXPECT_NE(parse_lvm_text(deep, "i").error().message().find("too deeply"), std::string::npos);
}

// Two bytes of text would take a hundred of memory each.
TEST(LvmText, WhatGrowsInMemoryIsBounded) {
    const auto many = [](const std::string& piece) {
        std::string text;
        for (int i = 0; i < 1'050'000; ++i) {
            text += piece;
        }
        return text;
    };
    for (const std::string& text : {"a = [" + many("1,") + "]", many("a{}")}) {
        const auto parsed = parse_lvm_text(text, "disk.img");
        ASSERT_FALSE(parsed);
        EXPECT_NE(parsed.error().message().find("too many names and values"), std::string::npos);
    }
}

TEST(LvmGroup, SegmentsLieWhereTheTextSays) {
    const auto group = parse_lvm_group(kGroup, "disk.img");
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
    EXPECT_NE(reason_against(changed("extent_size = 16", "extent_size = 0")), "");
    EXPECT_NE(reason_against(changed("extent_size = 16", "extent_size = 18446744073709551615")),
              "");
    EXPECT_NE(reason_against(changed("\"pv0\", 5", "\"pv0\", 8")).find("outside of the physical"),
              std::string::npos);
    EXPECT_NE(reason_against(changed("\"pv0\", 5", "\"pv0\", 18446744073709551615")), "");
    EXPECT_NE(reason_against(changed("stripe_count = 2", "stripe_count = 3")), "");
    EXPECT_NE(reason_against(changed("stripe_size = 4", "stripe_size = 5")), "");
    EXPECT_NE(reason_against(changed("start_extent = 4", "start_extent = 3")), "");
    EXPECT_NE(reason_against(changed("segment_count = 2", "segment_count = 3")), "");
    EXPECT_NE(reason_against(changed("version = 1", "version = 2")).find("another version"),
              std::string::npos);
    EXPECT_NE(reason_against("a = 1"), "");
    // The end of the physical volume would be told by a small number again.
    const std::string wraps = changed("extent_size = 16", "extent_size = 4294967292");
    EXPECT_NE(reason_against(wraps.substr(0, wraps.find("pe_count")) + "pe_count = 4294967295 }" +
                             wraps.substr(wraps.find("\n        pv1")))
                  .find("pe_count is missing or out of bounds"),
              std::string::npos);
    EXPECT_NE(reason_against(changed("pe_start = 32", "pe_start = 9007199254740992"))
                  .find("pe_count is missing or out of bounds"),
              std::string::npos);
    EXPECT_NE(reason_against(changed("\"pv1\", 7", "\"pv0\", 5"))
                  .find("volumes both and hidden lie on the same extents of pv0"),
              std::string::npos);
    EXPECT_NE(reason_against(changed("\"pv0\", 5", "\"pv0\", 2"))
                  .find("volumes both and both lie on the same extents"),
              std::string::npos);
    EXPECT_NE(reason_against(changed("111111-1111-1111-1111-1111-1111-111111",
                                     "000000-0000-0000-0000-0000-0000-000000"))
                  .find("pv1 has no UUID of its own"),
              std::string::npos);
    EXPECT_NE(reason_against(changed("        hidden {", "        both {"))
                  .find("two logical volumes both"),
              std::string::npos);
    EXPECT_TRUE(parse_lvm_group(changed("\"WRITE\"]", "\"EXPORTED\"]"), "i")->exported);
    for (const std::string type :
         {"raid0", "raid1", "raid5", "raid6", "raid10", "mirror", "thin", "thin-pool", "cache",
          "cache-pool", "writecache", "integrity", "vdo", "error", "zero", "linear or so"}) {
        const auto other =
            parse_lvm_group(changed("type = \"raid1\"", "type = \"" + type + "\""), "i");
        ASSERT_TRUE(other) << type;
        EXPECT_EQ(other->volumes[1].segments[0].refused,
                  "its type " + type + " is not supported (striped and linear are)");
    }
    const auto elsewhere = parse_lvm_group(changed("\"pv0\", 5", "\"other\", 5"), "i");
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

// A store with a checked label and the group's text in a ring of which the text passes the end.
class Store {
  public:
    Store(char uuid, const std::string& group) : bytes_(192 * kSector) {
        constexpr std::size_t kAreaSize = 20 * kSector;  // ends before extent 0
        constexpr std::size_t kText = 7 * kSector;
        put(kSector, std::string("LABELONE"));
        put(kSector + 8, std::uint64_t{1});
        put(kSector + 20, std::uint32_t{32});
        put(kSector + 24, std::string("LVM2 001"));
        put(kSector + 32, std::string(32, uuid));
        put(kSector + 64, std::uint64_t{bytes_.size()});
        put(kSector + 72, std::uint64_t{32 * kSector});  // the data, then no more
        put(kSector + 104, std::uint64_t{kArea});
        put(kSector + 112, std::uint64_t{kAreaSize});
        put(kArea + 4, std::string(" LVM2 x[5A%r0N*>"));
        put(kArea + 20, std::uint32_t{1});
        put(kArea + 24, std::uint64_t{kArea});
        put(kArea + 32, std::uint64_t{kAreaSize});
        const std::size_t start = kAreaSize - kText / 8;
        put(kArea + 40, std::uint64_t{start});
        put(kArea + 48, std::uint64_t{group.size()});
        const auto* text = reinterpret_cast<const std::byte*>(group.data());
        put(kArea + 56, lvm_checksum(text, group.size()));
        seal();
        const std::size_t first = std::min(group.size(), kAreaSize - start);
        std::memcpy(&bytes_[kArea + start], text, first);
        std::memcpy(&bytes_[kArea + kSector], text + first, group.size() - first);
    }

    [[nodiscard]] LvmMember member(const std::string& path) const {
        LvmMember member;
        member.path = path;
        member.size = bytes_.size();
        member.read = [this](std::span<std::byte> buffer, std::uint64_t offset) {
            if (offset > bytes_.size() || buffer.size() > bytes_.size() - offset) {
                return Result<void>(Error::other("it ends before", "read", "a store"));
            }
            std::memcpy(buffer.data(), &bytes_[offset], buffer.size());
            return Result<void>();
        };
        return member;
    }

    std::vector<std::byte>& bytes() { return bytes_; }

    template <typename T>
    void put(std::size_t at, T number) {
        std::memcpy(&bytes_[at], &number, sizeof(number));
    }

    // Makes the checksums of the label and of the area's header good.
    void seal() {
        put(kSector + 16, lvm_checksum(&bytes_[kSector + 20], kSector - 20));
        put(kArea, lvm_checksum(&bytes_[kArea + 4], kSector - 4));
    }

    static constexpr std::size_t kArea = 8 * kSector;

  private:
    void put(std::size_t at, const std::string& text) {
        std::memcpy(&bytes_[at], text.data(), text.size());
    }

    std::vector<std::byte> bytes_;
};

TEST(LvmVolumes, StripesTakeTurns) {
    Store first('0', kGroup);
    Store second('1', kGroup);
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
    const Store old('0', changed("seqno = 7", "seqno = 6"));
    const Store current('1', changed("        hidden {", "        shown {"));
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
    const std::string text = changed("pe_start = 48", "flags = [\"MISSING\"] pe_start = 48");
    const Store first('0', text);
    const Store second('1', text);
    const auto volumes = LvmVolumes::find({first.member("a"), second.member("b")});
    ASSERT_TRUE(volumes) << volumes.error().message();
    const auto used = volumes->check(*volumes->choose("both", 0), false);
    ASSERT_FALSE(used);
    EXPECT_NE(used.error().message().find("--restoremissing"), std::string::npos);
}

TEST(LvmVolumes, SnapshotsProtectTheirOrigin) {
    const Store store('0', changed("        hidden {", R"(
        snapshot0 { id = "s" status = ["READ"] segment_count = 1
            segment1 { start_extent = 0 extent_count = 1 type = "snapshot"
                       origin = "both" cow_store = "hidden" chunk_size = 8 } }
        hidden {)"));
    const Store other('1', kGroup);
    const auto volumes = LvmVolumes::find({store.member("a"), other.member("b")});
    ASSERT_TRUE(volumes) << volumes.error().message();
    const auto both = volumes->choose("both", 0);
    ASSERT_TRUE(both);
    EXPECT_TRUE(volumes->check(*both, false));
    const auto write = volumes->check(*both, true);
    ASSERT_FALSE(write);
    EXPECT_NE(write.error().message().find("snapshots"), std::string::npos);
    const auto merging = parse_lvm_group(changed("        hidden {", R"(
        snapshot0 { id = "s" status = ["READ"] segment_count = 1
            segment1 { start_extent = 0 extent_count = 1 type = "snapshot"
                       origin = "both" merging_store = "hidden" chunk_size = 8 } }
        hidden {)"),
                                         "i");
    ASSERT_TRUE(merging);
    EXPECT_EQ(merging->volumes[0].segments[0].refused, "a snapshot is being merged into it");
}

// Whatever stands there: an error, or a group of which all that passes the check can be read.
TEST(LvmVolumes, GarbageIsAnErrorOrHarmless) {
    std::mt19937 random(20240607);
    unsigned understood = 0;
    unsigned refused = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = kGroup;
        for (unsigned change = 1 + random() % 3; change > 0; --change) {
            const std::size_t at = random() % text.size();
            switch (random() % 3) {
                case 0:
                    text[at] = static_cast<char>(random() % 256);
                    break;
                case 1:
                    text.erase(at, 1 + random() % 8);
                    break;
                default:
                    text.insert(at, std::to_string(random()));
            }
        }
        const Store first('0', text);
        const Store second('1', text);
        const auto volumes = LvmVolumes::find({first.member("a"), second.member("b")});
        (volumes ? understood : refused) += 1;
        if (!volumes) {
            EXPECT_NE(volumes.error().message(), "");
            continue;
        }
        for (std::size_t i = 0; i < volumes->groups()[0].group.volumes.size(); ++i) {
            const LvmChoice choice{0, i};
            if (volumes->check(choice, false)) {
                const auto& volume = volumes->groups()[0].group.volumes[i];
                std::byte byte{};
                EXPECT_TRUE(volumes->read(choice, {&byte, 1}, volume.length * kSector - 1)) << text;
                EXPECT_FALSE(volumes->read(choice, {&byte, 1}, volume.length * kSector));
            }
        }
    }
    EXPECT_GT(understood, 100U);
    EXPECT_GT(refused, 100U);
}

// The structures before the text, bit by bit, with the damage under a good checksum: the sizes and
// places in them are an attacker's.
TEST(LvmVolumes, StructuresThatLieAreAnErrorOrHarmless) {
    unsigned understood = 0;
    unsigned refused = 0;
    const auto expect_orderly = [&](const Store& store) {
        const auto volumes = LvmVolumes::find({store.member("a")});
        (volumes ? understood : refused) += 1;
        if (volumes) {
            EXPECT_EQ(volumes->groups()[0].group.name, "vg");
        } else {
            EXPECT_NE(volumes.error().message().find(" of a: "), std::string::npos)
                << volumes.error().message();
        }
    };
    for (std::size_t sector : {std::size_t{1}, Store::kArea / kSector}) {
        for (std::size_t bit = 0; bit < 128 * 8; ++bit) {
            Store store('0', kGroup);
            store.bytes()[sector * kSector + bit / 8] ^= std::byte{1} << (bit % 8);
            store.seal();
            expect_orderly(store);
        }
    }
    // Places and sizes: of the label, the areas, the area's header and the text.
    std::mt19937_64 random(5);
    for (int round = 0; round < 3000; ++round) {
        Store store('0', kGroup);
        for (const std::size_t at : {kSector + 104, kSector + 112, Store::kArea + 24,
                                     Store::kArea + 32, Store::kArea + 40, Store::kArea + 48}) {
            if (random() % 3 == 0) {
                const std::uint64_t near = random() % 5 - 2;
                const std::uint64_t values[] = {near, 192 * kSector + near,
                                                random() >> random() % 64, 28 * kSector + near};
                store.put(at, values[random() % 4]);
            }
        }
        if (random() % 8 == 0) {
            store.put(kSector + 20, static_cast<std::uint32_t>(random() % 600));
        }
        store.seal();
        expect_orderly(store);
    }
    EXPECT_GT(understood, 100U);
    EXPECT_GT(refused, 100U);
}

TEST(LvmVolumes, OneAreaThatIsNamedOftenIsReadOnce) {
    Store store('0', kGroup);
    for (std::size_t at = kSector + 104; at + 32 <= 2 * kSector; at += 16) {
        store.put(at, std::uint64_t{Store::kArea});
        store.put(at + 8, std::uint64_t{20 * kSector});
    }
    store.seal();
    LvmMember member = store.member("a");
    ASSERT_TRUE(read_lvm_label(member));
    EXPECT_FALSE(member.damage);
    EXPECT_EQ(member.texts.size(), 1U);
}

TEST(LvmVolumes, ADamagedCopyIsToldUnlessAnotherIsWhole) {
    Store store('0', kGroup);
    // Another digit: only the checksum can tell.
    const std::string whole = "seqno = 7";
    const std::string text(reinterpret_cast<const char*>(store.bytes().data()),
                           store.bytes().size());
    const std::size_t at = text.find(whole);
    ASSERT_NE(at, std::string::npos);
    store.bytes()[at + whole.size() - 1] = std::byte{'8'};
    const auto volumes = LvmVolumes::find({store.member("disk.img")});
    ASSERT_FALSE(volumes);
    EXPECT_NE(volumes.error().message().find("it is damaged (wrong checksum)"), std::string::npos)
        << volumes.error().message();
    const Store other('1', kGroup);
    const auto both = LvmVolumes::find({store.member("a"), other.member("b")});
    ASSERT_TRUE(both) << both.error().message();
    EXPECT_EQ(both->groups()[0].group.sequence, 7U);
}

TEST(LvmVolumes, ADamagedLabelIsTold) {
    Store store('0', kGroup);
    store.bytes()[kSector + 40] ^= std::byte{1};
    const auto volumes = LvmVolumes::find({store.member("disk.img")});
    ASSERT_FALSE(volumes);
    EXPECT_NE(volumes.error().message().find("read the LVM label of disk.img: it is damaged"),
              std::string::npos)
        << volumes.error().message();
}

}  // namespace
}  // namespace lkl::fs
