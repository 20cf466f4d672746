// SPDX-License-Identifier: GPL-2.0
#include "machine/console_tail.hh"

#include <gtest/gtest.h>

namespace lkl {
namespace {

TEST(ConsoleTail, KeepsAllOfLittle) {
    ConsoleTail tail;
    tail.append("one\n");
    tail.append("two");
    EXPECT_EQ(tail.text(), "one\ntwo");
}

TEST(ConsoleTail, KeepsTheLastWholeLinesOfMuch) {
    ConsoleTail tail;
    for (int i = 0; i < 20000; i++) {
        tail.append("line " + std::to_string(i) + "\n");
    }
    const std::string text = tail.text();
    EXPECT_LE(text.size(), 65536U);
    EXPECT_GT(text.size(), 65000U);
    EXPECT_EQ(text.rfind("line ", 0), 0U);
    EXPECT_TRUE(text.ends_with("line 19999\n"));
}

TEST(ConsoleTail, OneEndlessLineIsCut) {
    ConsoleTail tail;
    tail.append(std::string(200000, 'x'));
    EXPECT_EQ(tail.text().size(), 65536U);
}

}  // namespace
}  // namespace lkl
