// SPDX-License-Identifier: GPL-2.0
// Differences between two configurations.
#pragma once

#include <string>
#include <string_view>
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

/// The line of a fragment that turns a difference's old value into its new one;
/// empty where the value is not the user's to give (it follows from others).
std::string fragment_line(Evaluator& after, std::string_view prefix, const Difference& one);

/// The value as .config writes it; "(absent)" where it has no line.
std::string written_value(Evaluator& evaluator, const Symbol& symbol);

}  // namespace kconfig
