// SPDX-License-Identifier: GPL-2.0
// The rules of evaluation, backwards: what a value can be made to follow from.
#include "kconfig/solve/plan.hh"

#include <algorithm>

#include "kconfig/eval/number.hh"
#include "kconfig/finalize/finalizer.hh"
#include "kconfig/solve/candidates.hh"
#include "kconfig/solve/derivation.hh"
#include "kconfig/solve/possible.hh"

namespace kconfig {

namespace {

constexpr int kStep = 10;          // an answer
constexpr int kUnlikelyStep = 14;  // an answer that often is not enough

class Planner {
  public:
    Planner(Evaluator& evaluator, const PossibleValues& possible, const PlanRequest& request)
        : evaluator_(evaluator), possible_(possible), request_(request) {}

    std::optional<std::vector<Assignment>> run();

  private:
    using Id = Derivation::Id;

    Id node(Claim claim, const void* object, Tristate level) {
        return graph_.node(claim, object, level);
    }

    bool holds(const Derivation::Node& node);
    void expand(Id at);
    void raise_symbol(Id at, const Symbol& symbol, Tristate level);
    void lower_symbol(Id at, const Symbol& symbol, Tristate level);
    void lower_conditions(Id at, const Symbol& symbol, Tristate level, bool answered);
    void raise_expr(Id at, const Expr* e, Tristate level);
    void lower_expr(Id at, const Expr* e, Tristate level);
    void see(Id at, const Symbol& symbol, Tristate level);
    void compare(Id at, const Expr* e, bool make_true);
    void give_text(Id at, const Symbol& symbol, const std::string& value, std::vector<Id> needs);
    std::vector<Id> has_value(const Symbol& symbol, std::string_view value);
    void expand_goals(Id top);

    void edge(Id head, int cost, std::vector<Id> needs, Id answer = Derivation::kNone) {
        graph_.edge(head, cost, std::move(needs), answer);
    }

    void answer_edge(Id head, const Symbol& symbol, std::string value, int cost,
                     std::vector<Id> needs);
    std::vector<Assignment> assignments(const std::vector<Id>& chosen) const;

    const Assignment* settled(const Symbol& symbol) const;

    bool is_bool(const Symbol& symbol) const {
        return evaluator_.effective_type(symbol) == SymbolType::boolean;
    }

    Id at_least(const Symbol& symbol, Tristate level) {
        return node(Claim::symbol_at_least, &symbol, level);
    }

    Id at_most(const Symbol& symbol, Tristate level) {
        return node(Claim::symbol_at_most, &symbol, level);
    }

    Id above(const Expr* e, Tristate level) { return node(Claim::expr_at_least, e, level); }

    Id below(const Expr* e, Tristate level) { return node(Claim::expr_at_most, e, level); }

