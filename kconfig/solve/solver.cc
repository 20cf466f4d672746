// SPDX-License-Identifier: GPL-2.0
// Best-first search over sets of answers.
#include "kconfig/solve/solver.hh"

#include <algorithm>
#include <deque>
#include <set>

#include "kconfig/base/text.hh"
#include "kconfig/lint/lint.hh"
#include "kconfig/solve/repairs.hh"

namespace kconfig {

namespace {

using Set = std::vector<Assignment>;

class Solver {
  public:
    Solver(Evaluator& evaluator, const std::vector<Assignment>& goals, const SolveLimits& limits)
        : evaluator_(evaluator), goals_(goals), limits_(limits) {}

    SolveResult run();

  private:
    bool apply(const Set& set);
    void undo();
    bool holds(const Assignment& wanted);
    bool reaches_goals(const Set& set);
    void report(Set set);
    void minimize(Set& set);
    std::size_t count_side_effects(const Set& set);
    bool impossible(const Assignment& goal, std::vector<Reason>& proof);

    Evaluator& evaluator_;
    const std::vector<Assignment>& goals_;
    const SolveLimits& limits_;
    SolveResult result_;
    std::vector<std::pair<const Symbol*, Evaluator::Saved>> undo_;
    std::vector<std::string> before_;
};

bool Solver::apply(const Set& set) {
    bool ok = true;
    for (const Assignment& one : set) {
        undo_.emplace_back(one.symbol, evaluator_.save(*one.symbol));
        ok = evaluator_.assign(*one.symbol, one.value) && ok;
    }
    evaluator_.clear_all();
    return ok;
}

void Solver::undo() {
    for (auto saved = undo_.rbegin(); saved != undo_.rend(); ++saved) {
        evaluator_.restore(*saved->first, saved->second);
    }
    undo_.clear();
    evaluator_.clear_all();
}

bool Solver::holds(const Assignment& wanted) {
    evaluator_.calc(*wanted.symbol);
    return evaluator_.text(*wanted.symbol) == wanted.value;
}

bool Solver::reaches_goals(const Set& set) {
    const bool applied = apply(set);
    const bool reached = applied && std::all_of(goals_.begin(), goals_.end(),
                                                [this](const Assignment& g) { return holds(g); });
    undo();
    return reached;
}

// Leaves out whatever is not needed after all.
void Solver::minimize(Set& set) {
    for (std::size_t i = set.size(); i > 0; --i) {
        Set without = set;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(i - 1));
        if (reaches_goals(without)) {
            set = std::move(without);
        }
    }
}

std::size_t Solver::count_side_effects(const Set& set) {
    const Tree& tree = evaluator_.tree();
    if (before_.empty()) {
        for (const Symbol& symbol : tree.symbols) {
            evaluator_.calc(symbol);
            before_.emplace_back(evaluator_.text(symbol));
        }
    }
    apply(set);
    std::size_t count = 0;
    for (const Symbol& symbol : tree.symbols) {
        evaluator_.calc(symbol);
        const bool assigned = std::any_of(
            set.begin(), set.end(), [&](const Assignment& one) { return one.symbol == &symbol; });
        if (!assigned && !symbol.is_choice && evaluator_.text(symbol) != before_[symbol.id]) {
            ++count;
        }
    }
    undo();
    return count;
}

void Solver::report(Set set) {
    minimize(set);
    std::sort(set.begin(), set.end(),
              [](const Assignment& a, const Assignment& b) { return a.symbol->id < b.symbol->id; });
    for (const Solution& known : result_.solutions) {
        if (known.assignments == set) {
            return;
        }
    }
    const std::size_t side_effects = count_side_effects(set);
    result_.solutions.push_back({std::move(set), side_effects});
}

// What follows from the structure of the files alone.
bool Solver::impossible(const Assignment& goal, std::vector<Reason>& proof) {
    const Symbol& symbol = *goal.symbol;
    const auto no = [&](std::string text) {
        const MenuNode* const node = symbol.menus.empty() ? nullptr : symbol.menus.front();
        proof.push_back({std::move(text),
                         node != nullptr ? node->file : nullptr,
                         node != nullptr ? node->line : 0,
                         {}});
        return true;
    };
    if (symbol.menus.empty()) {
        return no(cat(symbol.label(), " is defined nowhere"));
    }
    const Evaluator::Saved saved = evaluator_.save(symbol);
    const bool is_value = evaluator_.assign(symbol, goal.value);
    evaluator_.restore(symbol, saved);
    if (!is_value) {
        return no(cat(goal.value, " is no value of ", symbol.label(), ", which is ",
                      type_name(symbol.type)));
    }
    if (!is_logical(symbol.type) || goal.value == "n") {
        return false;
    }
    unsigned possible = 1;
    for (const Property* const prop : symbol.props) {
        if (prop->has_text || prop->type == PropType::default_value) {
            possible |= possible_values(evaluator_.tree(), prop->visible);
        }
    }
    for (const Expr* const reverse : {symbol.rev_dep, symbol.implied}) {
        if (reverse != nullptr) {
            possible |= possible_values(evaluator_.tree(), reverse);
        }
    }
    if (possible == 1) {
        return no(cat(symbol.label(),
                      " can only be n: nothing can make its prompt visible, "
                      "give it a default or select it"));
    }
    return false;
}

SolveResult Solver::run() {
    for (const Assignment& goal : goals_) {
        if (impossible(goal, result_.proof)) {
            result_.impossible = true;
        }
    }
    if (result_.impossible) {
        return std::move(result_);
    }
    std::deque<Set> queue;
    std::set<std::vector<std::pair<std::uint32_t, std::string>>> seen;
    std::size_t best = limits_.max_assignments;
    const auto enqueue = [&](Set set) {
        std::vector<std::pair<std::uint32_t, std::string>> key;
        for (const Assignment& one : set) {
            key.emplace_back(one.symbol->id, one.value);
        }
        std::sort(key.begin(), key.end());
        if (seen.insert(std::move(key)).second) {
            queue.push_back(std::move(set));
        }
    };
    enqueue({});
    std::size_t trials = 0;
    while (!queue.empty()) {
        // Breadth first: the sets come in order of their size.
        const Set set = std::move(queue.front());
        queue.pop_front();
        if (set.size() > best || result_.solutions.size() >= limits_.max_solutions) {
            break;
        }
        if (++trials > limits_.max_trials) {
            result_.gave_up = true;
            break;
        }
        apply(set);
        std::vector<Assignment> repairs;
        bool reached = true;
        const auto consider = [&](const Assignment& wanted, bool is_goal) {
            if (holds(wanted)) {
                return;
            }
            reached = reached && !is_goal;
            find_repairs(evaluator_, wanted, repairs);
        };
        for (const Assignment& goal : goals_) {
            consider(goal, true);
        }
        for (const Assignment& one : set) {
            consider(one, false);
        }
        undo();
        if (reached) {
            report(set);
            best = std::min(best, set.size() + 1);
            continue;
        }
        for (const Assignment& repair : repairs) {
            const bool clash = std::any_of(set.begin(), set.end(), [&](const Assignment& one) {
                return one.symbol == repair.symbol;
            });
            if (!clash && set.size() < limits_.max_assignments) {
                Set longer = set;
                longer.push_back(repair);
                enqueue(std::move(longer));
            }
        }
    }
    std::stable_sort(result_.solutions.begin(), result_.solutions.end(),
                     [](const Solution& a, const Solution& b) {
                         return a.assignments.size() != b.assignments.size()
                                    ? a.assignments.size() < b.assignments.size()
                                    : a.side_effects < b.side_effects;
                     });
    if (result_.solutions.empty()) {
        Explainer explainer(evaluator_);
        for (const Assignment& goal : goals_) {
            if (!holds(goal)) {
                result_.proof.push_back(explainer.obstacle(*goal.symbol, goal.value));
            }
        }
    }
    return std::move(result_);
}

}  // namespace

SolveResult solve(Evaluator& evaluator, const std::vector<Assignment>& goals,
                  const SolveLimits& limits) {
    return Solver(evaluator, goals, limits).run();
}

}  // namespace kconfig
