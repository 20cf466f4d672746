// SPDX-License-Identifier: GPL-2.0
// Options of entries, and expressions.
#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/finalize/simplify.hh"
#include "kconfig/parse/parser.hh"

namespace kconfig {

namespace {

// Deep enough for any real file; the recursive functions must not run out of stack.
constexpr int kMaxDepth = 2000;
constexpr int kMaxOperands = 8000;

SymbolType type_of(TokenKind kind) {
    switch (kind) {
        case TokenKind::kw_bool:
        case TokenKind::kw_def_bool:
            return SymbolType::boolean;
        case TokenKind::kw_tristate:
        case TokenKind::kw_def_tristate:
            return SymbolType::tristate;
        case TokenKind::kw_int:
            return SymbolType::integer;
        case TokenKind::kw_hex:
            return SymbolType::hex;
        case TokenKind::kw_string:
            return SymbolType::string;
        default:
            return SymbolType::unknown;
    }
}

ExprType comparison_of(TokenKind kind) {
    switch (kind) {
        case TokenKind::equal:
            return ExprType::equal;
        case TokenKind::unequal:
            return ExprType::unequal;
        case TokenKind::less:
            return ExprType::less;
        case TokenKind::less_equal:
            return ExprType::leq;
        case TokenKind::greater:
            return ExprType::greater;
        case TokenKind::greater_equal:
            return ExprType::geq;
        default:
            return ExprType::none;
    }
}

}  // namespace

bool Parser::config_option(bool& known) {
    switch (peek().kind) {
        case TokenKind::kw_bool:
        case TokenKind::kw_tristate:
        case TokenKind::kw_int:
        case TokenKind::kw_hex:
        case TokenKind::kw_string:
            return type_option();
        case TokenKind::kw_prompt:
            return prompt_option();
        case TokenKind::kw_default:
        case TokenKind::kw_def_bool:
        case TokenKind::kw_def_tristate:
            return default_option();
        case TokenKind::kw_select:
            return symbol_option(PropType::select);
        case TokenKind::kw_imply:
            return symbol_option(PropType::imply);
        case TokenKind::kw_range:
            return range_option();
        case TokenKind::kw_modules:
            return modules_option();
        case TokenKind::kw_transitional:
            take();
            if (!end_of_line()) {
                return false;
            }
            builder_.entry()->sym->is_transitional = true;
            return true;
        case TokenKind::kw_depends:
            return depends_option();
        case TokenKind::kw_help:
            return help_option();
        default:
            known = false;
            return true;
    }
}

bool Parser::choice_option(bool& known) {
    const TokenKind kind = peek().kind;
    switch (kind) {
        case TokenKind::kw_prompt:
            return prompt_option();
        case TokenKind::kw_default:
            return symbol_option(PropType::default_value);
        case TokenKind::kw_depends:
            return depends_option();
        case TokenKind::kw_help:
            return help_option();
        default:
            break;
    }
    if (tree_.profile().is_6_1()) {
        if (kind == TokenKind::kw_bool || kind == TokenKind::kw_tristate) {
            return type_option();
        }
        if (kind == TokenKind::kw_optional) {
            take();
            if (!end_of_line()) {
                return false;
            }
            builder_.entry()->sym->is_optional = true;
            return true;
        }
    } else if (kind == TokenKind::kw_bool) {
        return prompt_option();  // "bool" must be followed by a prompt here
    }
    known = false;
    return true;
}

bool Parser::menu_option(bool& known) {
    if (peek().kind == TokenKind::kw_depends) {
        return depends_option();
    }
    if (peek().kind != TokenKind::kw_visible) {
        known = false;
        return true;
    }
    take();
    const Expr* when = nullptr;
    if (!condition(when) || !end_of_line()) {
        return false;
    }
    builder_.add_visibility(when);
    return true;
}

bool Parser::type_option() {
    const SymbolType type = type_of(peek().kind);
    take();
    if (peek().kind == TokenKind::quoted) {
        const std::string_view text = peek().text;
        take();
        const Expr* when = nullptr;
        if (!condition(when)) {
            return false;
        }
        builder_.add_prompt(PropType::prompt, text, when);
    }
    if (!end_of_line()) {
        return false;
    }
    builder_.set_type(type);
    return true;
}

bool Parser::prompt_option() {
    take();
    const std::string_view text = peek().text;
    if (!accept(TokenKind::quoted)) {
        return fail("a prompt in quotes");
    }
    const Expr* when = nullptr;
    if (!condition(when) || !end_of_line()) {
        return false;
    }
    builder_.add_prompt(PropType::prompt, text, when);
    return true;
}

bool Parser::default_option() {
    const SymbolType type = type_of(peek().kind);
    take();
    const Expr* value = nullptr;
    const Expr* when = nullptr;
    if (!expression(value) || !condition(when) || !end_of_line()) {
        return false;
    }
    builder_.add_expr(PropType::default_value, value, when);
    if (type != SymbolType::unknown) {
        builder_.set_type(type);
    }
    return true;
}

bool Parser::symbol_option(PropType type) {
    take();
    Name* const name = peek().name;
    if (!accept(TokenKind::word)) {
        return fail("the name of a symbol (without quotes)");
    }
    const Expr* const symbol = tree_.plain_expr(*name);
    const Expr* when = nullptr;
    if (!condition(when) || !end_of_line()) {
        return false;
    }
    builder_.add_expr(type, symbol, when);
    return true;
}

bool Parser::range_option() {
    take();
    const Symbol* low = nullptr;
    const Symbol* high = nullptr;
    const Expr* when = nullptr;
    if (!operand(low) || !operand(high) || !condition(when) || !end_of_line()) {
        return false;
    }
    builder_.add_expr(PropType::range, tree_.exprs.compare(ExprType::range, low, high), when);
    return true;
}

bool Parser::modules_option() {
    take();
    if (!end_of_line()) {
        return false;
    }
    Symbol* const symbol = builder_.entry()->sym;
    if (tree_.modules != nullptr) {
        error(cat("symbol '", symbol->label(),
                  "' redefines option 'modules' already defined by "
                  "symbol '",
                  tree_.modules->label(), '\''));
    }
    tree_.modules = symbol;
    return true;
}

bool Parser::depends_option() {
    take();
    const Expr* dep = nullptr;
    if (!accept(TokenKind::kw_on)) {
        return fail("'on' after 'depends'");
    }
    if (!expression(dep)) {
        return false;
    }
    const Expr* when = nullptr;
    if (tree_.profile().is_next() && !condition(when)) {
        return false;
    }
    if (!end_of_line()) {
        return false;
    }
    if (when != nullptr) {
        // "depends on X if Y" holds where X does, and where Y is n.
        dep =
            tree_.exprs.or_(dep, compare_with(tree_, tree_.exprs, when, ExprType::equal, tree_.no));
    }
    builder_.add_dep(dep);
    return true;
}

bool Parser::help_option() {
    take();
    if (!end_of_line()) {
        return false;
    }
    lexer_.start_help();
    const std::string_view text = peek().text;
    if (!accept(TokenKind::help_text)) {
        return fail("a help text");
    }
    MenuNode& entry = *builder_.entry();
    const std::string_view label = entry.sym->label();
    if (entry.has_help) {
        diagnostics_.report(lexer_.statement(), cat("warning: '", label,
                                                    "' defined with more than one help text -- "
                                                    "only the last one will be used"));
    }
    if (std::all_of(text.begin(), text.end(), is_space)) {
        diagnostics_.report(lexer_.statement(),
                            cat("warning: '", label, "' defined with blank help text"));
    }
    entry.has_help = 1;
    if (tree_.keeps_details) {
        tree_.make_details(entry).raw_help = tree_.text.keep(text);
    }
    return true;
}

bool Parser::condition(const Expr*& out) {
    return !accept(TokenKind::kw_if) || expression(out);
}

bool Parser::operand(const Symbol*& out) {
    const Token& token = peek();
    if (token.kind == TokenKind::word) {
        out = tree_.plain_symbol(*token.name);
    } else if (token.kind == TokenKind::quoted) {
        out = tree_.constant_symbol(tree_.names.intern(token.text));
    } else {
        return fail("a symbol or a quoted constant");
    }
    take();
    return true;
}

bool Parser::unary(const Expr*& out) {
    if (depth_ > kMaxDepth) {
        return fail("a shorter expression: this one nests too deeply");
    }
    if (accept(TokenKind::not_)) {
        ++depth_;
        const Expr* inner = nullptr;
        const bool ok = unary(inner);
        --depth_;
        out = ok ? tree_.exprs.not_(inner) : nullptr;
        return ok;
    }
    if (accept(TokenKind::open_paren)) {
        ++depth_;
        const bool ok = expression(out);
        --depth_;
        return ok && (accept(TokenKind::close_paren) || fail("')'"));
    }
    Name* const name = peek().name;  // null for a constant
    const Symbol* left = nullptr;
    if (name != nullptr ? !accept(TokenKind::word) : !operand(left)) {
        return fail("a symbol or a quoted constant");
    }
    const ExprType comparison = comparison_of(peek().kind);
    if (comparison == ExprType::none) {
        out = name != nullptr ? tree_.plain_expr(*name) : tree_.exprs.symbol(left);
        return true;
    }
    if (name != nullptr) {
        left = tree_.plain_symbol(*name);
    }
    take();
    const Symbol* right = nullptr;
    if (!operand(right)) {
        return false;
    }
    out = tree_.exprs.compare(comparison, left, right);
    return true;
}

bool Parser::conjunction(const Expr*& out) {
    if (!unary(out)) {
        return false;
    }
    for (int operands = 1; accept(TokenKind::and_); ++operands) {
        const Expr* right = nullptr;
        if (operands > kMaxOperands) {
            return fail("a shorter expression: this one has too many operands");
        }
        if (!unary(right)) {
            return false;
        }
        out = tree_.exprs.two(ExprType::and_, out, right);
    }
    return true;
}

bool Parser::expression(const Expr*& out) {
    if (!conjunction(out)) {
        return false;
    }
    for (int operands = 1; accept(TokenKind::or_); ++operands) {
        const Expr* right = nullptr;
        if (operands > kMaxOperands) {
            return fail("a shorter expression: this one has too many operands");
        }
        if (!conjunction(right)) {
            return false;
        }
        out = tree_.exprs.two(ExprType::or_, out, right);
    }
    return true;
}

}  // namespace kconfig
