// SPDX-License-Identifier: GPL-2.0
#include "fs/luks.hh"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "fs/luks_crypto.hh"
#include "fs/luks_volume.hh"
#include "fs/sha256.hh"

namespace lkl::fs {
namespace {

constexpr std::uint64_t kVolume = std::uint64_t{1} << 20;
constexpr std::size_t kCopy = 0x4000;

using Bytes = std::vector<std::byte>;

void put_text(Bytes& image, std::size_t at, std::string_view text) {
    std::memcpy(image.data() + at, text.data(), text.size());
}

void put_number(Bytes& image, std::size_t at, std::size_t size, std::uint64_t value) {
    for (std::size_t i = 0; i < size; ++i) {
        image[at + i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)) & 255U);
    }
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

const std::string kJson = R"({"keyslots": {"3": {"type": "luks2", "key_size": 64,
  "af": {"type": "luks1", "stripes": 4000, "hash": "sha256"},
  "area": {"type": "raw", "offset": "32768", "size": "258048",
           "encryption": "aes-xts-plain64", "key_size": 64},
  "kdf": {"type": "argon2id", "time": 4, "memory": 32768, "cpus": 2,
          "salt": "AAECAwQFBgcICQoLDA0ODw=="}}},
 "segments": {"0": {"type": "crypt", "offset": "524288", "size": "dynamic", "iv_tweak": "8",
                    "encryption": "aes-xts-plain64", "sector_size": 4096}},
 "digests": {"0": {"type": "pbkdf2", "keyslots": ["3"], "segments": ["0"], "hash": "sha512",
                   "iterations": 1000, "salt": "AAECAwQFBgcICQoLDA0ODw==",
                   "digest": "AAECAwQFBgcICQoLDA0ODw=="}},
 "config": {"json_size": "12288", "keyslots_size": "16744448"}})";

Result<LuksHeader> parse(std::string_view json) {
    return parse_luks2_json(json, 2 * kCopy, kVolume, "disk.img");
}

std::byte from_hexadecimal(const std::string& digits, std::size_t at) {
    return static_cast<std::byte>(std::stoul(digits.substr(2 * at, 2), nullptr, 16));
}

void seal(Bytes& image, std::size_t at) {
    std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(at) + 448, 64, std::byte{0});
    Sha256 sum;
    sum.update(std::span(image).subspan(at, kCopy));
    const std::string digits = sum.finish();
    for (std::size_t i = 0; i < 32; ++i) {
        image[at + 448 + i] = from_hexadecimal(digits, i);
    }
}

void put_copy(Bytes& image, std::size_t at, std::uint64_t sequence, std::string_view json) {
    std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(at), kCopy, std::byte{0});
    put_text(image, at, at == 0 ? std::string_view("LUKS\xba\xbe", 6) : "SKUL\xba\xbe");
    put_number(image, at + 6, 2, 2);
    put_number(image, at + 8, 8, kCopy);
    put_number(image, at + 16, 8, sequence);
    put_text(image, at + 24, at == 0 ? "first" : "second");
    put_text(image, at + 72, "sha256");
    put_text(image, at + 168, "some-uuid");
    put_number(image, at + 256, 8, at);
    put_text(image, at + 4096, json);
    seal(image, at);
}

Bytes version2(std::uint64_t first = 5, std::uint64_t second = 5) {
    Bytes image(kVolume);
    put_copy(image, 0, first, kJson);
    put_copy(image, kCopy, second, kJson);
    return image;
}

Bytes version1() {
    Bytes image(kVolume);
    put_text(image, 0, std::string_view("LUKS\xba\xbe", 6));
    put_number(image, 6, 2, 1);
    put_text(image, 8, "aes");
    put_text(image, 40, "cbc-essiv:sha256");
    put_text(image, 72, "sha1");
    put_number(image, 104, 4, 1024);
    put_number(image, 108, 4, 32);
    put_number(image, 164, 4, 1000);
    put_text(image, 168, "uuid-of-version-1");
    for (std::size_t slot = 0; slot < 8; ++slot) {
        put_number(image, 208 + 48 * slot, 4, slot == 2 ? 0x00ac71f3 : 0x0000dead);
    }
    put_number(image, 208 + 96 + 4, 4, 2000);
    put_number(image, 208 + 96 + 40, 4, 8);
    put_number(image, 208 + 96 + 44, 4, 4000);
    return image;
}

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

