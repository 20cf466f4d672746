// SPDX-License-Identifier: GPL-2.0
#include "machine/command_line.hh"

#include <gtest/gtest.h>

namespace lkl {
namespace {

constexpr std::uint64_t kMiB = 1U << 20U;

TEST(ParseMem, NothingWithoutTheParameter) {
    EXPECT_FALSE(parse_mem("").value().has_value());
    EXPECT_FALSE(parse_mem("quiet meminfo=3 xmem=4M").value().has_value());
}

TEST(ParseMem, UnitsAndBases) {
    EXPECT_EQ(parse_mem("mem=64M").value(), 64 * kMiB);
    EXPECT_EQ(parse_mem("a mem=1g b").value(), 1024 * kMiB);
    EXPECT_EQ(parse_mem("mem=4096K").value(), 4 * kMiB);
    EXPECT_EQ(parse_mem("mem=0x400000").value(), 4 * kMiB);
    EXPECT_EQ(parse_mem("mem=2T").value(), std::uint64_t{2} << 40U);
}

TEST(ParseMem, TheLastOneCounts) {
    EXPECT_EQ(parse_mem("mem=1M mem=2M").value(), 2 * kMiB);
}

TEST(ParseMem, GarbageIsAnError) {
    for (const char* text : {"mem=", "mem=M", "mem=12Q", "mem=1MB", "mem=-1", "mem=0x",
                             "mem=99999999999999999999", "mem=18446744073709551615K"}) {
        const auto result = parse_mem(text);
        ASSERT_FALSE(result) << text;
        EXPECT_NE(result.error().message().find("mem="), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace lkl
