// SPDX-License-Identifier: GPL-2.0
// Plans, repaired until they hold, and then made as small as can be.
#include "kconfig/solve/solver.hh"

#include <algorithm>
#include <limits>

#include "kconfig/base/text.hh"
#include "kconfig/solve/candidates.hh"
#include "kconfig/solve/exhaust.hh"
#include "kconfig/solve/replay.hh"

namespace kconfig {

namespace {

using Set = std::vector<Assignment>;

constexpr std::size_t kRounds = 12;  // of repairing one plan
constexpr int kFailedPenalty = 15;
constexpr int kUsedPenalty = 25;

class Search {
  public:
    Search(Evaluator& evaluator, const PossibleValues& possible, const SolveLimits& limits,
           const Set& goals)
        : evaluator_(evaluator),
          possible_(possible),
          limits_(limits),
          goals_(goals),
          replay_(evaluator) {}

    SolveResult run();

  private:
    bool impossible();
    bool grow_plan(Set& set);
    void plan_all();
    void exhaust();
    void report(Set set);
    void penalize(const Set& set, int cost);
    bool satisfied();

    Evaluator& evaluator_;
    const PossibleValues& possible_;
    const SolveLimits& limits_;
    const Set& goals_;
    Replay replay_;
    Penalties penalties_;
    SolveResult result_;
};

bool Search::satisfied() {
    return std::all_of(goals_.begin(), goals_.end(),
                       [this](const Assignment& g) { return replay_.holds(g); });
}

void Search::penalize(const Set& set, int cost) {
    for (const Assignment& one : set) {
        penalties_[{one.symbol, one.value}] += cost;
    }
}

// What follows from the files alone.
bool Search::impossible() {
    for (const Assignment& goal : goals_) {
        const Symbol& symbol = *goal.symbol;
        const Evaluator::Saved saved = evaluator_.save(symbol);
        const bool is_value = symbol.menus.empty() || evaluator_.assign(symbol, goal.value) ||
                              (symbol.type == SymbolType::boolean && goal.value == "m");
        evaluator_.restore(symbol, saved);
        if (!is_value) {
            result_.proof.push_back({cat(goal.value, " is no value of ", symbol.label(),
                                         ", which is ", type_name(symbol.type)),
                                     symbol.menus.front()->file,
                                     symbol.menus.front()->line,
                                     {}});
        } else if (symbol.type == SymbolType::boolean && goal.value == "m") {
            result_.proof.push_back({cat(symbol.label(), " is bool: y or n"),
                                     symbol.menus.front()->file,
                                     symbol.menus.front()->line,
                                     {}});
        } else if (symbol.menus.empty() || !possible_.may_be(symbol, goal.value)) {
            result_.proof.push_back(possible_.why_not(symbol, goal.value));
        }
    }
    return !result_.proof.empty();
}

// Plans, applies, looks, and plans again with what is still missing.
bool Search::grow_plan(Set& set) {
    bool reached = false;
    for (std::size_t round = 0; round < kRounds && !reached; ++round) {
        const PlanRequest request{&goals_, &set, &penalties_};
        const std::optional<Set> more = make_plan(evaluator_, possible_, request);
        if (!more || more->empty() || !replay_.apply(*more)) {
            break;
        }
        set.insert(set.end(), more->begin(), more->end());
        reached = satisfied();
    }
    replay_.undo();
    return reached;
}

void Search::plan_all() {
    std::size_t idle = 0;
    for (std::size_t attempt = 0; attempt < limits_.max_attempts; ++attempt) {
        Set set;
        const bool reached = grow_plan(set);
        if (set.empty()) {
            break;  // not even a plan
        }
        if (!reached) {
            penalize(set, kFailedPenalty);
            continue;
        }
        replay_.minimize(set, goals_);
        penalize(set, kUsedPenalty);
        const std::size_t before = result_.solutions.size();
        report(std::move(set));
        idle += result_.solutions.size() == before ? 1 : 0;
        if (result_.solutions.size() >= limits_.max_solutions || idle > 1) {
            break;
        }
    }
}

void Search::report(Set set) {
    std::sort(set.begin(), set.end(),
              [](const Assignment& a, const Assignment& b) { return a.symbol->id < b.symbol->id; });
    // In another order a choice may fall differently.
    if (!replay_.reaches(set, goals_)) {
        return;
    }
    for (const Solution& known : result_.solutions) {
        if (known.assignments == set) {
            return;
        }
    }
    const std::size_t side_effects = replay_.side_effects(set);
    result_.solutions.push_back({std::move(set), side_effects});
}

// Everything that is smaller, where that can be done.
void Search::exhaust() {
    std::size_t smallest = std::numeric_limits<std::size_t>::max();
    for (const Solution& one : result_.solutions) {
        smallest = std::min(smallest, one.assignments.size());
    }
    if (smallest == 1) {
        result_.smallest = true;
        return;
    }
    std::vector<const Symbol*> symbols;
    for (const Assignment& goal : goals_) {
        symbols.push_back(goal.symbol);
    }
    std::vector<Choices> questions = questions_behind(evaluator_, symbols, limits_.max_questions);
    for (Choices& one : questions) {
        for (const Assignment& goal : goals_) {
            if (!one.all && one.symbol == goal.symbol) {
                one.values.push_back(goal.value);
            }
        }
    }
    Exhaustion found = exhaust_smaller(evaluator_, goals_, questions, smallest, limits_.max_trials);
    for (Set& set : found.sets) {
        report(std::move(set));
    }
    result_.smallest = found.complete;
    if (result_.solutions.empty() && found.complete) {
        result_.impossible = true;
        result_.proof.push_back(
            {cat("all ", found.trials, " combinations of answers to the ", found.questions,
                 found.questions == 1 ? " question" : " questions",
                 " that it depends on were tried"),
             nullptr,
             0,
             {}});
    }
}

SolveResult Search::run() {
    if (impossible()) {
        result_.impossible = true;
        return std::move(result_);
    }
    if (satisfied()) {
        result_.smallest = true;
        result_.solutions.emplace_back();
        return std::move(result_);
    }
    plan_all();
    exhaust();
    std::stable_sort(result_.solutions.begin(), result_.solutions.end(),
                     [](const Solution& a, const Solution& b) {
                         return a.assignments.size() != b.assignments.size()
                                    ? a.assignments.size() < b.assignments.size()
                                    : a.side_effects < b.side_effects;
                     });
    if (result_.solutions.size() > limits_.max_solutions) {
        result_.solutions.resize(limits_.max_solutions);
    }
    if (result_.solutions.empty()) {
        Explainer explainer(evaluator_);
        for (const Assignment& goal : goals_) {
            if (!replay_.holds(goal)) {
                Reason why = explainer.obstacle(*goal.symbol, goal.value);
                if (why.because.empty()) {
                    why.text = cat(goal.symbol->label(), " could be ", goal.value, " by itself");
                }
                result_.proof.push_back(std::move(why));
            }
        }
    }
    return std::move(result_);
}

}  // namespace

SolveResult Solver::solve(const std::vector<Assignment>& goals) {
    const bool was_changed = evaluator_.changed();
    SolveResult result = Search(evaluator_, possible_, limits_, goals).run();
    evaluator_.set_changed(was_changed);
    return result;
}

SolveResult solve(Evaluator& evaluator, const std::vector<Assignment>& goals,
                  const SolveLimits& limits) {
    return Solver(evaluator, limits).solve(goals);
}

}  // namespace kconfig
