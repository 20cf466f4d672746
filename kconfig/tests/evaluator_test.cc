// SPDX-License-Identifier: GPL-2.0
// Values: the rules that are easily missed.
#include "kconfig/eval/incremental.hh"
#include "kconfig/eval/number.hh"
#include "kconfig/modes/random.hh"
#include "kconfig/tests/support.hh"

namespace kconfig::test {
namespace {

class Evaluation : public Fixture {};

TEST_F(Evaluation, SelectRaisesOverTheUserAndImplyDoesNot) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\n\tdefault y\n\tselect B\n\timply C\n"
             "config B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\n"));
    set("B", "n");
    EXPECT_EQ(value("B"), "y");
    EXPECT_EQ(value("C"), "y");
    set("C", "n");
    EXPECT_EQ(value("C"), "n");
}

TEST_F(Evaluation, UnmetDependenciesAreReported) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\n\tdefault y\n\tselect B\n"
             "config B\n\tbool \"b\"\n\tdepends on X\nconfig X\n\tbool \"x\"\n"));
    host.complained.clear();
    value("B");
    EXPECT_EQ(host.complained,
              "\nWARNING: unmet direct dependencies detected for B\n"
              "  Depends on [n]: X [=n]\n  Selected by [y]:\n  - A [=y]\n");
    EXPECT_EQ(evaluator->warnings(), 1);
}

TEST_F(Evaluation, RangeClampsDefaultsWithTheBoundsText) {
    ASSERT_TRUE(
        load("config A\n\tint \"a\"\n\trange 5 LIMIT\n\tdefault 99\n"
             "config LIMIT\n\tint\n\tdefault 42\n"
             "config H\n\thex \"h\"\n\trange 0x10 0x20\n\tdefault 0x1\n"));
    EXPECT_EQ(value("A"), "42");
    EXPECT_EQ(value("H"), "0x10");
    EXPECT_FALSE(evaluator->set_text(symbol("A"), "43"));
    EXPECT_FALSE(evaluator->set_text(symbol("A"), "007"));
    EXPECT_TRUE(evaluator->set_text(symbol("A"), "7"));
    EXPECT_TRUE(evaluator->set_text(symbol("H"), "1f"));
    EXPECT_EQ(value("H"), "0x1f");
}

TEST_F(Evaluation, TheLastMemberReadWinsItsChoice) {
    ASSERT_TRUE(
        load("choice\n\tprompt \"c\"\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n"
             "config C\n\tbool \"c\"\nendchoice\n"));
    EXPECT_EQ(config(), "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_C is not set\n");
    directory.write("c", "CONFIG_C=y\nCONFIG_B=y\n# CONFIG_A is not set\n");
    ASSERT_TRUE(files->read(directory.file("c").c_str()));
    EXPECT_EQ(config(), "# CONFIG_A is not set\nCONFIG_B=y\n# CONFIG_C is not set\n");
}

TEST_F(Evaluation, UnequalToYIsRightUnlessTheBugIsWanted) {
    const std::string text =
        "config A\n\tbool \"a\"\n\tdefault y\nconfig B\n\tbool \"b\"\n\tdefault y\n"
        "\tdepends on A != y\n";
    ASSERT_TRUE(load(text));
    EXPECT_EQ(value("B"), "n");
    bug_compat = true;
    ASSERT_TRUE(load(text));
    EXPECT_EQ(value("B"), "y");
}

TEST_F(Evaluation, ModuleStateNeedsModules) {
    ASSERT_TRUE(
        load("config MODULES\n\tbool \"modules\"\n\tmodules\n"
             "config T\n\ttristate \"t\"\n\tdefault m\n"));
    EXPECT_EQ(value("T"), "y");
    set("MODULES", "y");
    EXPECT_EQ(value("T"), "m");
}

TEST_F(Evaluation, WritingRepeatsTheWarningsOfReading) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\n\tdefault y\n\tselect B\n"
             "config B\n\tbool \"b\"\n\tdepends on X\nconfig X\n\tbool \"x\"\n"));
    directory.write("c", "CONFIG_A=y\nCONFIG_B=y\n# CONFIG_X is not set\n");
    evaluator->set_quiet(false);
    ASSERT_TRUE(files->read(directory.file("c").c_str()));
    ASSERT_FALSE(evaluator->changed());
    const int once = evaluator->warnings();
    host.complained.clear();
    files->dot_config();
    EXPECT_EQ(once, 1);
    EXPECT_EQ(evaluator->warnings(), 2);
    EXPECT_NE(host.complained.find("unmet direct dependencies detected for B"), std::string::npos);
}

TEST_F(Evaluation, WritingSeesWhatWasGivenSinceReading) {
    ASSERT_TRUE(load(
        "config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tdefault y\n\tdepends on !A\n"
        "choice\n\tprompt \"c\"\nconfig C\n\tbool \"c\"\nconfig D\n\tbool \"d\"\nendchoice\n"));
    const std::string text =
        "# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_C=y\n# CONFIG_D is not set\n";
    directory.write("c", text);
    ASSERT_TRUE(files->read(directory.file("c").c_str()));
    ASSERT_FALSE(evaluator->changed());
    EXPECT_EQ(config(), text);
    evaluator->set_changed(false);
    evaluator->poke(symbol("A"), Tristate::yes);
    EXPECT_EQ(config(), "CONFIG_A=y\nCONFIG_C=y\n# CONFIG_D is not set\n");
    evaluator->set_changed(false);
    evaluator->mark_given(symbol("A"), Source::user, false);
    EXPECT_EQ(config(), text);
    evaluator->set_changed(false);
    ASSERT_TRUE(evaluator->assign(symbol("D"), "y"));
    EXPECT_EQ(config(), "# CONFIG_A is not set\nCONFIG_B=y\n# CONFIG_C is not set\nCONFIG_D=y\n");
}

