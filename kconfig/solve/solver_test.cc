// SPDX-License-Identifier: GPL-2.0
// kc set's search: on small trees against brute force.
#include "kconfig/solve/solver.hh"

#include <random>

#include "kconfig/solve/candidates.hh"
#include "kconfig/solve/replay.hh"
#include "kconfig/tests/support.hh"

namespace kconfig {
namespace {

class SolverTest : public test::Fixture {
  protected:
    SolveResult solve_for(const std::string& name, const std::string& value) {
        return solve(*evaluator, {{&symbol(name), value}});
    }

    static std::string text(const Solution& solution) {
        std::string out;
        for (const Assignment& one : solution.assignments) {
            out += std::string(one.symbol->text()) + "=" + one.value + " ";
        }
        return out;
    }
};

TEST_F(SolverTest, AnswersWhatIsAskedAndWhatItDependsOn) {
    ASSERT_TRUE(load("config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tdepends on A\n"));
    const SolveResult result = solve_for("B", "y");
    ASSERT_FALSE(result.solutions.empty());
    EXPECT_EQ(text(result.solutions[0]), "A=y B=y ");
    EXPECT_TRUE(result.smallest);
    EXPECT_EQ(value("B"), "n") << "the configuration is left as it was";
}

TEST_F(SolverTest, PrefersTheShorterOfTwoWays) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tdepends on A\n"
             "config C\n\tbool \"c\"\nconfig D\n\tbool\n\tdefault y if B || C\n"));
    const SolveResult result = solve_for("D", "y");
    ASSERT_GE(result.solutions.size(), 2U);
    EXPECT_EQ(text(result.solutions[0]), "C=y ");
    EXPECT_EQ(text(result.solutions[1]), "A=y B=y ");
}

TEST_F(SolverTest, SwitchesModulesOnForM) {
    ASSERT_TRUE(
        load("config MODULES\n\tbool \"modules\"\n\tmodules\nconfig A\n\ttristate \"a\"\n"));
    set("A", "y");
    const SolveResult result = solve_for("A", "m");
    ASSERT_FALSE(result.solutions.empty());
    EXPECT_EQ(text(result.solutions[0]), "MODULES=y A=m ");
}

TEST_F(SolverTest, TakesASelectorAway) {
    ASSERT_TRUE(
        load("config A\n\tbool\nconfig B\n\tbool \"b\"\n\tselect A\n"
             "config C\n\tbool \"c\"\n\tselect A\n"));
    set("B", "y");
    set("C", "y");
    const SolveResult result = solve_for("A", "n");
    ASSERT_FALSE(result.solutions.empty());
    EXPECT_EQ(text(result.solutions[0]), "B=n C=n ");
}

TEST_F(SolverTest, ReachesNumbersThroughTheirRange) {
    ASSERT_TRUE(
        load("config BIG\n\tbool \"big\"\nconfig N\n\tint \"n\"\n\trange 1 10 if !BIG\n"
             "\trange 1 100 if BIG\n\tdefault 5\n"
             "config LATE\n\tbool \"late\"\n\tdepends on N > 20\n"));
    const SolveResult result = solve_for("N", "50");
    ASSERT_FALSE(result.solutions.empty());
    EXPECT_EQ(text(result.solutions[0]), "BIG=y N=50 ");
    EXPECT_FALSE(solve_for("LATE", "y").solutions.empty());
}

TEST_F(SolverTest, ProvesThatThereIsNoWay) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\n\tdepends on B && MISSING\nconfig B\n\tbool \"b\"\n"
             "config ALWAYS\n\tdef_bool y\n"));
    const SolveResult result = solve_for("A", "y");
    EXPECT_TRUE(result.impossible);
    ASSERT_FALSE(result.proof.empty());
    EXPECT_NE(to_text(result.proof[0]).find("MISSING is defined nowhere"), std::string::npos)
        << to_text(result.proof[0]);
    EXPECT_TRUE(solve_for("ALWAYS", "n").impossible);
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n"
             "config N\n\tint \"n\"\n\trange 1 5\n\tdepends on A\n"));
    EXPECT_TRUE(solve_for("N", "9").impossible);
    EXPECT_FALSE(solve_for("N", "4").solutions.empty());
    EXPECT_TRUE(solve_for("B", "m").impossible);
    EXPECT_TRUE(solve_for("B", "maybe").impossible);
}

