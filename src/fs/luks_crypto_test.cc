// SPDX-License-Identifier: GPL-2.0
#include "fs/luks_crypto.hh"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstring>

#include "fs/luks_volume.hh"

namespace lkl::fs {
namespace {

using Bytes = std::vector<std::byte>;

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
