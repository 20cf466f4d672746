// SPDX-License-Identifier: GPL-2.0
// Single answers that bring a symbol closer to a value.
#pragma once

#include <vector>

#include "kconfig/solve/solver.hh"

namespace kconfig {

/// Appends the answers worth trying, given the current values. They need not be
/// possible yet: the search repairs them in turn.
void find_repairs(Evaluator& evaluator, const Assignment& wanted, std::vector<Assignment>& out);

}  // namespace kconfig
