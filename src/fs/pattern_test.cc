// SPDX-License-Identifier: GPL-2.0
#include "fs/pattern.hh"

#include <gtest/gtest.h>

namespace lkl::fs {
namespace {

using Verdict = Selection::Verdict;

TEST(GlobMatch, LiteralBytes) {
    EXPECT_TRUE(glob_match("", ""));
    EXPECT_TRUE(glob_match("abc", "abc"));
    EXPECT_FALSE(glob_match("abc", "abcd"));
    EXPECT_FALSE(glob_match("abcd", "abc"));
    EXPECT_TRUE(glob_match("\xff\xfe", "\xff\xfe"));
}

TEST(GlobMatch, StarStaysInItsComponent) {
    EXPECT_TRUE(glob_match("*.c", "main.c"));
    EXPECT_TRUE(glob_match("*", "anything"));
    EXPECT_TRUE(glob_match("a*c*e", "abcde"));
    EXPECT_FALSE(glob_match("*.c", "src/main.c"));
    EXPECT_TRUE(glob_match("src/*.c", "src/main.c"));
    EXPECT_FALSE(glob_match("src/*", "src/a/b"));
}

TEST(GlobMatch, TwoStarsCrossComponents) {
    EXPECT_TRUE(glob_match("**", "a/b/c"));
    EXPECT_TRUE(glob_match("**/c", "a/b/c"));
    EXPECT_TRUE(glob_match("**/c", "c"));
    EXPECT_TRUE(glob_match("a/**/d", "a/b/c/d"));
    EXPECT_TRUE(glob_match("a/**/d", "a/d"));
    EXPECT_FALSE(glob_match("a/**/d", "a/b/c"));
}

TEST(GlobMatch, SetsAndQuestionMarks) {
    EXPECT_TRUE(glob_match("[a-c]x?", "bxz"));
    EXPECT_FALSE(glob_match("[a-c]x?", "dxz"));
    EXPECT_TRUE(glob_match("[!a-c]", "d"));
    EXPECT_FALSE(glob_match("[!a-c]", "b"));
    EXPECT_TRUE(glob_match("[]]", "]"));
    EXPECT_TRUE(glob_match("[a-]", "-"));
    EXPECT_FALSE(glob_match("?", "/"));
    EXPECT_FALSE(glob_match("[!a]", "/"));
    EXPECT_TRUE(glob_match("[abc", "[abc"));
}

TEST(GlobMatch, BackslashTakesTheNextByteAsItIs) {
    EXPECT_TRUE(glob_match("\\*", "*"));
    EXPECT_FALSE(glob_match("\\*", "x"));
    EXPECT_TRUE(glob_match("\\", "\\"));
}

TEST(Selection, EmptyTakesEverything) {
    const Selection selection;
    EXPECT_EQ(selection.judge("a/b", false), Verdict::take);
    EXPECT_EQ(selection.judge("a", true), Verdict::take);
}

TEST(Selection, ExcludeByNameAndByPath) {
    Selection selection;
    selection.exclude("*.o");
    selection.exclude("/build");
    EXPECT_EQ(selection.judge("src/main.o", false), Verdict::skip);
    EXPECT_EQ(selection.judge("src/main.c", false), Verdict::take);
    EXPECT_EQ(selection.judge("build", true), Verdict::skip);
    EXPECT_EQ(selection.judge("build/x", false), Verdict::skip);
    EXPECT_EQ(selection.judge("src/build", true), Verdict::take);
}

TEST(Selection, DirectoriesOnly) {
    Selection selection;
    selection.exclude("cache/");
    EXPECT_EQ(selection.judge("a/cache", true), Verdict::skip);
    EXPECT_EQ(selection.judge("a/cache", false), Verdict::take);
    EXPECT_EQ(selection.judge("a/cache/file", false), Verdict::skip);
}

TEST(Selection, TheLastRuleThatMatchesDecides) {
    Selection selection;
    selection.exclude("*.o");
    selection.include("keep.o");
    EXPECT_EQ(selection.judge("a/keep.o", false), Verdict::take);
    EXPECT_EQ(selection.judge("a/other.o", false), Verdict::skip);
}

TEST(Selection, IncludeFirstLeavesTheRestOut) {
    Selection selection;
    selection.include("*.h");
    EXPECT_EQ(selection.judge("include/a.h", false), Verdict::take);
    EXPECT_EQ(selection.judge("include/a.c", false), Verdict::skip);
    EXPECT_EQ(selection.judge("include", true), Verdict::pass_through);
}

TEST(Selection, WhatIsBelowAnIncludedDirectoryIsIncluded) {
    Selection selection;
    selection.include("/usr/share");
    selection.exclude("*.po");
    EXPECT_EQ(selection.judge("usr", true), Verdict::pass_through);
    EXPECT_EQ(selection.judge("usr/share", true), Verdict::take);
    EXPECT_EQ(selection.judge("usr/share/doc/a", false), Verdict::take);
    EXPECT_EQ(selection.judge("usr/share/doc/a.po", false), Verdict::skip);
    EXPECT_EQ(selection.judge("etc/passwd", false), Verdict::skip);
}

}  // namespace
}  // namespace lkl::fs
