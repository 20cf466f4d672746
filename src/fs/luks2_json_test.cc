// SPDX-License-Identifier: GPL-2.0
// The facts in LUKS2's JSON area.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "fs/luks.hh"
#include "fs/test_luks.hh"

namespace lkl::fs {
namespace {

using testing::kLuksCopy;
using testing::kLuksJson;
using testing::kLuksVolume;
using testing::message;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

Result<LuksHeader> parse(std::string_view json) {
    return parse_luks2_json(json, 2 * kLuksCopy, kLuksVolume, "disk.img");
}

TEST(LuksJson, WhatIsOutOfBoundsOrUnknown) {
    ASSERT_TRUE(parse(kLuksJson)) << message(parse(kLuksJson));
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
        const auto header = parse(replaced(kLuksJson, from, to));
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
    refused(replaced(kLuksJson, R"("keyslots": {"3")", R"("keyslots": {)" + slots + R"("3")"),
            "it has 41 keyslots; 32 are possible");
    refused(replaced(kLuksJson, R"(["3"])", "[" + names + R"("3"])"), "\"digests\"");
    refused(replaced(kLuksJson, R"(["3"])", R"("3")"), "\"digests\"");
    // Each number is written in one way only, and is not a text for the terminal.
    refused(replaced(kLuksJson, R"({"3": {"type")", R"({"03": {"type")"), "\"keyslots\"");
    refused(replaced(kLuksJson, R"({"3": {"type")", R"({"32": {"type")"), "\"keyslots\"");
    const auto long_text = parse(replaced(
        kLuksJson, R"("config": {)",
        R"("config": {"requirements": {"mandatory": [")" + std::string(5000, 'x') + "\"]},"));
    ASSERT_FALSE(long_text);
    EXPECT_LT(message(long_text).size(), 1000U);
}

TEST(LuksJson, GarbageIsRefusedOrUnderstood) {
    for (std::size_t size = 0; size < kLuksJson.size(); ++size) {
        EXPECT_FALSE(parse(std::string_view(kLuksJson).substr(0, size))) << size;
    }
    std::mt19937 random(2);
    int understood = 0;
    for (int i = 0; i < 5000; ++i) {
        std::string json = kLuksJson;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
            json[random() % json.size()] = static_cast<char>(random() % 256);
        }
        const auto header = parse(json);
        understood += header ? 1 : 0;
        if (header) {
            EXPECT_LE(header->segment.offset, kLuksVolume);
        } else {
            EXPECT_NE(message(header).find("disk.img"), std::string::npos);
        }
    }
    EXPECT_GT(understood, 0);
    EXPECT_LT(understood, 5000);
    EXPECT_NE(message(parse(std::string(1 << 20, '['))).find("nested too deep"), std::string::npos);
    EXPECT_NE(message(parse(replaced(kLuksJson, R"("config": {)",
                                     R"("config": {"x": )" + std::string(1 << 20, '[')))),
              "");
}

}  // namespace
}  // namespace lkl::fs
