// SPDX-License-Identifier: GPL-2.0
// Tokens of the Kconfig language.
#pragma once

#include <cstdint>
#include <string_view>

namespace kconfig {

enum class TokenKind : std::uint8_t {
    end,  ///< End of all input. Must be 0: "not a keyword" in Name.
    eol,
    word,
    quoted,
    help_text,
    assign_value,
    kw_bool,
    kw_choice,
    kw_comment,
    kw_config,
    kw_def_bool,
    kw_def_tristate,
    kw_default,
    kw_depends,
    kw_endchoice,
    kw_endif,
    kw_endmenu,
    kw_help,
    kw_hex,
    kw_if,
    kw_imply,
    kw_int,
    kw_mainmenu,
    kw_menu,
    kw_menuconfig,
    kw_modules,
    kw_on,
    kw_optional,      ///< 6.1 only.
    kw_transitional,  ///< next only.
    kw_prompt,
    kw_range,
    kw_select,
    kw_source,
    kw_string,
    kw_tristate,
    kw_visible,
    or_,
    and_,
    equal,
    unequal,
    less,
    less_equal,
    greater,
    greater_equal,
    not_,
    open_paren,
    close_paren,
    colon_equal,
    plus_equal,
};

/// An end of line, or a help text, which swallows it.
constexpr bool ends_statement(TokenKind kind) {
    return kind == TokenKind::eol || kind == TokenKind::help_text;
}

struct Name;

/// One token. The text lives until the next token of another file.
struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;
    Name* name = nullptr;  ///< Of words: the interned text.
};

}  // namespace kconfig