std::string message(const Result<LuksHeader>& result) {
    return result ? "" : result.error().message();
}

TEST(LuksHeader, Version1) {
    const auto header = read(version1());
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
        Bytes image = version1();
        put_number(image, one.at, 4, one.value);
        const auto header = read(image);
        EXPECT_FALSE(header) << one.at;
        EXPECT_NE(message(header).find(one.reason), std::string::npos) << message(header);
    }
    Bytes image = version1();
    put_text(image, 8, "aes 0 1 2");  // would be fields of a table
    EXPECT_FALSE(read(image));
    image = version1();
    put_number(image, 6, 2, 3);
    EXPECT_NE(message(read(image)).find("its version is 3"), std::string::npos);
}

TEST(LuksHeader, Version2) {
    const auto header = read(version2());
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
    EXPECT_EQ(read(version2(5, 6))->label, "second");
    Bytes image = version2(5, 6);
    image[kCopy + 5000] ^= std::byte{1};
    const auto first = read(image);
    ASSERT_TRUE(first) << message(first);
    EXPECT_EQ(first->label, "first");
    EXPECT_NE(first->damage.find("the second of"), std::string::npos) << first->damage;
    image = version2();
    std::fill_n(image.begin(), 4096, std::byte{0});
    const auto second = read(image);
    ASSERT_TRUE(second) << message(second);
    EXPECT_EQ(second->label, "second");
    image[kCopy] ^= std::byte{1};
    EXPECT_NE(message(read(image)).find("both of its copies are damaged"), std::string::npos)
        << message(read(image));
}

TEST(LuksHeader, EveryChangedByteOfACopyIsSeen) {
    const Bytes good = version2();
    std::mt19937 random(1);
    for (int i = 0; i < 300; ++i) {
        const std::size_t at = i < 100 ? static_cast<std::size_t>(i) : random() % kCopy;
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
    const Bytes good = version2();
    for (const std::size_t size : {0U, 6U, 4095U, 4096U, 0x4000U, 0x8000U, 300000U, 524288U}) {
        EXPECT_FALSE(read(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))))
            << size;
    }
}

TEST(LuksJson, WhatIsOutOfBoundsOrUnknown) {
    ASSERT_TRUE(parse(kJson)) << message(parse(kJson));
    for (const auto& [from, to, reason] : std::vector<std::array<const char*, 3>>{
             {R"("sector_size": 4096)", R"("sector_size": 777)", "sectors have 777"},
             {R"("sector_size": 4096)", R"("sector_size": -4096)", "sector_size"},
             {R"("offset": "524288")", R"("offset": "1048576")", "no sound place"},
             {R"("offset": "524288")", R"("offset": "4096")", "no sound place"},
             {R"("size": "dynamic")", R"("size": "99999999999999999999")", "\"size\""},
             {R"("size": "dynamic")", R"("size": "8192000")", "no sound place"},
             {R"("offset": "32768")", R"("offset": "1048064")", "lies outside"},
             {R"("offset": "32768")", R"("offset": "0")", "lies outside"},
             {R"("stripes": 4000)", R"("stripes": 4000000000)", "\"area\""},
             {R"("stripes": 4000)", R"("stripes": 4033)", "\"area\""},
             {R"("key_size": 64,)", R"("key_size": 0,)", "out of bounds"},
             {R"("cpus": 2)", R"("cpus": 0)", "make no sense"},
             {R"("cpus": 2)", R"("cpus": 2000)", "make no sense"},
             {R"("memory": 32768)", R"("memory": 8)", "make no sense"},
             {R"("argon2id")", R"("scrypt")", "\"kdf\""},
             {R"("type": "crypt")", R"("type": "linear")", "\"segments\""},
             {R"("encryption": "aes-xts-plain64", "sector)", R"("encryption": "aes 1 2", "sector)",
              "no sound place or cipher"},
             {R"("salt": "AAEC)", R"("salt": "A*EC)", "\"salt\""},
             {R"("segments": ["0"])", R"("segments": ["1"])", "\"digests\""},
             {R"("iv_tweak": "8")", R"("integrity": {})", "dm-integrity"},
             {R"("config": {)",
              R"("config": {"requirements": {"mandatory": ["online-reencrypt"]},)",
              "online-reencrypt"},
             {R"("keyslots": {)", R"("keyslots": 7, "k": {)", "there are no keyslots"},
             {R"("segments": {)", R"("segments": {"1": {},)", "it has 2 segments"}}) {
        const auto header = parse(replaced(kJson, from, to));
        EXPECT_FALSE(header) << to;
        EXPECT_NE(message(header).find(reason), std::string::npos) << to << message(header);
    }
}

