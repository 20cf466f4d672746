// SPDX-License-Identifier: GPL-2.0
// What has to change for symbols to have given values.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kconfig/explain/explain.hh"
#include "kconfig/solve/plan.hh"
#include "kconfig/solve/possible.hh"

namespace kconfig {

/// A set of the user's answers that leads to the goal.
struct Solution {
    std::vector<Assignment> assignments;  ///< The goal's own ones included.
    std::size_t side_effects = 0;         ///< Other symbols whose values change.
};

/// How far the search goes. All limits count work, so that the same question
/// has the same answer on every machine.
struct SolveLimits {
    std::size_t max_solutions = 3;
    std::size_t max_attempts = 10;    ///< Plans that may fail before it is given up.
    std::size_t max_questions = 64;   ///< Beyond, nothing is tried exhaustively.
    std::size_t max_trials = 200000;  ///< Of the exhaustive search.
};

/// The outcome of a search.
struct SolveResult {
    std::vector<Solution> solutions;  ///< The smallest first.
    bool smallest = false;            ///< Proven: no set with fewer answers gets there.
    bool impossible = false;          ///< Proven: there is no solution.
    std::vector<Reason> proof;        ///< Why not, where there is none.
};

/// Answers questions about one tree; several may share its PossibleValues.
class Solver {
  public:
    explicit Solver(Evaluator& evaluator, SolveLimits limits = {})
        : evaluator_(evaluator), limits_(limits), possible_(evaluator.tree()) {}

    /// Looks for small sets of answers that give all of @p goals. Each one is
    /// replayed through the evaluator before it is reported, and none of its
    /// assignments can be left out. The evaluator's answers are unchanged afterwards.
    SolveResult solve(const std::vector<Assignment>& goals);

    const PossibleValues& possible() const { return possible_; }

  private:
    Evaluator& evaluator_;
    SolveLimits limits_;
    PossibleValues possible_;
};

/// One question.
SolveResult solve(Evaluator& evaluator, const std::vector<Assignment>& goals,
                  const SolveLimits& limits = {});

}  // namespace kconfig
