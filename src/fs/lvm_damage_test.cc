// SPDX-License-Identifier: GPL-2.0
// Metadata and structures that are damaged, or lie under a good checksum.
#include <gtest/gtest.h>

#include <random>

#include "fs/lvm.hh"
#include "fs/test_lvm.hh"

namespace lkl::fs {
namespace {

using testing::kLvmGroup;
using testing::LvmStore;

constexpr std::size_t kSector = LvmStore::kSector;

// Whatever stands there: an error, or a group of which all that passes the check can be read.
TEST(LvmVolumes, GarbageIsAnErrorOrHarmless) {
    std::mt19937 random(20240607);
    unsigned understood = 0;
    unsigned refused = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = kLvmGroup;
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
        const LvmStore first('0', text);
        const LvmStore second('1', text);
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
    const auto expect_orderly = [&](const LvmStore& store) {
        const auto volumes = LvmVolumes::find({store.member("a")});
        (volumes ? understood : refused) += 1;
        if (volumes) {
            EXPECT_EQ(volumes->groups()[0].group.name, "vg");
        } else {
            EXPECT_NE(volumes.error().message().find(" of a: "), std::string::npos)
                << volumes.error().message();
        }
    };
    for (std::size_t sector : {std::size_t{1}, LvmStore::kArea / kSector}) {
        for (std::size_t bit = 0; bit < 128 * 8; ++bit) {
            LvmStore store('0', kLvmGroup);
            store.bytes()[sector * kSector + bit / 8] ^= std::byte{1} << (bit % 8);
            store.seal();
            expect_orderly(store);
        }
    }
    // Places and sizes: of the label, the areas, the area's header and the text.
    std::mt19937_64 random(5);
    for (int round = 0; round < 3000; ++round) {
        LvmStore store('0', kLvmGroup);
        for (const std::size_t at :
             {kSector + 104, kSector + 112, LvmStore::kArea + 24, LvmStore::kArea + 32,
              LvmStore::kArea + 40, LvmStore::kArea + 48}) {
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
    LvmStore store('0', kLvmGroup);
    for (std::size_t at = kSector + 104; at + 32 <= 2 * kSector; at += 16) {
        store.put(at, std::uint64_t{LvmStore::kArea});
        store.put(at + 8, std::uint64_t{20 * kSector});
    }
    store.seal();
    LvmMember member = store.member("a");
    ASSERT_TRUE(read_lvm_label(member));
    EXPECT_FALSE(member.damage);
    EXPECT_EQ(member.texts.size(), 1U);
}

TEST(LvmVolumes, ADamagedCopyIsToldUnlessAnotherIsWhole) {
    LvmStore store('0', kLvmGroup);
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
    const LvmStore other('1', kLvmGroup);
    const auto both = LvmVolumes::find({store.member("a"), other.member("b")});
    ASSERT_TRUE(both) << both.error().message();
    EXPECT_EQ(both->groups()[0].group.sequence, 7U);
}

TEST(LvmVolumes, ADamagedLabelIsTold) {
    LvmStore store('0', kLvmGroup);
    store.bytes()[kSector + 40] ^= std::byte{1};
    const auto volumes = LvmVolumes::find({store.member("disk.img")});
    ASSERT_FALSE(volumes);
    EXPECT_NE(volumes.error().message().find("read the LVM label of disk.img: it is damaged"),
              std::string::npos)
        << volumes.error().message();
}

}  // namespace
}  // namespace lkl::fs
