// SPDX-License-Identifier: GPL-2.0
#include "fs/luks.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "fs/test_luks.hh"

namespace lkl::fs {
namespace {

using testing::Bytes;
using testing::kLuksCopy;
using testing::kLuksJson;
using testing::kLuksVolume;
using testing::luks1_image;
using testing::luks2_image;
using testing::message;
using testing::put_number;
using testing::put_text;
using testing::seal_luks_copy;

Result<LuksHeader> read(const Bytes& image) {
    const auto from = [&](std::span<std::byte> buffer, std::uint64_t offset) -> Result<void> {
        if (offset > image.size() || buffer.size() > image.size() - offset) {
            return Error::other("out of the image", "read", "disk.img");
        }
        std::copy_n(image.begin() + static_cast<std::ptrdiff_t>(offset), buffer.size(),
                    buffer.begin());
        return {};
    };
    return read_luks_header(from, image.size(), "disk.img");
}

TEST(LuksHeader, Version1) {
    const auto header = read(luks1_image());
    ASSERT_TRUE(header) << message(header);
    EXPECT_EQ(header->version, 1U);
    EXPECT_EQ(header->uuid, "uuid-of-version-1");
    EXPECT_EQ(header->segment.cipher, "aes-cbc-essiv:sha256");
    EXPECT_EQ(header->segment.offset, 1024U * 512);
    ASSERT_EQ(header->slots.size(), 1U);
    EXPECT_EQ(header->slots[0].number, 2U);
    EXPECT_EQ(header->slots[0].derivation.iterations, 2000U);
    EXPECT_EQ(header->slots[0].key_size, 32U);
    EXPECT_EQ(header->slots[0].offset, 8U * 512);
    EXPECT_EQ(header->digest.value.size(), 20U);
}

TEST(LuksHeader, Version1OutOfBounds) {
    struct Case {
        std::size_t at;
        std::uint32_t value;
        const char* reason;
    };

    const std::vector<Case> cases{
        {104, 1U << 30, "no sound place"},      {108, 0, "out of bounds"},
        {108, 1U << 20, "out of bounds"},       {164, 0, "digest"},
        {208, 7, "key slot 0 is damaged"},      {304 + 4, 0, "make no sense"},
        {304 + 40, 0, "lies outside"},          {304 + 40, 0xffffffff, "lies outside"},
        {304 + 44, 0xffffffff, "out of bounds"}};
    for (const Case& one : cases) {
        Bytes image = luks1_image();
        put_number(image, one.at, 4, one.value);
        const auto header = read(image);
        EXPECT_FALSE(header) << one.at;
        EXPECT_NE(message(header).find(one.reason), std::string::npos) << message(header);
    }
    Bytes image = luks1_image();
    put_text(image, 8, "aes 0 1 2");  // would be fields of a table
    EXPECT_FALSE(read(image));
    image = luks1_image();
    put_number(image, 6, 2, 3);
    EXPECT_NE(message(read(image)).find("its version is 3"), std::string::npos);
}

TEST(LuksHeader, Version2) {
    const auto header = read(luks2_image());
    ASSERT_TRUE(header) << message(header);
    EXPECT_EQ(header->version, 2U);
    EXPECT_EQ(header->label, "first");
    EXPECT_EQ(header->damage, "");
    EXPECT_EQ(header->segment.offset, 524288U);
    EXPECT_EQ(header->segment.iv_offset, 8U);
    EXPECT_EQ(header->segment.sector_size, 4096U);
    EXPECT_FALSE(header->segment.size);
    ASSERT_EQ(header->slots.size(), 1U);
    const LuksKeySlot& slot = header->slots[0];
    EXPECT_EQ(slot.number, 3U);
    EXPECT_EQ(slot.derivation.function, LuksDerivation::Function::argon2id);
    EXPECT_EQ(slot.derivation.memory_kib, 32768U);
    EXPECT_EQ(slot.derivation.lanes, 2U);
    ASSERT_EQ(slot.derivation.salt.size(), 16U);
    EXPECT_EQ(slot.derivation.salt[15], std::byte{15});
    EXPECT_EQ(header->digest.derivation.hash, "sha512");
}

TEST(LuksHeader, TheNewerCopyCountsIfItIsGood) {
    const auto newer = read(luks2_image(5, 6));
    ASSERT_TRUE(newer) << message(newer);
    EXPECT_EQ(newer->label, "second");
    Bytes image = luks2_image(5, 6);
    image[kLuksCopy + 5000] ^= std::byte{1};
    const auto first = read(image);
    ASSERT_TRUE(first) << message(first);
    EXPECT_EQ(first->label, "first");
    EXPECT_NE(first->damage.find("the second of"), std::string::npos) << first->damage;
    image = luks2_image();
    std::fill_n(image.begin(), 4096, std::byte{0});
    const auto second = read(image);
    ASSERT_TRUE(second) << message(second);
    EXPECT_EQ(second->label, "second");
    image[kLuksCopy] ^= std::byte{1};
    EXPECT_NE(message(read(image)).find("both of its copies are damaged"), std::string::npos)
        << message(read(image));
}

TEST(LuksHeader, EveryChangedByteOfACopyIsSeen) {
    const Bytes good = luks2_image();
    std::mt19937 random(1);
    for (int i = 0; i < 300; ++i) {
        const std::size_t at = i < 100 ? static_cast<std::size_t>(i) : random() % kLuksCopy;
        if (at >= 480 && at < 512) {
            continue;  // behind the 32 bytes of the sum
        }
        Bytes image = good;
        image[at] ^= static_cast<std::byte>(1U << random() % 8);
        const auto header = read(image);
        ASSERT_TRUE(header) << at << message(header);
        EXPECT_NE(header->damage.find("the first of"), std::string::npos) << at;
    }
}

TEST(LuksHeader, TruncatedImages) {
    const Bytes good = luks2_image();
    for (const std::size_t size : {0U, 6U, 4095U, 4096U, 0x4000U, 0x8000U, 300000U, 524288U}) {
        EXPECT_FALSE(read(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))))
            << size;
    }
}

