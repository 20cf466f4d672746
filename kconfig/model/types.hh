// SPDX-License-Identifier: GPL-2.0
// The enumerations of the Kconfig model.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace kconfig {

/// n, m or y, ordered as Kconfig orders them.
enum class Tristate : std::uint8_t { no, mod, yes };

constexpr Tristate tri_or(Tristate a, Tristate b) {
    return std::max(a, b);
}

constexpr Tristate tri_and(Tristate a, Tristate b) {
    return std::min(a, b);
}

constexpr Tristate tri_not(Tristate a) {
    return static_cast<Tristate>(2 - static_cast<int>(a));
}

constexpr char tri_char(Tristate a) {
    return "nmy"[static_cast<int>(a)];
}

constexpr std::string_view tri_text(Tristate a) {
    return std::string_view("nmy").substr(static_cast<std::size_t>(a), 1);
}

enum class SymbolType : std::uint8_t { unknown, boolean, tristate, integer, hex, string };

constexpr bool is_logical(SymbolType type) {
    return type == SymbolType::boolean || type == SymbolType::tristate;
}

constexpr bool is_number(SymbolType type) {
    return type == SymbolType::integer || type == SymbolType::hex;
}

/// The type as the diagnostics name it ("integer" for int).
std::string_view type_name(SymbolType type);

enum class PropType : std::uint8_t {
    unknown,
    prompt,
    comment,
    menu,
    default_value,
    choice,  ///< 6.1: a choice's members, or a member's choice.
    select,
    imply,
    range,
    symbol,  ///< 6.1: a place where the symbol is defined.
};

/// The property as the diagnostics name it.
std::string_view prop_name(PropType type);

enum class ExprType : std::uint8_t {
    none,
    or_,
    and_,
    not_,
    equal,
    unequal,
    less,
    leq,
    greater,
    geq,
    symbol,
    range,
};

}  // namespace kconfig
