// SPDX-License-Identifier: GPL-2.0
// What is wrong with a set of Kconfig files, though it can be read.
#pragma once

#include <string>
#include <vector>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

/// One finding.
struct Finding {
    std::string check;  ///< A short name, such as "undefined-symbol".
    const SourceFile* file = nullptr;
    int line = 0;
    std::string text;
};

/// Checks that need no configuration: undefined and unused symbols, symbols
/// that can never be set, menus that can never be seen, selects of symbols with
/// unmet dependencies, selects that have no effect.
std::vector<Finding> lint(const Tree& tree, Host& host);

/// The values that @p e can have, as far as follows from its structure alone:
/// bit 0 for n, bit 1 for m, bit 2 for y.
unsigned possible_values(const Tree& tree, const Expr* e);

/// Whether @p e is a conjunction that has both A and !A, for a bool A.
bool contradicts_itself(const Expr* e);

}  // namespace kconfig