// What the header promises: whoever uses it does not look again.
void expect_bounds(const LuksHeader& header) {
    EXPECT_LT(header.segment.offset, kLuksVolume);
    EXPECT_LE(header.segment.size.value_or(0), kLuksVolume - header.segment.offset);
    EXPECT_EQ(header.segment.cipher.find_first_of(" \n\x1b"), std::string::npos);
    EXPECT_LE(header.slots.size(), 32U);
    EXPECT_LE(header.digest.value.size(), 64U);
    for (const LuksKeySlot& slot : header.slots) {
        EXPECT_GT(slot.stripes, 0U);
        EXPECT_LE(slot.key_size, 512U);
        EXPECT_LE(slot.cipher_key_size, 512U);
        EXPECT_LE(slot.offset + std::uint64_t{slot.key_size} * slot.stripes, kLuksVolume);
        EXPECT_EQ(slot.cipher.find_first_of(" \n\x1b"), std::string::npos);
    }
    for (const auto& [name, value] : describe(header)) {
        EXPECT_NE(name, "");
        EXPECT_NE(value, "");
    }
}

// Damage under a good checksum: what an attacker would write.
TEST(LuksHeader, HeadersThatLieAreRefusedOrWithinBounds) {
    std::mt19937_64 random(3);
    unsigned understood = 0;
    unsigned refused = 0;
    for (int round = 0; round < 3000; ++round) {
        const bool first = round % 2 == 0;
        Bytes image = first ? luks1_image() : luks2_image(random() % 3, random() % 3);
        for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
            if (first) {
                put_number(image, random() % 148 * 4, 4, random() >> random() % 64);
            } else if (random() % 2 == 0) {
                image[random() % 512] = static_cast<std::byte>(random());
            } else {
                image[4096 + random() % kLuksJson.size()] = static_cast<std::byte>(random());
            }
        }
        if (!first) {
            seal_luks_copy(image, 0);
            image.resize(random() % 8 == 0 ? random() % kLuksVolume : kLuksVolume);
        }
        const auto header = read(image);
        (header ? understood : refused) += 1;
        if (header) {
            expect_bounds(*header);
        } else {
            EXPECT_NE(message(header).find("disk.img"), std::string::npos) << message(header);
        }
    }
    EXPECT_GT(understood, 250U);
    EXPECT_GT(refused, 250U);
}

}  // namespace
}  // namespace lkl::fs
