// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm_text.hh"

#include <gtest/gtest.h>

#include <map>

#include "fs/test_lvm.hh"

namespace lkl::fs {
namespace {

using testing::kLvmGroup;

TEST(LvmText, ValuesListsAndStringsAreRead) {
    const auto root = parse_lvm_text(kLvmGroup, "disk.img");
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

}  // namespace
}  // namespace lkl::fs
