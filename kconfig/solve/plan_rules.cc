// SPDX-License-Identifier: GPL-2.0
// The rules of evaluation, backwards: what raises and lowers symbols and expressions.
#include "kconfig/solve/planner.hh"

namespace kconfig {

namespace {

constexpr int kStep = 10;          // an answer
constexpr int kUnlikelyStep = 14;  // an answer that often is not enough

}  // namespace

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

}  // namespace kconfig
