// SPDX-License-Identifier: GPL-2.0
// What of the subcommands needs no kernel.

#include "fs/browse.hh"

#include <gtest/gtest.h>

#include "fs/entry_text.hh"

namespace lkl::fs {
namespace {

TEST(EntryText, ModesAsLsShowsThem) {
    EXPECT_EQ(mode_text(0100644), "-rw-r--r--");
    EXPECT_EQ(mode_text(0041777), "drwxrwxrwt");
    EXPECT_EQ(mode_text(0106751), "-rwsr-s--x");
    EXPECT_EQ(mode_text(0107000), "---S--S--T");
    EXPECT_EQ(mode_text(0120777), "lrwxrwxrwx");
    EXPECT_EQ(mode_text(0060660), "brw-rw----");
}

TEST(EntryText, TimesInUtcWithNanoseconds) {
    EXPECT_EQ(time_text({1234567890, 5}), "2009-02-13T23:31:30.000000005Z");
    EXPECT_EQ(time_text({-1, 0}), "1969-12-31T23:59:59.000000000Z");
}

TEST(EntryText, NamesCannotSteerATerminal) {
    EXPECT_EQ(printable("a b"), "a b");
    EXPECT_EQ(printable("a\033[31m\n\\"), "a\\033[31m\\012\\134");
    EXPECT_EQ(printable("gr\xc3\xbc"), "gr\xc3\xbc");
    EXPECT_EQ(printable("a\xc2\x9b"
                        "31m\xc2\xa0"),
              "a\\302\\23331m\xc2\xa0");
    EXPECT_EQ(printable("\xc2"), "\xc2");
}

TEST(EntryText, SoCannotMessages) {
    EXPECT_EQ(printable_lines("two\n\tlines \\012"), "two\n\tlines \\012");
    EXPECT_EQ(printable_lines("\033]0;x\007\r\x7f\xc2\x9d"), "\\033]0;x\\007\\015\\177\\302\\235");
}

TEST(EntryText, DevicesShowTheirNumbers) {
    FileStatus status;
    status.mode = 0020666;
    status.special = {1, 3};
    const std::string line = long_line(status, "null", "");
    EXPECT_NE(line.find(" 1,3 "), std::string::npos) << line;
}

TEST(ParseSize, UnitsArePowersOf1024) {
    EXPECT_EQ(*parse_size("0", "-"), 0U);
    EXPECT_EQ(*parse_size("12", "-"), 12U);
    EXPECT_EQ(*parse_size("4k", "-"), 4096U);
    EXPECT_EQ(*parse_size("1G", "-"), std::uint64_t{1} << 30);
    for (const char* text : {"", "k", "1x", "1kk", "-1", "99999999999T"}) {
        EXPECT_FALSE(parse_size(text, "--size")) << text;
    }
}

TEST(FindCriteria, EverythingThatIsSetMustHold) {
    Entry entry;
    entry.source = "/etc/hosts";
    entry.status.mode = 0100644;
    entry.status.size = 100;
    entry.status.modified = {1000, 0};
    FindCriteria find;
    EXPECT_TRUE(find.match(entry));
    find.name = "h*s";
    find.type = 'f';
    find.at_least = 100;
    find.at_most = 100;
    find.newer_than = 999;
    EXPECT_TRUE(find.match(entry));
    for (const auto& change : std::vector<std::function<void(FindCriteria&)>>{
             [](FindCriteria& f) { f.name = "etc"; }, [](FindCriteria& f) { f.type = 'd'; },
             [](FindCriteria& f) { f.at_least = 101; }, [](FindCriteria& f) { f.at_most = 99; },
             [](FindCriteria& f) { f.newer_than = 1000; }}) {
        FindCriteria changed = find;
        change(changed);
        EXPECT_FALSE(changed.match(entry));
    }
}

}  // namespace
}  // namespace lkl::fs
