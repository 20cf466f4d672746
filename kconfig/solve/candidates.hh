// SPDX-License-Identifier: GPL-2.0
// Which values of a symbol are worth a try.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

/// Whether a comparison holds whose sides compare as @p order.
bool comparison_holds(ExprType type, int order);

/// Values of @p side that make a difference where it is compared with @p other:
/// all states of a bool or tristate; else the other's value, and for numbers
/// those next to it.
std::vector<std::string> values_beside(Evaluator& evaluator, const Symbol& side,
                                       const Symbol& other);

/// Whether @p value lies in the range, with its bounds as they are now.
bool fits_range(Evaluator& evaluator, const Symbol& symbol, const Property& range,
                std::string_view value);

/// A symbol that the user can be asked for, and the values that can matter.
struct Choices {
    const Symbol* symbol = nullptr;
    std::vector<std::string> values;
    bool all = false;  ///< The values are all that it can have.
};

/// Every symbol with a prompt that the values of @p goals can depend on. Empty
/// when there are more than @p limit of them.
std::vector<Choices> questions_behind(Evaluator& evaluator, const std::vector<const Symbol*>& goals,
                                      std::size_t limit);

}  // namespace kconfig
