// SPDX-License-Identifier: GPL-2.0
// Fragments: which line wins, when annotations bind, what did not survive.
#include "kconfig/merge/merge.hh"

#include "kconfig/tests/support.hh"

namespace kconfig {
namespace {

class MergeTest : public test::Fixture {
  protected:
    // "NAME=VALUE" of what is asked for, "?" behind optional ones.
    std::string merged(const std::vector<std::string>& fragments, Version version = {6, 12}) {
        MergeOptions options;
        options.annotations_for = version;
        FragmentMerger merger(options, [this](std::string_view text) { said.append(text); });
        for (std::size_t i = 0; i < fragments.size(); ++i) {
            const std::string name = std::to_string(i) + ".config";
            directory.write(name, fragments[i]);
            const bool ok = i == 0 ? merger.add_base(directory.file(name))
                                   : merger.add_fragment(directory.file(name));
            if (!ok) {
                return merger.error();
            }
        }
        requests = merger.requests();
        lines = merger.lines();
        std::string out;
        for (const Request& one : requests) {
            out += one.symbol + "=" + one.value + (one.optional ? "? " : " ");
        }
        return out;
    }

    std::string said;
    std::vector<Request> requests;
    std::vector<ConfigLine> lines;
};

TEST_F(MergeTest, TakesValuesAndPassesCommentsOver) {
    EXPECT_EQ(merged({"# words\n\nCONFIG_A=y\nCONFIG_B=n\nCONFIG_C=\"a b\"\nCONFIG_D=16\r\n"
                      "# CONFIG_E is not set\n"}),
              "A=y B=n C=\"a b\" D=16 E=n ");
}

TEST_F(MergeTest, TheLastFragmentWins) {
    EXPECT_EQ(merged({"CONFIG_A=y\nCONFIG_B=y\n", "CONFIG_A=n\n"}), "B=y A=n ");
    EXPECT_NE(said.find("Value of CONFIG_A is redefined"), std::string::npos);
}

TEST_F(MergeTest, AnOptionalValueIsMarked) {
    EXPECT_EQ(merged({"CONFIG_A=y # optional\nCONFIG_B=y # optional, since it is slow\n"
                      "CONFIG_C=y # as ever\n"}),
              "A=y? B=y? C=y ");
    EXPECT_EQ(lines[0].text, "CONFIG_A=y") << "without the comment";
}

TEST_F(MergeTest, SinceAndUntilCompareVersions) {
    const std::string text = "CONFIG_A=y # since 6.5\nCONFIG_B=y   # until 6.4\n";
    EXPECT_EQ(merged({text}, {6, 12}), "A=y ");
    EXPECT_EQ(merged({text}, {6, 5}), "A=y ");
    EXPECT_EQ(merged({text}, {6, 4}), "B=y ");
    EXPECT_EQ(merged({text}, {5, 19}), "B=y ");
}

TEST_F(MergeTest, AHashInQuotesIsNoComment) {
    EXPECT_EQ(merged({"CONFIG_A=\"x # optional\"\nCONFIG_B=\"a\\\"#\" # optional\n"}),
              "A=\"x # optional\" B=\"a\\\"#\"? ");
}

TEST_F(MergeTest, NonsenseIsRefusedWithItsPlace) {
    EXPECT_NE(merged({"CONFIG_A=y\n", "\nA=y\n"}).find("1.config:2: not a configuration line: A=y"),
              std::string::npos);
    EXPECT_NE(merged({"CONFIG_A=y # since then\n"}).find("0.config:1: since and until"),
              std::string::npos);
}

TEST_F(MergeTest, EachLostValueIsNamedWithItsReason) {
    ASSERT_TRUE(
        load("config OFF\n\tbool \"off\"\nconfig A\n\tbool \"a\"\n\tdepends on OFF\n"
             "config B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\nconfig D\n\tbool\n\tdefault y\n"
             "config N\n\tint \"n\"\n\trange 1 5\n"));
    merged(
        {"CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=n\nCONFIG_D=n\nCONFIG_N=7\nCONFIG_GONE=y\n"
         "CONFIG_GONE_TOO=y # optional\nCONFIG_UNKNOWN=n\n"});
    files->read_lines(lines);
    evaluator->clear_all();
    std::string lost;
    for (const LostRequest& one : lost_requests(*evaluator, requests)) {
        lost += one.request.symbol + ":" + std::to_string(one.request.where.line) + " ";
        if (one.request.symbol == "A") {
            EXPECT_NE(to_text(one.why).find("depends on OFF  (Top:5)"), std::string::npos)
                << to_text(one.why);
        }
    }
    EXPECT_EQ(lost, "A:1 D:4 N:5 GONE:6 ");
}

TEST_F(MergeTest, ChoicesAndUndefinedSymbolsAreExplained) {
    ASSERT_TRUE(
        load("choice\n\tprompt \"Taste\"\nconfig SWEET\n\tbool \"sweet\"\n"
             "config SOUR\n\tbool \"sour\"\nendchoice\n"
             "config E\n\tbool \"e\"\n\tdepends on NOWHERE\n"));
    merged({"CONFIG_SWEET=n\nCONFIG_E=y\n", "CONFIG_SOUR=n\n"});
    files->read_lines(lines);
    evaluator->clear_all();
    const std::vector<LostRequest> lost = lost_requests(*evaluator, requests);
    ASSERT_EQ(lost.size(), 2U);
    std::string text = to_text(lost[0].why) + to_text(lost[1].why);
    EXPECT_NE(text.find("the choice \"Taste\" has to be set: give another one y  (Top:1)"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("NOWHERE = n (no Kconfig file defines it)"), std::string::npos) << text;
}

TEST(Versions, AreTwoNumbers) {
    EXPECT_EQ(parse_version("6.12"), Version(6, 12));
    EXPECT_EQ(parse_version("6.12.117"), Version(6, 12));
    EXPECT_EQ(parse_version("6.12-rc1"), Version(6, 12));
    for (const char* const text : {"", "6", "6.", "six.one", "6.x", "6.1x"}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
}

}  // namespace
}  // namespace kconfig