    Evaluator& evaluator_;
    const PossibleValues& possible_;
    const PlanRequest& request_;
    Derivation graph_;
    std::vector<Assignment> answers_;
};

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

void Planner::raise_symbol(Id at, const Symbol& symbol, Tristate level) {
    const unsigned enough = level == Tristate::yes ? 4U : 6U;
    if (symbol.menus.empty() || (possible_.of(symbol) & enough) == 0) {
        return;
    }
    const bool two_states = is_bool(symbol);
    const Tristate needed = two_states ? Tristate::mod : level;
    const Id prompt = node(Claim::seen, &symbol, needed);
    const bool answered = evaluator_.has_value(symbol);
    if (answered && evaluator_.given(symbol, Source::user).tri >= needed && !symbol.is_choice) {
        edge(at, 0, {prompt});
    }
    if (symbol.is_choice) {
        edge(at, 0, {prompt});
        return;
    }
    // (Without modules m counts as y, and stays right when modules come.)
    if (symbol.type == SymbolType::tristate && level == Tristate::mod) {
        answer_edge(at, symbol, "m", kStep, {prompt});
    }
    answer_edge(at, symbol, "y", kStep, {prompt});
    if (symbol.rev_dep != nullptr) {
        edge(at, 0, {above(symbol.rev_dep, needed)});
    }
    if (answered && evaluator_.visible(symbol) != Tristate::no) {
        return;  // no default and no imply against an answer
    }
    for (const Property* const prop : symbol.props) {
        if (prop->type == PropType::default_value) {
            edge(at, 0, {above(prop->visible, needed), above(prop->expr, needed)});
        }
    }
    if (symbol.implied != nullptr) {
        edge(at, 0, {above(symbol.implied, needed), above(symbol.dir_dep, needed)});
    }
}

// What else has to be low, besides the user's answer.
void Planner::lower_conditions(Id at, const Symbol& symbol, Tristate level, bool answered) {
    std::vector<Id> needs;
    if (symbol.rev_dep != nullptr) {
        needs.push_back(below(symbol.rev_dep, level));
    }
    if (answered) {
        needs.push_back(node(Claim::seen, &symbol, Tristate::mod));
        answer_edge(at, symbol, std::string(tri_text(level)),
                    symbol.is_choice_value ? kUnlikelyStep : kStep, std::move(needs));
        return;
    }
    for (const Property* const prop : symbol.props) {
        if (prop->has_text) {
            needs.push_back(below(prop->visible, level));
        } else if (prop->type == PropType::default_value) {
            needs.push_back(node(Claim::quiet, prop, level));
        }
    }
    if (symbol.implied != nullptr) {
        needs.push_back(below(symbol.implied, level));
    }
    edge(at, 0, std::move(needs));
}

void Planner::lower_symbol(Id at, const Symbol& symbol, Tristate level) {
    const unsigned enough = level == Tristate::no ? 1U : 3U;
    if (symbol.menus.empty() || symbol.is_constant || (possible_.of(symbol) & enough) == 0) {
        return;
    }
    if (level == Tristate::mod && is_bool(symbol)) {
        level = Tristate::no;
    }
    lower_conditions(at, symbol, level, true);
    lower_conditions(at, symbol, level, false);
    if (const Symbol* const choice = evaluator_.choice_of(symbol)) {
        for (const Symbol* const other : evaluator_.choice_members(*choice->menus.front())) {
            if (other != &symbol) {
                answer_edge(at, *other, "y", kStep, {node(Claim::seen, other, Tristate::mod)});
            }
        }
    }
}

void Planner::see(Id at, const Symbol& symbol, Tristate level) {
    for (const Property* const prop : symbol.props) {
        if (prop->has_text) {
            edge(at, 0, {above(prop->visible, level)});
        }
    }
}

void Planner::raise_expr(Id at, const Expr* e, Tristate level) {
    if (e == nullptr) {
        return;  // y: holds
    }
    switch (e->type) {
        case ExprType::and_:
            edge(at, 0, {above(e->left(), level), above(e->right(), level)});
            return;
        case ExprType::or_:
            // The long chains of who selects a symbol lean to the left.
            for (; e->type == ExprType::or_; e = e->left()) {
                edge(at, 0, {above(e->right(), level)});
            }
            edge(at, 0, {above(e, level)});
            return;
        case ExprType::not_:
            edge(at, 0, {below(e->left(), tri_not(level))});
            return;
        case ExprType::symbol:
            edge(at, 0, {at_least(*e->left_symbol(), level)});
            return;
        default:
            compare(at, e, true);
    }
}

void Planner::lower_expr(Id at, const Expr* e, Tristate level) {
    if (e == nullptr) {
        return;
    }
    switch (e->type) {
        case ExprType::and_:
            edge(at, 0, {below(e->left(), level)});
            edge(at, 0, {below(e->right(), level)});
            return;
        case ExprType::or_: {
            std::vector<Id> all;
            for (; e->type == ExprType::or_; e = e->left()) {
                if (evaluator_.value(e->right()) > level) {
                    all.push_back(below(e->right(), level));
                }
            }
            all.push_back(below(e, level));
            edge(at, 0, std::move(all));
            return;
        }
        case ExprType::not_:
            edge(at, 0, {above(e->left(), tri_not(level))});
            return;
        case ExprType::symbol:
            edge(at, 0, {at_most(*e->left_symbol(), level)});
            return;
        default:
            compare(at, e, false);
    }
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

}  // namespace

std::optional<std::vector<Assignment>> make_plan(Evaluator& evaluator,
                                                 const PossibleValues& possible,
                                                 const PlanRequest& request) {
    return Planner(evaluator, possible, request).run();
}

}  // namespace kconfig
