// SPDX-License-Identifier: GPL-2.0
// The cheapest answers that should give symbols their values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

class PossibleValues;

/// A value that is wanted, or assigned to get there.
struct Assignment {
    const Symbol* symbol = nullptr;
    std::string value;

    bool operator==(const Assignment& other) const = default;
};

/// What single answers cost beyond one step, to lead a search elsewhere.
using Penalties = std::map<std::pair<const Symbol*, std::string>, int>;

/// What make_plan() needs to know.
struct PlanRequest {
    const std::vector<Assignment>* goals = nullptr;
    const std::vector<Assignment>* settled = nullptr;  ///< Answers that stay as they are.
    const Penalties* penalties = nullptr;
    std::size_t max_literals = 400000;  ///< When to give up.
};

/// Answers that fulfil the goals as far as each rule of evaluation by itself
/// says: a shortest derivation in the graph of "to raise A, answer it, and make
/// its prompt visible, which needs B and C; or select it by D". Answers that
/// disturb each other are not noticed: apply the plan and look. Nothing when no
/// derivation exists.
std::optional<std::vector<Assignment>> make_plan(Evaluator& evaluator,
                                                 const PossibleValues& possible,
                                                 const PlanRequest& request);

}  // namespace kconfig
