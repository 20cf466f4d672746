// SPDX-License-Identifier: GPL-2.0
// How a plan is made; for plan.cc and its rules only.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kconfig/solve/derivation.hh"
#include "kconfig/solve/plan.hh"
#include "kconfig/solve/possible.hh"

namespace kconfig {

/// Unfolds the claims behind the goals by the rules of evaluation, and takes the
/// cheapest derivation.
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

}  // namespace kconfig
