// SPDX-License-Identifier: GPL-2.0
// What has to change for symbols to have given values.
#pragma once

#include <string>
#include <vector>

#include "kconfig/explain/explain.hh"

namespace kconfig {

/// A value that is wanted, or assigned to get there.
struct Assignment {
    const Symbol* symbol = nullptr;
    std::string value;

    bool operator==(const Assignment& other) const = default;
};

/// A set of the user's answers that leads to the goal.
struct Solution {
    std::vector<Assignment> assignments;  ///< The goal's own ones included.
    std::size_t side_effects = 0;         ///< Other symbols whose values change.
};

/// How far the search goes.
struct SolveLimits {
    std::size_t max_assignments = 8;
    std::size_t max_solutions = 3;
    std::size_t max_trials = 4000;
};

/// The outcome of a search.
struct SolveResult {
    std::vector<Solution> solutions;  ///< The smallest first.
    bool impossible = false;          ///< Proven: there is no solution.
    bool gave_up = false;             ///< The limits ended the search.
    std::vector<Reason> proof;        ///< Why not, where there is none.
};

/// Looks for the smallest sets of answers that give all of @p goals. Each one is
/// replayed through the evaluator before it is reported, and none of its
/// assignments can be left out.
SolveResult solve(Evaluator& evaluator, const std::vector<Assignment>& goals,
                  const SolveLimits& limits = {});

}  // namespace kconfig
