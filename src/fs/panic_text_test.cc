// SPDX-License-Identifier: GPL-2.0
#include "fs/panic_text.hh"

#include <gtest/gtest.h>

namespace lkl::fs {
namespace {

std::string numbered(int from, int to) {
    std::string lines;
    for (int i = from; i <= to; ++i) {
        lines += "line " + std::to_string(i) + "\n";
    }
    return lines;
}

const std::string kSentence = "the kernel in the library panicked; its last words:\n";

TEST(PanicText, ShowsTheCauseAndTheBeginningOfTheTrace) {
    const std::string log =
        numbered(1, 9) + "[ 1.2] Kernel panic - not syncing: why\n" + numbered(11, 40);
    EXPECT_EQ(panic_text(log), kSentence + numbered(6, 9) +
                                   "[ 1.2] Kernel panic - not syncing: why\n" + numbered(11, 16) +
                                   "line 17");
}

TEST(PanicText, TakesShortLogsWhole) {
    EXPECT_EQ(panic_text("Kernel panic"), kSentence + "Kernel panic");
    EXPECT_EQ(panic_text("one\nKernel panic\n"), kSentence + "one\nKernel panic");
    EXPECT_EQ(panic_text(""), kSentence);
    EXPECT_EQ(panic_text("no such line\n"), kSentence + "no such line");
}

TEST(PanicText, WithoutThatLineItIsTheEnd) {
    EXPECT_EQ(panic_text(numbered(1, 30)), kSentence + numbered(19, 29) + "line 30");
}

}  // namespace
}  // namespace lkl::fs
