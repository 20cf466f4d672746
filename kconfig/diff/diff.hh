// SPDX-License-Identifier: GPL-2.0
// Differences between two configurations.
#pragma once

#include <string>
#include <vector>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

/// A symbol whose value differs.
struct Difference {
    const Symbol* symbol = nullptr;
    std::string before;  ///< As in .config; "(absent)" without a line there.
    std::string after;
};

/// The symbols that differ between two evaluators of the same tree, by name.
std::vector<Difference> differences(Evaluator& before, Evaluator& after);

/// The value as .config writes it; "(absent)" where it has no line.
std::string written_value(Evaluator& evaluator, const Symbol& symbol);

}  // namespace kconfig
