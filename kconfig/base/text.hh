// SPDX-License-Identifier: GPL-2.0
// Small text helpers: concatenation and the C locale's character classes.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace kconfig {

namespace detail {

inline void append_piece(std::string& out, std::string_view piece) {
    out.append(piece);
}

inline void append_piece(std::string& out, char piece) {
    out.push_back(piece);
}

template <typename T>

requires(std::is_integral_v<T> && !std::is_same_v<T, char> &&
         !std::is_same_v<T, bool>) void append_piece(std::string& out, T piece) {
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, piece).ptr;
    out.append(buffer, static_cast<std::size_t>(end - buffer));
}

}  // namespace detail

/// Appends every piece (text, character or integer) to @p out.
template <typename... Pieces>
void append(std::string& out, const Pieces&... pieces) {
    (detail::append_piece(out, pieces), ...);
}

/// The pieces (text, characters or integers) as one string.
template <typename... Pieces>
std::string cat(const Pieces&... pieces) {
    std::string out;
    append(out, pieces...);
    return out;
}

/// isspace() of the C locale.
constexpr bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// What separates the words of a line.
constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// isdigit() of the C locale.
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// isxdigit() of the C locale.
constexpr bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// A character of a Kconfig word: letters, digits, underscore and minus.
constexpr bool is_word_char(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/// is_word_char() as a table, for the loops over whole files.
inline constexpr std::array<bool, 256> kWordChars = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        table[i] = is_word_char(static_cast<char>(i));
    }
    return table;
}();

inline constexpr std::uint32_t kFnvBasis = 2166136261U;

/// One character more of fnv1a().
constexpr std::uint32_t fnv1a_step(std::uint32_t hash, char c) {
    return (hash ^ static_cast<std::uint32_t>(static_cast<signed char>(c))) * 0x01000193U;
}

/// The 32-bit FNV-1a hash over signed characters, as the kernel's hash_str().
constexpr std::uint32_t fnv1a(std::string_view text) {
    std::uint32_t hash = kFnvBasis;
    for (const char c : text) {
        hash = fnv1a_step(hash, c);
    }
    return hash;
}

}  // namespace kconfig
