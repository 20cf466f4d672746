// SPDX-License-Identifier: GPL-2.0
// Numbers in values, as the C library reads them.
#pragma once

#include <string_view>

#include "kconfig/model/types.hh"

namespace kconfig {

/// strtoll(): the longest number at the front, saturated; base 0 looks at the
/// prefix.
long long parse_number(std::string_view text, int base);

/// Less than, equal to or greater than 0, by the rules for values of these
/// types: numbers where both are numbers, else as text.
int compare_values(std::string_view left, SymbolType left_type, std::string_view right,
                   SymbolType right_type);

}  // namespace kconfig