TEST(LuksJson, NumbersOfThingsAreBounded) {
    std::string slots;
    std::string names;
    for (int i = 100; i < 140; ++i) {
        slots += "\"" + std::to_string(i) + "\": {\"type\": \"luks2\"}, ";
        names += "\"3\", ";
    }
    const auto refused = [](const std::string& json, std::string_view reason) {
        const auto header = parse(json);
        EXPECT_FALSE(header);
        EXPECT_NE(message(header).find(reason), std::string::npos) << message(header);
    };
    refused(replaced(kJson, R"("keyslots": {"3")", R"("keyslots": {)" + slots + R"("3")"),
            "it has 41 keyslots; 32 are possible");
    refused(replaced(kJson, R"(["3"])", "[" + names + R"("3"])"), "\"digests\"");
    refused(replaced(kJson, R"(["3"])", R"("3")"), "\"digests\"");
    // Each number is written in one way only, and is not a text for the terminal.
    refused(replaced(kJson, R"({"3": {"type")", R"({"03": {"type")"), "\"keyslots\"");
    refused(replaced(kJson, R"({"3": {"type")", R"({"32": {"type")"), "\"keyslots\"");
    const auto long_text = parse(replaced(
        kJson, R"("config": {)",
        R"("config": {"requirements": {"mandatory": [")" + std::string(5000, 'x') + "\"]},"));
    ASSERT_FALSE(long_text);
    EXPECT_LT(message(long_text).size(), 1000U);
}

TEST(LuksJson, GarbageIsRefusedOrUnderstood) {
    for (std::size_t size = 0; size < kJson.size(); ++size) {
        EXPECT_FALSE(parse(std::string_view(kJson).substr(0, size))) << size;
    }
    std::mt19937 random(2);
    int understood = 0;
    for (int i = 0; i < 5000; ++i) {
        std::string json = kJson;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
            json[random() % json.size()] = static_cast<char>(random() % 256);
        }
        const auto header = parse(json);
        understood += header ? 1 : 0;
        if (header) {
            EXPECT_LE(header->segment.offset, kVolume);
        } else {
            EXPECT_NE(message(header).find("disk.img"), std::string::npos);
        }
    }
    EXPECT_GT(understood, 0);
    EXPECT_LT(understood, 5000);
    EXPECT_NE(message(parse(std::string(1 << 20, '['))).find("nested too deep"), std::string::npos);
    EXPECT_NE(message(parse(replaced(kJson, R"("config": {)",
                                     R"("config": {"x": )" + std::string(1 << 20, '[')))),
              "");
}

// What the header promises: whoever uses it does not look again.
void expect_bounds(const LuksHeader& header) {
    EXPECT_LT(header.segment.offset, kVolume);
    EXPECT_LE(header.segment.size.value_or(0), kVolume - header.segment.offset);
    EXPECT_EQ(header.segment.cipher.find_first_of(" \n\x1b"), std::string::npos);
    EXPECT_LE(header.slots.size(), 32U);
    EXPECT_LE(header.digest.value.size(), 64U);
    for (const LuksKeySlot& slot : header.slots) {
        EXPECT_GT(slot.stripes, 0U);
        EXPECT_LE(slot.key_size, 512U);
        EXPECT_LE(slot.cipher_key_size, 512U);
        EXPECT_LE(slot.offset + std::uint64_t{slot.key_size} * slot.stripes, kVolume);
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
        Bytes image = first ? version1() : version2(random() % 3, random() % 3);
        for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
            if (first) {
                put_number(image, random() % 148 * 4, 4, random() >> random() % 64);
            } else if (random() % 2 == 0) {
                image[random() % 512] = static_cast<std::byte>(random());
            } else {
                image[4096 + random() % kJson.size()] = static_cast<std::byte>(random());
            }
        }
        if (!first) {
            seal(image, 0);
            image.resize(random() % 8 == 0 ? random() % kVolume : kVolume);
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

std::string hexadecimal(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        constexpr const char* kDigits = "0123456789abcdef";
        text += kDigits[std::to_integer<unsigned>(byte) >> 4U];
        text += kDigits[std::to_integer<unsigned>(byte) & 15U];
    }
    return text;
}

Bytes bytes_of(std::string_view text) {
    Bytes bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

class LuksCrypto : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(start_cryptography()); }

    DerivationBudget budget_;
};