TEST(Numbers, CompareByType) {
    using enum SymbolType;
    EXPECT_EQ(compare_values("0x10", string, "16", unknown), 0);
    EXPECT_EQ(compare_values("020", string, "16", unknown), 0);
    EXPECT_EQ(compare_values("020", integer, "20", unknown), 0);
    EXPECT_LT(compare_values("9", integer, "10", integer), 0);
    EXPECT_GT(compare_values("9", string, "10", string), 0);
    EXPECT_GT(compare_values("y", boolean, "m", tristate), 0);
    EXPECT_GT(compare_values("0xffffffffffffffff", hex, "1", hex), 0);
}

TEST(Random, IsThatOfTheCLibrary) {
    GlibcRandom ours(42);
    ::srand(42);
    for (int i = 0; i < 1000; ++i) {
#ifdef __GLIBC__
        ASSERT_EQ(ours.next(), ::rand()) << i;
#endif
    }
    GlibcRandom one(1);
    EXPECT_EQ(one.next(), 1804289383);
    EXPECT_EQ(one.next(), 846930886);
}

// A tree with every kind of influence, from a seed.
std::string random_tree(GlibcRandom& random, int symbols) {
    const auto pick = [&](int n) { return random.next() % n; };
    const auto name = [&](int i) { return "S" + std::to_string(i); };
    std::string out = "config MODULES\n\tbool \"modules\"\n\tmodules\n";
    for (int i = 0; i < symbols; ++i) {
        if (pick(8) == 0 && i + 3 < symbols) {
            out += "choice\n\tprompt \"c\"\n";
            for (int k = 0; k < 3; ++k, ++i) {
                out += "config " + name(i) + "\n\tbool \"m\"\n";
                if (i > 4 && pick(3) == 0) {
                    out += "\tdepends on " + name(pick(i - 3)) + "\n";
                }
            }
            --i;
            out += "endchoice\n";
            continue;
        }
        const int type = pick(5);
        out += "config " + name(i) + "\n\t";
        out += type == 4 ? "int" : type == 3 ? "tristate" : "bool";
        out += pick(4) != 0 ? " \"p\"\n" : "\n";
        if (type == 4) {
            out += "\tdefault " + std::to_string(pick(50)) + "\n\trange 3 40\n";
            if (i > 0) {
                out += "\tdepends on " + name(pick(i)) + "\n";
            }
            continue;
        }
        if (i > 0 && pick(2) == 0) {
            out += "\tdepends on " + std::string(pick(2) ? "!" : "") + name(pick(i)) +
                   (pick(2) ? " || " : " && ") + name(pick(i)) + "\n";
        }
        if (i > 0 && pick(2) == 0) {
            out += "\tdefault " + std::string(pick(2) ? "y" : "m") + " if " + name(pick(i)) +
                   (pick(2) ? "" : " = 7") + "\n";
        }
        if (i + 1 < symbols && pick(3) == 0) {
            out += std::string(pick(2) ? "\tselect " : "\timply ") +
                   name(i + 1 + pick(symbols - i - 1)) + "\n";
        }
    }
    return out;
}

class Incremental : public Evaluation, public ::testing::WithParamInterface<Dialect> {};

TEST_P(Incremental, EqualsAFullEvaluationAfterEverySet) {
    GlibcRandom random(7);
    int trees = 0;
    for (int attempt = 0; attempt < 300 && trees < 40; ++attempt) {
        if (!load(random_tree(random, 30), GetParam())) {
            continue;  // it had a loop
        }
        ++trees;
        evaluator->set_quiet(true);
        IncrementalEvaluator incremental(*evaluator);
        for (int i = 0; i < 60; ++i) {
            const Symbol& target = symbol("S" + std::to_string(random.next() % 30));
            if (target.type == SymbolType::unknown) {
                continue;
            }
            const char* const states[] = {"n", "m", "y"};
            const std::string text = target.type == SymbolType::integer
                                         ? std::to_string(random.next() % 50)
                                         : states[random.next() % 3];
            incremental.assign(target, text);
            std::vector<std::string> fast;
            for (const Symbol* const s : tree->hash_order()) {
                fast.emplace_back(evaluator->text(*s));
            }
            evaluator->clear_all();
            std::size_t place = 0;
            for (const Symbol* const s : tree->hash_order()) {
                evaluator->calc(*s);
                ASSERT_EQ(fast[place++], evaluator->text(*s))
                    << s->label() << " after " << target.label() << "=" << text;
            }
        }
    }
    EXPECT_EQ(trees, 40);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Incremental, ::testing::Values(Dialect::v6_12, Dialect::v6_1),
                         [](const auto& info) {
                             return info.param == Dialect::v6_1 ? "v6_1" : "v6_12";
                         });

}  // namespace
}  // namespace kconfig::test