// --- random trees -------------------------------------------------------------

class RandomTree {
  public:
    RandomTree(unsigned seed, int count) : random_(seed), count_(count) {}

    std::string text() {
        std::string out = "config MODULES\n\tbool \"modules\"\n\tmodules\n";
        for (int i = 1; i < count_; ++i) {
            if (i + 3 < count_ && draw(8) == 0) {
                out += "choice\n\tprompt \"choice\"\n";
                if (draw(2) == 0) {
                    out += "\tdepends on " + condition(i) + "\n";
                }
                for (int member = 0; member < 3; ++member, ++i) {
                    types_.push_back('b');
                    out += "config " + name(i) + "\n\tbool \"" + name(i) + "\"\n";
                }
                out += "endchoice\n";
                --i;
                continue;
            }
            out += one(i);
        }
        return out;
    }

  private:
    std::size_t draw(std::size_t below) { return random_() % below; }

    static std::string name(int i) { return i == 0 ? "MODULES" : "S" + std::to_string(i); }

    // Only older symbols: no loops.
    std::string term(int before) {
        const int other = static_cast<int>(draw(static_cast<std::size_t>(before)));
        const char type = types_[static_cast<std::size_t>(other)];
        if (type == 'i') {
            constexpr const char* kOperators[] = {"=", "!=", "<", ">="};
            return name(other) + " " + kOperators[draw(4)] + " " + std::to_string(draw(5));
        }
        if (draw(4) == 0) {
            constexpr const char* kStates[] = {"n", "y", "m"};
            return name(other) + (draw(2) == 0 ? " = " : " != ") +
                   kStates[draw(type == 't' ? 3 : 2)];
        }
        return (draw(4) == 0 ? "!" : "") + name(other);
    }

    std::string condition(int before) {
        std::string out = term(before);
        for (std::size_t more = draw(3); more > 0; --more) {
            out = "(" + out + (draw(3) == 0 ? " || " : " && ") + term(before) + ")";
        }
        return out;
    }

    std::string one(int i) {
        const std::size_t kind = draw(6);
        const char type = kind == 0 ? 'i' : kind < 3 ? 't' : 'b';
        types_.push_back(type);
        std::string out = "config " + name(i) + "\n\t";
        out += type == 'i' ? "int" : type == 't' ? "tristate" : "bool";
        out += draw(5) != 0 || type == 'i' ? " \"" + name(i) + "\"\n" : "\n";
        if (draw(2) == 0) {
            out += "\tdepends on " + condition(i) + "\n";
        }
        if (type == 'i') {
            out += "\tdefault " + std::to_string(draw(5)) + "\n";
            if (draw(3) == 0) {
                out += "\trange 0 " + std::to_string(draw(5)) + " if " + condition(i) + "\n";
            }
            return out;
        }
        if (draw(3) == 0) {
            out += std::string("\tdefault ") + (draw(3) == 0 && type == 't' ? "m" : "y") +
                   (draw(2) == 0 ? " if " + condition(i) : "") + "\n";
        }
        for (const char* const verb : {"select", "imply"}) {
            const int other = static_cast<int>(draw(static_cast<std::size_t>(i)));
            // A loop through an older symbol is refused by the reader, and then skipped.
            if (draw(4) == 0 && types_[static_cast<std::size_t>(other)] != 'i') {
                out += std::string("\t") + verb + " " + name(other) +
                       (draw(3) == 0 ? " if " + condition(i) : "") + "\n";
            }
        }
        return out;
    }

    std::mt19937 random_;
    int count_;
    std::string types_ = "b";
};