TEST_F(LuksCrypto, Pbkdf2AsInRfc6070) {
    LuksDerivation derivation;
    derivation.hash = "sha1";
    derivation.iterations = 4096;
    derivation.salt = bytes_of("salt");
    const auto key = derive(derivation, bytes_of("password"), 20, budget_);
    ASSERT_TRUE(key);
    EXPECT_EQ(hexadecimal(key->bytes()), "4b007901b765489abead49d926f721d065a429c1");
    derivation.hash = "md4";
    const auto unknown = derive(derivation, bytes_of("password"), 20, budget_);
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message().find("md4"), std::string::npos);
}

TEST_F(LuksCrypto, CostsAreBounded) {
    LuksDerivation derivation;
    derivation.hash = "sha256";
    derivation.salt = bytes_of("0123456789abcdef");
    derivation.iterations = 0xffffffff;
    const auto refused = [&](const char* reason) {
        const auto key = derive(derivation, {}, 32, budget_);
        return !key && key.error().message().find(reason) != std::string::npos;
    };
    EXPECT_TRUE(refused("iterations in all"));
    derivation.function = LuksDerivation::Function::argon2id;
    derivation.lanes = 4;
    derivation.memory_kib = 0xffffffff;
    EXPECT_TRUE(refused("KiB of memory; at most"));
    derivation.memory_kib = 1 << 16;
    EXPECT_TRUE(refused("damaged or hostile"));
    // What several slots cost adds up.
    derivation.function = LuksDerivation::Function::pbkdf2;
    derivation.iterations = 400'000'000;
    EXPECT_TRUE(budget_.spend(derivation, 32));
    EXPECT_FALSE(budget_.spend(derivation, 32));
    // Each digest's length of a key takes all iterations: 512 bytes are 26 of sha1's.
    DerivationBudget fresh;
    derivation.hash = "sha1";
    derivation.iterations = 20'000'000;
    EXPECT_FALSE(fresh.spend(derivation, 512));
    EXPECT_TRUE(fresh.spend(derivation, 20));
    derivation.hash = "md4";
    EXPECT_FALSE(fresh.spend(derivation, 20));
}

TEST_F(LuksCrypto, UnknownCiphersAreNamed) {
    Bytes data(512);
    const Bytes key = bytes_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.");
    for (const char* cipher : {"aes-xts-random", "des-cbc-plain", "aes", "", "-", "aes-gcm-plain64",
                               "aes-cbc-essiv:md9", "aes-cbc-plain64"}) {
        const auto result = decrypt_sectors(cipher, key, data);
        ASSERT_FALSE(result) << cipher;
        EXPECT_NE(result.error().message().find("not supported"), std::string::npos)
            << result.error().message();
    }
    EXPECT_TRUE(decrypt_sectors("aes-xts-plain64", key, data));
}

TEST_F(LuksCrypto, OneStripeIsTheKeyItself) {
    const Bytes split = bytes_of("a key of 27 bytes, not more");
    const auto key = merge_stripes("sha256", split, 1);
    ASSERT_TRUE(key);
    EXPECT_EQ(hexadecimal(key->bytes()), hexadecimal(split));
    EXPECT_FALSE(merge_stripes("sha257", split, 1));
}

TEST(LuksVolume, AProcessWithKeysLeavesNoCoreFile) {
    EXPECT_EXIT(::_exit(prepare_for_keys() && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1),
                ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace lkl::fs
