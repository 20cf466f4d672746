// SPDX-License-Identifier: GPL-2.0
// Trying sets of answers out.
#include "kconfig/solve/replay.hh"

#include <algorithm>

namespace kconfig {

bool Replay::apply(const std::vector<Assignment>& set) {
    bool ok = true;
    for (const Assignment& one : set) {
        undo_.emplace_back(one.symbol, evaluator_.save(*one.symbol));
        ok = evaluator_.assign(*one.symbol, one.value) && ok;
    }
    evaluator_.clear_all();
    return ok;
}

void Replay::undo() {
    if (undo_.empty()) {
        return;
    }
    for (auto saved = undo_.rbegin(); saved != undo_.rend(); ++saved) {
        evaluator_.restore(*saved->first, saved->second);
    }
    undo_.clear();
    evaluator_.clear_all();
}

bool Replay::holds(const Assignment& wanted) {
    evaluator_.calc(*wanted.symbol);
    return evaluator_.text(*wanted.symbol) == wanted.value;
}

bool Replay::reaches(const std::vector<Assignment>& set, const std::vector<Assignment>& goals) {
    const bool applied = apply(set);
    const bool reached = applied && std::all_of(goals.begin(), goals.end(),
                                                [this](const Assignment& g) { return holds(g); });
    undo();
    return reached;
}

void Replay::minimize(std::vector<Assignment>& set, const std::vector<Assignment>& goals) {
    // What could not be left out may become superfluous when something else is.
    for (bool again = true; again;) {
        again = false;
        for (std::size_t i = set.size(); i > 0; --i) {
            std::vector<Assignment> without = set;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(i - 1));
            if (reaches(without, goals)) {
                set = std::move(without);
                again = true;
            }
        }
    }
}

std::size_t Replay::side_effects(const std::vector<Assignment>& set) {
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

}  // namespace kconfig