// The least number of answers that reaches the goal; 0 when up to @p most do not.
std::size_t brute_force(Evaluator& evaluator, const Assignment& goal, std::size_t most) {
    struct Question {
        const Symbol* symbol;
        std::vector<std::string> values;
    };

    std::vector<Question> questions;
    for (const Symbol& symbol : evaluator.tree().symbols) {
        if (symbol.is_constant || symbol.is_choice || symbol.menus.empty() ||
            symbol.menus.front()->prompt == nullptr) {
            continue;
        }
        Question one{&symbol, {"n", "y"}};
        if (symbol.type == SymbolType::tristate) {
            one.values = {"n", "m", "y"};
        } else if (symbol.type == SymbolType::integer) {
            one.values = {"-1", "0", "1", "2", "3", "4", "5"};
        }
        questions.push_back(std::move(one));
    }
    Replay replay(evaluator);
    std::vector<Assignment> set;
    const std::function<bool(std::size_t, std::size_t)> extend = [&](std::size_t from,
                                                                     std::size_t missing) {
        if (missing == 0) {
            return replay.reaches(set, {goal});
        }
        for (std::size_t i = from; i + missing <= questions.size(); ++i) {
            for (const std::string& value : questions[i].values) {
                set.push_back({questions[i].symbol, value});
                const bool found = extend(i + 1, missing - 1);
                set.pop_back();
                if (found) {
                    return true;
                }
            }
        }
        return false;
    };
    for (std::size_t size = 1; size <= most; ++size) {
        if (extend(0, size)) {
            return size;
        }
    }
    return 0;
}

class RandomTrees : public SolverTest, public ::testing::WithParamInterface<unsigned> {};

TEST_P(RandomTrees, AreSolvedMinimally) {
    constexpr std::size_t kDepth = 4;  // of the brute force without a solution
    std::mt19937 random(GetParam());
    constexpr unsigned kTrees = 60;
    std::size_t solved = 0;
    std::size_t without = 0;
    unsigned trees = 0;
    for (unsigned tree_number = 0; trees < kTrees; ++tree_number) {
        ASSERT_LT(tree_number, 1000U) << "hardly any tree is without loops";
        const std::string text =
            RandomTree(GetParam() * 1000 + tree_number, 4 + static_cast<int>(random() % 9)).text();
        if (!load(text)) {
            continue;  // a loop
        }
        ++trees;
        evaluator->set_quiet(true);
        for (const Symbol& one : tree->symbols) {
            if (one.is_constant || one.is_choice || one.menus.empty()) {
                continue;
            }
            if (is_logical(one.type) && random() % 2 == 0) {
                evaluator->assign(one, random() % 2 == 0 ? "y" : "n");
            }
        }
        evaluator->clear_all();
        for (const Symbol& one : tree->symbols) {
            if (one.is_constant || one.is_choice || one.menus.empty()) {
                continue;
            }
            std::vector<std::string> values = {"n", "y"};
            if (one.type == SymbolType::tristate) {
                values.emplace_back("m");
            } else if (one.type == SymbolType::integer) {
                values = {"0", "3"};
            }
            const Assignment goal{&one, values[random() % values.size()]};
            Replay replay(*evaluator);
            if (replay.holds(goal)) {
                continue;
            }
            const SolveResult result = solve(*evaluator, {goal});
            const std::string what = std::string(one.text()) + "=" + goal.value + " in\n" + text;
            if (result.solutions.empty()) {
                EXPECT_EQ(brute_force(*evaluator, goal, kDepth), 0U) << what;
                ++without;
                continue;
            }
            ++solved;
            EXPECT_FALSE(result.impossible) << what;
            const std::size_t size = result.solutions[0].assignments.size();
            EXPECT_EQ(brute_force(*evaluator, goal, size), size) << what;
            for (const Solution& solution : result.solutions) {
                EXPECT_TRUE(replay.reaches(solution.assignments, {goal})) << what;
                for (std::size_t i = 0; i < solution.assignments.size(); ++i) {
                    std::vector<Assignment> fewer = solution.assignments;
                    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
                    EXPECT_FALSE(replay.reaches(fewer, {goal})) << what;
                }
            }
        }
    }
    EXPECT_GT(solved, 80U);
    EXPECT_GT(without, 10U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTrees, ::testing::Range(1U, 6U));

}  // namespace
}  // namespace kconfig
