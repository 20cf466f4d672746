// SPDX-License-Identifier: GPL-2.0
// The language: lexer, macros, parser, errors.
#include "kconfig/tests/support.hh"

namespace kconfig::test {
namespace {

class Language : public Fixture {};

TEST_F(Language, ExpandsVariablesAndFunctions) {
    host.variables["ARCH"] = "lkl";
    ASSERT_TRUE(
        load("greet = hello $(1)\n"
             "late = $(var)\n"
             "now := $(var)\n"
             "var := set\n"
             "config A\n\tstring\n\tdefault \"$(greet,$(ARCH)) [$(late)] [$(now)]\"\n"));
    EXPECT_EQ(value("A"), "hello lkl [set] []");
    ASSERT_EQ(tree->environment.size(), 1U);
    EXPECT_EQ(tree->environment[0].second, "lkl");
}

TEST_F(Language, ShellAnswersLoseTheirNewlines) {
    host.answers["probe"] = "a\nb\n\n";
    ASSERT_TRUE(load("config A\n\tstring\n\tdefault \"$(shell,probe)\"\n"));
    EXPECT_EQ(value("A"), "a b");
}

TEST_F(Language, RecursiveVariableIsFatal) {
    EXPECT_FALSE(load("A = $(B)\nB = $(A)\n$(info,$(A))\n"));
    EXPECT_EQ(host.complained, "Top:3: Recursive variable 'A' references itself (eventually)\n");
    EXPECT_EQ(exit_code, 1);
}

TEST_F(Language, FunctionsThatCallEachOtherForEverAreFatal) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
        text += "f" + std::to_string(i) + " = $(f" + std::to_string((i + 1) % 40) + ",$(1)x)\n";
    }
    EXPECT_FALSE(load(text + "$(info,$(f0,a))\n"));
    EXPECT_EQ(host.complained, "Top:41: Too deep recursive expansion\n");
    EXPECT_EQ(exit_code, 1);
}

TEST_F(Language, HelpIsIndentedByItsFirstLine) {
    ASSERT_TRUE(load("config A\n\tbool \"a\"\n\thelp\n\t  first  \n\t    deeper\n\n\t  last\n"));
    EXPECT_EQ(tree->help(tree->nodes[0]), "first\n  deeper\n\nlast\n");
}

TEST_F(Language, HelpEndsWhereTheFirstColumnIsUsed) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\n\thelp\n\t  one\n\n"
             "config B\n\tbool \"b\"\n\thelp\n\t  two\n\t    \n"
             "config C\n\tbool \"c\"\n\thelp\n\t  three\n"
             "config D\n\tbool \"d\"\n\thelp\n\t  four\n\n\tdepends on A\n"));
    EXPECT_EQ(tree->help(tree->nodes[0]), "one\n");
    EXPECT_EQ(tree->help(tree->nodes[1]), "two\n");
    EXPECT_EQ(tree->help(tree->nodes[2]), "three");
    EXPECT_EQ(tree->help(tree->nodes[3]), "four\n\n");
}

TEST_F(Language, UnknownStatementHasItsLine) {
    EXPECT_FALSE(load("config A\n\tbool\nnonsense here\n"));
    EXPECT_EQ(host.complained, "Top:3: syntax error\nTop:3: unknown statement \"nonsense\"\n");
}

TEST_F(Language, MissingEndIsReportedForEveryBlock) {
    EXPECT_FALSE(load("menu \"m\"\nif A\nconfig A\n\tbool\n"));
    EXPECT_EQ(host.complained,
              "Top:5: syntax error\n"
              "Top:2: missing end statement for this entry\n"
              "Top:1: missing end statement for this entry\n");
}

TEST_F(Language, RichMessagesShowTheLineAndAdvice) {
    style = MessageStyle::rich;
    EXPECT_FALSE(load("config A\n\tbool\n\tdepends A\n"));
    EXPECT_NE(host.complained.find("3 | \tdepends A"), std::string::npos) << host.complained;
    EXPECT_NE(host.complained.find("= help: expected 'on' after 'depends'"), std::string::npos);
}

// Of files that are read to their ends, and whose memory the next ones could have had.
TEST_F(Language, RichMessagesShowLinesAfterReading) {
    style = MessageStyle::rich;
    directory.write("first", "config FIRST\n");
    directory.write("second", "config SECOND\n\tint\n\tdefault word\n");
    EXPECT_TRUE(load("config TOP # here\nsource \"first\"\nsource \"second\"\n"));
    for (const char* const line :
         {"1 | config TOP # here", "1 | config FIRST", "3 | \tdefault word"}) {
        EXPECT_NE(host.complained.find(line), std::string::npos) << line << host.complained;
    }
}

