// SPDX-License-Identifier: GPL-2.0
#include "fs/shell_words.hh"

#include <gtest/gtest.h>

namespace lkl::fs {
namespace {

std::vector<ShellWord> split(std::string_view line) {
    auto words = split_words(line);
    EXPECT_TRUE(words.has_value()) << line;
    return words ? *words : std::vector<ShellWord>();
}

TEST(ShellWords, SplitAtBlanks) {
    EXPECT_EQ(split("  ls -l\t/etc "), (std::vector<ShellWord>{{"ls"}, {"-l"}, {"/etc"}}));
    EXPECT_EQ(split(""), std::vector<ShellWord>());
    EXPECT_EQ(split("# nothing"), std::vector<ShellWord>());
    EXPECT_EQ(split("ls a#b # c"), (std::vector<ShellWord>{{"ls"}, {"a#b"}}));
}

TEST(ShellWords, QuotesAndEscapes) {
    EXPECT_EQ(split(R"(cat 'a b' "c d" e\ f)"),
              (std::vector<ShellWord>{{"cat"}, {"a b"}, {"c d"}, {"e f"}}));
    EXPECT_EQ(split(R"(a'b'"c" '' '\' "\"")"),
              (std::vector<ShellWord>{{"abc"}, {""}, {"\\"}, {"\""}}));
    EXPECT_FALSE(split_words("cat 'a").has_value());
    EXPECT_FALSE(split_words("cat \"a").has_value());
}

TEST(ShellWords, PatternsAreToldFromQuotedOnes) {
    EXPECT_EQ(
        split(R"(*.c '*.c' a\*b [ab]?)"),
        (std::vector<ShellWord>{{"*.c", true}, {"*.c", false}, {"a*b", false}, {"[ab]?", true}}));
}

TEST(ShellWords, TheUnfinishedWord) {
    const auto fresh = unfinished_word("ls ");
    EXPECT_EQ(fresh.text, "");
    EXPECT_EQ(fresh.before.size(), 1U);
    const auto quoted = unfinished_word("ls 'a b");
    EXPECT_EQ(quoted.text, "a b");
    EXPECT_EQ(quoted.quote, '\'');
    EXPECT_EQ(unfinished_word("l").before.size(), 0U);
}

TEST(ShellWords, PathsAreResolved) {
    EXPECT_EQ(resolve_path("/a/b", "c"), "/a/b/c");
    EXPECT_EQ(resolve_path("/a/b", "/c//d/"), "/c/d");
    EXPECT_EQ(resolve_path("/a/b", ".."), "/a");
    EXPECT_EQ(resolve_path("/a/b", "../../../x/./y"), "/x/y");
    EXPECT_EQ(resolve_path("/", "."), "/");
}

TEST(ShellWords, Completions) {
    const std::vector<std::string> names{"alpha", "alpine", "beta/", "two words"};
    EXPECT_EQ(complete_word("alp", names, 0).insert, "");
    EXPECT_EQ(complete_word("alp", names, 0).choices,
              (std::vector<std::string>{"alpha", "alpine"}));
    EXPECT_EQ(complete_word("a", names, 0).insert, "lp");
    EXPECT_EQ(complete_word("alpi", names, 0).insert, "ne ");
    EXPECT_EQ(complete_word("b", names, 0).insert, "eta/");
    EXPECT_EQ(complete_word("two", names, 0).insert, "\\ words ");
    EXPECT_EQ(complete_word("two", names, '\'').insert, " words' ");
    EXPECT_EQ(complete_word("x", names, 0).insert, "");
    EXPECT_TRUE(complete_word("x", names, 0).choices.empty());
}

}  // namespace
}  // namespace lkl::fs
