// SPDX-License-Identifier: GPL-2.0
// Trying every set of answers, smallest first.
#pragma once

#include <vector>

#include "kconfig/solve/candidates.hh"
#include "kconfig/solve/plan.hh"

namespace kconfig {

/// What was found.
struct Exhaustion {
    std::vector<std::vector<Assignment>> sets;  ///< The smallest ones, all of one size.
    bool complete = false;                      ///< Nothing smaller was left out.
    std::size_t trials = 0;
    std::size_t questions = 0;
};

/// Tries all sets of fewer than @p below answers to @p questions, by their size,
/// and stops at the first size that reaches the goals. Not complete when
/// that would take more than @p max_trials, when there are no questions, or when the
/// values that were tried are not all.
Exhaustion exhaust_smaller(Evaluator& evaluator, const std::vector<Assignment>& goals,
                           const std::vector<Choices>& questions, std::size_t below,
                           std::size_t max_trials);

}  // namespace kconfig