// Each in the memory of the one before: what they said must have been kept.
TEST_F(Language, TextsOutliveTheirFiles) {
    directory.write("long",
                    "config LONG\n\tbool \"the first prompt\"\n\thelp\n\t  The first help.\n");
    directory.write("deep",
                    "source \"long\"\nconfig DEEP\n\tstring \"deep \\\"one\\\"\"\n"
                    "\tdefault \"a value\"\n");
    directory.write("other", std::string(70000, '#') +
                                 "\nconfig OTHER\n\tbool \"another\"\n"
                                 "\thelp\n\t  More help.\n");
    directory.write("deep2", "config LAST\n\tbool \"last\"\n");
    ASSERT_TRUE(
        load("mainmenu \"Title\"\nsource \"deep\"\nmenu \"in between\"\nsource \"other\"\n"
             "source \"deep2\"\nendmenu\n"))
        << host.complained;
    EXPECT_EQ(tree->root.prompt->text, "Title");
    EXPECT_EQ(symbol("LONG").menus.front()->prompt->text, "the first prompt");
    EXPECT_EQ(tree->help(*symbol("LONG").menus.front()), "The first help.\n");
    EXPECT_EQ(symbol("DEEP").menus.front()->prompt->text, "deep \"one\"");
    EXPECT_EQ(value("DEEP"), "a value");
    EXPECT_EQ(tree->help(*symbol("OTHER").menus.front()), "More help.\n");
    EXPECT_EQ(symbol("OTHER").menus.front()->parent->prompt->text, "in between");
    EXPECT_EQ(symbol("LAST").menus.front()->prompt->text, "last");
}

TEST_F(Language, RecursiveInclusionShowsThePath) {
    directory.write("other", "source \"Top\"\n");
    EXPECT_FALSE(load("config A\n\tbool\nsource \"other\"\n"));
    EXPECT_EQ(host.complained,
              "Recursive inclusion detected.\nInclusion path:\n  current file : Top\n"
              "  included from: other:1\n  included from: Top:3\n");
}

TEST_F(Language, SourceAtTheEndWithoutNewLineIsRefusedAs61) {
    EXPECT_FALSE(load("config A\n\tbool\nsource \"other\"", Dialect::v6_1));
    EXPECT_EQ(host.complained,
              "Top:3:warning: no new line at end of file\n"
              "can't read file \"other\": the source statement needs a new line at its end\n");
}

TEST_F(Language, TestsForModuleSpeakInTheOrderOfTheOriginal) {
    const std::string text =
        "config A\n\tbool\nconfig B\n\tbool\nconfig C\n\tbool \"c\" if A != m || B = m\n";
    ASSERT_TRUE(load(text, Dialect::v6_12));
    EXPECT_EQ(host.printed,
              "boolean symbol B tested for 'm'? test forced to 'n'\n"
              "boolean symbol A tested for 'm'? test forced to 'y'\n");
    host.printed.clear();
    ASSERT_TRUE(load(text, Dialect::v6_1));
    EXPECT_EQ(host.printed,
              "boolean symbol A tested for 'm'? test forced to 'y'\n"
              "boolean symbol B tested for 'm'? test forced to 'n'\n");
}

TEST_F(Language, RecursiveDependencyIsAnError) {
    EXPECT_FALSE(
        load("config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool \"b\"\n"
             "\tdepends on A\n"));
    EXPECT_NE(host.complained.find("error: recursive dependency detected!\n"
                                   "\tsymbol A depends on B\n"
                                   "\tsymbol B depends on A\n"),
              std::string::npos)
        << host.complained;
}

TEST_F(Language, DeepNestingIsAnErrorAndNotACrash) {
    const std::string deep = std::string(100000, '(') + "A" + std::string(100000, ')');
    EXPECT_FALSE(load("config A\n\tbool\n\tdepends on " + deep + "\n"));
    EXPECT_NE(host.complained.find("syntax error"), std::string::npos);
}

TEST_F(Language, TextIsTakenByteByByte) {
    ASSERT_TRUE(load("config A\n\tstring \"\xff\xfe\"\n\tdefault 'a\\'\"b'\n"));
    EXPECT_EQ(value("A"), "a'\"b");
    EXPECT_EQ(tree->nodes[0].prompt->text, "\xff\xfe");
}

TEST_F(Language, NextKnowsConditionalDependencies) {
    const std::string text =
        "config MODULES\n\tbool\n\tdefault y\n\tmodules\n"
        "config X\n\ttristate \"x\"\nconfig Y\n\ttristate \"y\"\n"
        "config Z\n\ttristate \"z\"\n\tdepends on X if Y\n\tdefault y\n";
    EXPECT_FALSE(load(text, Dialect::v6_12));
    ASSERT_TRUE(load(text, Dialect::next));
    EXPECT_EQ(value("Z"), "y");  // Y is n: the condition does not matter
    set("Y", "m");
    EXPECT_EQ(value("Z"), "n");  // !(Y) would still allow m
    set("X", "m");
    EXPECT_EQ(value("Z"), "m");
}

TEST_F(Language, NextReadsTransitionalSymbolsAndDoesNotWriteThem) {
    ASSERT_TRUE(
        load("config OLD\n\tbool\n\ttransitional\n"
             "config NEW\n\tbool \"new\"\n\tdefault OLD\n",
             Dialect::next));
    directory.write("c", "CONFIG_OLD=y\n");
    ASSERT_TRUE(files->read(directory.file("c").c_str()));
    EXPECT_EQ(config(), "CONFIG_NEW=y\n");
}

TEST_F(Language, NamedAndOptionalChoicesAreOnlyIn6_1) {
    const std::string text =
        "choice NAMED\n\tprompt \"c\"\n\toptional\nconfig A\n\tbool \"a\"\nendchoice\n";
    EXPECT_FALSE(load(text, Dialect::v6_12));
    host.complained.clear();
    ASSERT_TRUE(load(text, Dialect::v6_1)) << host.complained;
    EXPECT_EQ(value("A"), "n");
}

}  // namespace
}  // namespace kconfig::test
