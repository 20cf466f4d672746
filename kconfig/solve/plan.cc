// SPDX-License-Identifier: GPL-2.0
// Goals, values of text, and the plan as a whole.
#include "kconfig/solve/plan.hh"

#include <algorithm>

#include "kconfig/eval/number.hh"
#include "kconfig/finalize/finalizer.hh"
#include "kconfig/solve/candidates.hh"
#include "kconfig/solve/planner.hh"

namespace kconfig {

namespace {

constexpr int kStep = 10;  // an answer

}  // namespace

const Assignment* Planner::settled(const Symbol& symbol) const {
    for (const Assignment& one : *request_.settled) {
        if (one.symbol == &symbol) {
            return &one;
        }
    }
    return nullptr;
}

bool Planner::holds(const Derivation::Node& node) {
    const auto* const symbol = static_cast<const Symbol*>(node.object);
    const auto* const e = static_cast<const Expr*>(node.object);
    switch (node.claim) {
        case Claim::symbol_at_least:
            evaluator_.calc(*symbol);
            return evaluator_.tri(*symbol) >= node.level;
        case Claim::symbol_at_most:
            evaluator_.calc(*symbol);
            return evaluator_.tri(*symbol) <= node.level;
        case Claim::expr_at_least:
            return evaluator_.value(e) >= node.level;
        case Claim::expr_at_most:
            return evaluator_.value(e) <= node.level;
        case Claim::seen:
            evaluator_.calc(*symbol);
            return evaluator_.visible(*symbol) >= node.level;
        case Claim::quiet: {
            const auto* const prop = static_cast<const Property*>(node.object);
            return tri_and(evaluator_.value(prop->visible), evaluator_.value(prop->expr)) <=
                   node.level;
        }
        case Claim::goals:
            break;
    }
    return false;
}

void Planner::answer_edge(Id head, const Symbol& symbol, std::string value, int cost,
                          std::vector<Id> needs) {
    if (const Assignment* const before = settled(symbol)) {
        if (before->value != value) {
            return;
        }
        cost = 0;
    }
    const auto penalty = request_.penalties->find({&symbol, value});
    if (penalty != request_.penalties->end()) {
        cost += penalty->second;
    }
    answers_.push_back({&symbol, std::move(value)});
    edge(head, cost, std::move(needs), static_cast<Id>(answers_.size() - 1));
}

std::vector<Derivation::Id> Planner::has_value(const Symbol& symbol, std::string_view value) {
    if (value == "y") {
        return {at_least(symbol, Tristate::yes)};
    }
    if (value == "n") {
        return {at_most(symbol, Tristate::no)};
    }
    const Symbol& modules = *evaluator_.tree().modules;
    std::vector<Id> needs = {at_least(modules, Tristate::yes), at_least(symbol, Tristate::mod)};
    evaluator_.calc(modules);
    if (evaluator_.tri(modules) == Tristate::yes) {
        needs.push_back(at_most(symbol, Tristate::mod));
    }  // else that is for the next plan
    return needs;
}

void Planner::give_text(Id at, const Symbol& symbol, const std::string& value,
                        std::vector<Id> needs) {
    for (const Property* const prop : symbol.props) {
        const Symbol* const from = prop_symbol(*prop);
        if (prop->type == PropType::default_value && from != nullptr && from->menus.empty() &&
            from->text() == value && !evaluator_.has_value(symbol)) {
            edge(at, 0, {above(prop->visible, Tristate::mod)});
        }
        if (prop->type == PropType::range && !fits_range(evaluator_, symbol, *prop, value)) {
            needs.push_back(below(prop->visible, Tristate::no));
        }
    }
    needs.push_back(node(Claim::seen, &symbol, Tristate::mod));
    if (string_valid(symbol, value)) {
        answer_edge(at, symbol, value, kStep, std::move(needs));
    }
}

void Planner::compare(Id at, const Expr* e, bool make_true) {
    if (!e->is_comparison()) {
        return;
    }
    const Symbol* const sides[] = {e->left_symbol(), e->right_symbol()};
    for (int i = 0; i < 2; ++i) {
        const Symbol& side = *sides[i];
        const Symbol& other = *sides[1 - i];
        if (side.is_constant || side.menus.empty()) {
            continue;
        }
        evaluator_.calc(other);
        for (const std::string& value : values_beside(evaluator_, side, other)) {
            const int order =
                i == 0 ? compare_values(value, side.type, evaluator_.text(other), other.type)
                       : compare_values(evaluator_.text(other), other.type, value, side.type);
            if (comparison_holds(e->type, order) != make_true) {
                continue;
            }
            if (is_logical(side.type)) {
                edge(at, 0, has_value(side, value));
            } else {
                give_text(at, side, value, {});
            }
        }
    }
}

void Planner::expand_goals(Id top) {
    // One node for each goal that has several ways, all of them under node 0.
    std::vector<Id> all;
    for (const Assignment& goal : *request_.goals) {
        if (is_logical(goal.symbol->type)) {
            for (const Id need : has_value(*goal.symbol, goal.value)) {
                all.push_back(need);
            }
        } else {
            evaluator_.calc(*goal.symbol);
            if (evaluator_.text(*goal.symbol) != goal.value) {
                const Id own = node(Claim::goals, &goal, Tristate::yes);
                give_text(own, *goal.symbol, goal.value, {});
                all.push_back(own);
            }
        }
    }
    edge(top, 0, std::move(all));
}

void Planner::expand(Id at) {
    const Derivation::Node node = graph_.at(at);
    if (node.claim == Claim::goals) {
        return;
    }
    if (holds(node)) {
        edge(at, 0, {});
        return;
    }
    const auto* const symbol = static_cast<const Symbol*>(node.object);
    const auto* const e = static_cast<const Expr*>(node.object);
    switch (node.claim) {
        case Claim::symbol_at_least:
            raise_symbol(at, *symbol, node.level);
            break;
        case Claim::symbol_at_most:
            lower_symbol(at, *symbol, node.level);
            break;
        case Claim::expr_at_least:
            raise_expr(at, e, node.level);
            break;
        case Claim::expr_at_most:
            lower_expr(at, e, node.level);
            break;
        case Claim::seen:
            see(at, *symbol, node.level);
            break;
        case Claim::quiet: {
            const auto* const prop = static_cast<const Property*>(node.object);
            edge(at, 0, {below(prop->visible, node.level)});
            edge(at, 0, {below(prop->expr, node.level)});
            break;
        }
        case Claim::goals:
            break;
    }
}

std::vector<Assignment> Planner::assignments(const std::vector<Id>& chosen) const {
    std::vector<Assignment> out;
    for (const Id id : chosen) {
        const Assignment& answer = answers_[id];
        const auto same = std::find_if(out.begin(), out.end(), [&](const Assignment& one) {
            return one.symbol == answer.symbol;
        });
        if (same == out.end()) {
            if (settled(*answer.symbol) == nullptr) {
                out.push_back(answer);
            }
        } else if (answer.value == "y") {
            same->value.assign(1, 'y');  // at least m, and y
        }
    }
    return out;
}

std::optional<std::vector<Assignment>> Planner::run() {
    const Id goal = node(Claim::goals, nullptr, Tristate::no);
    expand_goals(goal);
    for (Id next = graph_.next_new(); next != Derivation::kNone; next = graph_.next_new()) {
        if (graph_.size() > request_.max_literals) {
            return std::nullopt;
        }
        expand(next);
    }
    const std::optional<std::vector<Id>> chosen = graph_.cheapest(goal);
    if (!chosen) {
        return std::nullopt;
    }
    return assignments(*chosen);
}

std::optional<std::vector<Assignment>> make_plan(Evaluator& evaluator,
                                                 const PossibleValues& possible,
                                                 const PlanRequest& request) {
    return Planner(evaluator, possible, request).run();
}

}  // namespace kconfig
