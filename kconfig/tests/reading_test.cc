// SPDX-License-Identifier: GPL-2.0
// What is read in shortcuts must be what it is without them.
#include <random>
#include <string>

#include "kconfig/base/help.hh"
#include "kconfig/finalize/finalizer.hh"
#include "kconfig/tests/support.hh"

namespace {

using namespace kconfig;
using Reading = kconfig::test::Fixture;

TEST_F(Reading, NamesThatDifferLateAreDifferent) {
    const std::string common(40, 'A');
    ASSERT_TRUE(load("config " + common + "1\n\tint\n\tdefault 1\nconfig " + common +
                     "2\n\tint\n\tdefault 2\nconfig " + common.substr(0, 32) +
                     "\n\tint\n\tdefault 3\nconfig " + common.substr(0, 31) +
                     "\n\tint\n\tdefault 4\n"));
    EXPECT_EQ(value(common + "1"), "1");
    EXPECT_EQ(value(common + "2"), "2");
    EXPECT_EQ(value(common.substr(0, 32)), "3");
    EXPECT_EQ(value(common.substr(0, 31)), "4");
    EXPECT_EQ(tree->find(common), nullptr);
}

// Words of all lengths that share their beginnings and their ends, and keywords with more behind.
TEST_F(Reading, NamesOfEveryLengthAreFoundAgain) {
    std::string text;
    for (int length = 1; length <= 70; ++length) {
        const std::string name(static_cast<std::size_t>(length), 'X');
        text += "config " + name + "\n\tint\n\tdefault " + std::to_string(length) + "\n";
    }
    ASSERT_TRUE(load(text + "config config\n\tbool\nconfig helps\n\tdef_bool y\n") == false);
    ASSERT_TRUE(load(text + "config helps\n\tdef_bool y\nconfig tristat\n\tdef_bool y\n"));
    for (int length = 1; length <= 70; ++length) {
        EXPECT_EQ(value(std::string(static_cast<std::size_t>(length), 'X')),
                  std::to_string(length));
    }
    EXPECT_EQ(value("helps"), "y");
    EXPECT_EQ(value("tristat"), "y");
}

TEST_F(Reading, LinesOfManyTokensAreReadToTheirEnds) {
    std::string sum = "A0";
    std::string text;
    for (int i = 0; i < 50; ++i) {
        text += "config A" + std::to_string(i) + "\n\tdef_bool y\n";
        sum += (i % 7 == 0 ? " && \\\n\t\t(A" : " && (A") + std::to_string(i) + " != n)";
    }
    ASSERT_TRUE(load(text + "config ALL\n\tdef_bool y\n\tdepends on " + sum + "\n"));
    EXPECT_EQ(value("ALL"), "y");
    ASSERT_TRUE(load(text + "config A50\n\tbool\nconfig ALL\n\tdef_bool y\n\tdepends on " + sum +
                     " && A50\n"));
    EXPECT_EQ(value("ALL"), "n");
}

TEST_F(Reading, TheCaretIsUnderTheTokenWhereverItIs) {
    style = MessageStyle::rich;
    std::string line = "\tdepends on A";
    for (int i = 0; i < 12; ++i) {
        line += " && A";
    }
    for (const char* const wrong : {"\"A\" A", "A \"A\"", "A )", "A else"}) {
        const std::string all = line + " && " + wrong;
        host.complained.clear();
        EXPECT_FALSE(load("config B\n\tbool\n" + all + "\n"));
        const std::size_t shown = host.complained.find(all);
        ASSERT_NE(shown, std::string::npos) << host.complained;
        const std::size_t margin = shown - host.complained.rfind('\n', shown) - 1;
        const std::size_t below = shown + all.size() + 1;
        EXPECT_EQ(host.complained.find('^', below) - below, margin + all.rfind(' ') + 1)
            << host.complained;
    }
}

TEST_F(Reading, LinesAreCountedThroughCommentsAndBlankOnes) {
    EXPECT_FALSE(
        load("# one\n\n  # two\n\t\nconfig A # three\n\n# four\n\tbool\n \n# five\n\\\n"
             "\nnonsense here\n"));
    EXPECT_EQ(host.complained, "Top:13: syntax error\nTop:13: unknown statement \"nonsense\"\n");
    host.complained.clear();
    EXPECT_FALSE(load("config A\n\tbool # no end of line"));
    EXPECT_EQ(host.complained, "Top:2:warning: no new line at end of file\nTop:2: syntax error\n");
}

// As the original says it: what is odd in a line is named when its turn comes.
TEST_F(Reading, MessagesAboutALineComeInItsOrder) {
    EXPECT_FALSE(load("config A B ? C\n\tbool\nconfig D\n\tint \"d\" ]\n\tdefault 7\n"));
    EXPECT_EQ(host.complained,
              "Top:1: syntax error\n"
              "Top:1:warning: ignoring unsupported character '?'\n"
              "Top:1: invalid statement\n"
              "Top:2: invalid statement\n"
              "Top:4:warning: ignoring unsupported character ']'\n");
}

// The text is looked for line by line, with shortcuts where nobody wants it.
TEST(HelpText, HasTheSameExtentWhetherItIsWantedOrNot) {
    std::mt19937 random(1);
    const char* const pieces[] = {"\t",   " ",    "  ",        "        ", "\n",
                                  "\n",   "\n\n", "x",         "word",     "several words",
                                  "\t  ", "#",    "\n\t  text"};
    int lines = 0;
    for (int i = 0; i < 50000; ++i) {
        std::string text = i % 3 == 0 ? "\t  first\n" : "";
        for (unsigned n = random() % 24; n > 0; --n) {
            text += pieces[random() % std::size(pieces)];
        }
        std::string wanted;
        const HelpExtent with = read_help(text, 0, &wanted);
        const HelpExtent without = read_help(text, 0, nullptr);
        ASSERT_EQ(with.end, without.end) << text;
        ASSERT_EQ(with.lines, without.lines) << text;
        ASSERT_EQ(with.kept_end, without.kept_end) << text;
        lines += with.lines;
    }
    EXPECT_GT(lines, 50000);
}

TEST_F(Reading, ConfigurationsNeedNoDetails) {
    const std::string text =
        "mainmenu \"Title\"\nmenu \"A menu\"\nconfig A\n\tbool \"a\"\n\tdepends on B\n\thelp\n"
        "\t  Text.\nconfig B\n\tdef_bool y\n\tselect C\nconfig C\n\tbool\n\tdepends on A\n"
        "endmenu\ncomment \"A comment\"\nchoice\n\tprompt \"Which\"\nconfig X\n\tbool \"x\"\n"
        "config Y\n\tbool \"y\"\nendchoice\nmenu \"Hidden\"\n\tvisible if !B\nconfig H\n"
        "\tbool \"h\"\nendmenu\n";
    ASSERT_TRUE(load(text));
    const std::string kept = files->dot_config();
    EXPECT_FALSE(tree->help(*symbol("A").menus.front()).empty());
    Diagnostics diagnostics(host, style);
    const auto bare = load_tree("Top", tree->profile(), diagnostics, {}, Details::skipped);
    ASSERT_NE(bare, nullptr);
    Evaluator values(*bare, host);
    EXPECT_EQ(ConfigFiles(values).dot_config(), kept);
    EXPECT_NE(kept.find("# A menu"), std::string::npos);
    EXPECT_TRUE(bare->help(*bare->find("A")->menus.front()).empty());
    EXPECT_TRUE(bare->written_deps.empty());
}

TEST_F(Reading, LoopsAreRuledOutOnlyWhereThereAreNone) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool \"b\"\n"
             "choice\n\tprompt \"c\"\n\tdepends on A\nconfig X\n\tbool \"x\"\nendchoice\n"));
    EXPECT_TRUE(has_no_loops(*tree));
    for (const char* const loop :
         {"config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool \"b\"\n\tdepends on A\n",
          "config A\n\tbool\n\tselect B\nconfig B\n\tbool\n\tselect A\n",
          "config A\n\tbool\n\timply B\n\tdepends on B\nconfig B\n\tbool\n",
          "config A\n\tbool\n\tdefault B\nconfig B\n\tbool \"b\" if A\n",
          "choice\n\tprompt \"c\"\nconfig X\n\tbool \"x\"\nconfig Y\n\tbool \"y\"\n"
          "\tdepends on X\nendchoice\n",
          "choice\n\tprompt \"c\"\n\tdepends on A\nconfig X\n\tbool \"x\"\nendchoice\n"
          "config A\n\tbool \"a\"\n\tdepends on X\n",
          "config A\n\tint\n\tdefault 1 if B > 2\nconfig B\n\tint\n\tdefault 3 if A < 4\n"}) {
        host.complained.clear();
        EXPECT_FALSE(load(loop)) << loop;
        EXPECT_NE(host.complained.find("error: recursive dependency detected!"), std::string::npos)
            << loop << host.complained;
    }
}

}  // namespace
