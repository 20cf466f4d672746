// SPDX-License-Identifier: GPL-2.0
#include "fs/progress.hh"

#include <gtest/gtest.h>

#include "fs/json_text.hh"

namespace lkl::fs {
namespace {

TEST(FormatBytes, PowersOfThousand) {
    EXPECT_EQ(format_bytes(0), "0 B");
    EXPECT_EQ(format_bytes(999), "999 B");
    EXPECT_EQ(format_bytes(1000), "1.0 kB");
    EXPECT_EQ(format_bytes(1550), "1.6 kB");
    EXPECT_EQ(format_bytes(999960), "1.0 MB");
    EXPECT_EQ(format_bytes(526000000), "526.0 MB");
    EXPECT_EQ(format_bytes(~std::uint64_t{0}), "18.4 EB");
}

TEST(FormatDuration, MinutesAndHours) {
    EXPECT_EQ(format_duration(0), "0:00");
    EXPECT_EQ(format_duration(7.4), "0:07");
    EXPECT_EQ(format_duration(59.6), "1:00");
    EXPECT_EQ(format_duration(3600), "1:00:00");
    EXPECT_EQ(format_duration(-1), "0:00");
}

TEST(FormatBar, CountsAndRateWithoutTotals) {
    ProgressState state;
    state.entries = 12;
    state.bytes = 3000000;
    state.seconds = 2;
    EXPECT_EQ(format_bar(state, 80), "12 files  3.0 MB  1.5 MB/s");
    EXPECT_EQ(format_bar(state, 8), "12 files");
}

TEST(FormatBar, ShareAndTimeLeftWithTotals) {
    ProgressState state;
    state.entries = 50;
    state.bytes = 50000000;
    state.total_entries = 100;
    state.total_bytes = 100000000;
    state.seconds = 10;
    const std::string wide = format_bar(state, 120);
    EXPECT_EQ(wide,
              "[####################....................] 50% 50/100 files  50.0 MB/100.0 MB  "
              "5.0 MB/s  0:10 left");
    const std::string narrow = format_bar(state, 60);
    EXPECT_EQ(narrow.substr(0, 4), "50% ");
    EXPECT_LE(narrow.size(), 60U);
}

TEST(FormatBar, NeverPastTheEnd) {
    ProgressState state;
    state.entries = 11;
    state.bytes = 200;
    state.total_entries = 10;
    state.total_bytes = 100;
    state.seconds = 1;
    EXPECT_NE(format_bar(state, 120).find("100% "), std::string::npos);
    state.total_entries = 0;
    state.total_bytes = 0;
    EXPECT_NE(format_bar(state, 120).find("100% "), std::string::npos);
}

TEST(ProgressJson, OneLineWithTotalsWhereKnown) {
    ProgressState state;
    state.entries = 1;
    state.bytes = 2;
    state.seconds = 0.5;
    EXPECT_EQ(progress_json(state), R"({"entries":1,"bytes":2,"seconds":0.5})");
    state.total_entries = 3;
    state.total_bytes = 4;
    EXPECT_EQ(progress_json(state),
              R"({"entries":1,"bytes":2,"seconds":0.5,"total_entries":3,"total_bytes":4})");
}

TEST(Report, CountsAndSumsUp) {
    std::vector<std::string> lines;
    Report report({false, [&](std::string_view line) { lines.emplace_back(line); }, {}});
    EXPECT_FALSE(report.should_stop());
    report.add_loss(Loss::owner, Error::kernel(1, "set the owner of", "/a"));
    report.add_loss(Loss::owner, Error::kernel(1, "set the owner of", "/b"));
    report.add_loss(Loss::sockets, Error::other("tar has no entry for sockets", "store", "s"));
    EXPECT_FALSE(report.should_stop());
    ASSERT_EQ(report.losses().size(), 2U);
    EXPECT_EQ(report.losses()[0],
              "the owner was not kept for 2 entries (the first: cannot set the owner of /a: "
              "Operation not permitted)");
    report.add_error(Error::host(2, "open", "x"));
    EXPECT_EQ(lines, std::vector<std::string>{"cannot open x: No such file or directory"});
    EXPECT_TRUE(report.should_stop());
}

TEST(Report, NamesCannotSteerATerminal) {
    std::vector<std::string> lines;
    const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
    Report report({true, keep, keep});
    report.add_error(Error::host(2, "open", "a\033[2J\nb"));
    report.done("c\033]0;x\007");
    report.add_loss(Loss::owner, Error::other("no", "keep", "d\033"));
    EXPECT_EQ(lines,
              (std::vector<std::string>{"cannot open a\\033[2J\\012b: No such file or directory",
                                        "c\\033]0;x\\007"}));
    EXPECT_NE(report.losses().at(0).find("d\\033"), std::string::npos);
}

TEST(Report, StopsWhenTheKernelIsGoneEvenIfItShouldGoOn) {
    Report report({true, {}, {}});
    report.add_error(Error::kernel(5, "read", "x"));
    EXPECT_FALSE(report.should_stop());
    report.add_error(Error::kernel(131, "read", "x"));
    EXPECT_TRUE(report.should_stop());
}

}  // namespace
}  // namespace lkl::fs
