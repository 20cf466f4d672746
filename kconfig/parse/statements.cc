// SPDX-License-Identifier: GPL-2.0
// The statements: config, choice, if, menu, comment, source and assignments.
#include "kconfig/base/text.hh"
#include "kconfig/parse/parser.hh"

namespace kconfig {

bool Parser::config(bool menuconfig, bool in_choice) {
    take();
    Name* const name = peek().name;
    if (!accept(TokenKind::word)) {
        return fail("the name of a symbol");
    }
    Symbol* const symbol = tree_.plain_symbol(*name);
    if (!end_of_line()) {
        return false;
    }
    symbol->is_optional = true;
    builder_.add_entry(symbol);
    bool known = true;
    while (known) {
        if (!config_option(known)) {
            return false;
        }
    }
    if (menuconfig) {
        if (builder_.entry()->prompt != nullptr) {
            builder_.entry()->prompt->type = PropType::menu;
        } else if (!diagnostics_.fatal()) {
            diagnostics_.report(lexer_.statement(), "warning: menuconfig statement without prompt");
        }
    } else if (in_choice || current_choice_ != nullptr) {
        check_choice_member();
    }
    return true;
}

void Parser::check_choice_member() {
    if (current_choice_ == nullptr || tree_.profile().is_6_1()) {
        return;
    }
    MenuNode& entry = *builder_.entry();
    const auto complain = [&](std::string_view what) {
        diagnostics_.count_error();
        if (!diagnostics_.fatal()) {
            diagnostics_.report({entry.file, entry.line, 0}, what);
        }
    };
    if (entry.prompt == nullptr) {
        complain("error: choice member must have a prompt");
    }
    if (entry.sym->type != SymbolType::boolean) {
        complain("error: choice member must be bool");
    }
    if (entry.sym->listed_in == nullptr) {
        entry.sym->listed_in = current_choice_;
        entry.sym->is_choice_value = true;
        tree_.make_details(*current_choice_).choice_members.push_back(entry.sym);
    }
}

bool Parser::choice() {
    take();
    Name* name = nullptr;
    if (tree_.profile().is_6_1() && peek().kind == TokenKind::word) {
        name = peek().name;
        take();
    }
    if (!end_of_line()) {
        return false;
    }
    Symbol* const symbol = tree_.choice_symbol(name);
    builder_.add_entry(symbol);
    tree_.choices.push_back(builder_.entry());
    if (tree_.profile().is_6_1()) {
        builder_.add_expr(PropType::choice, nullptr, nullptr);
    } else {
        builder_.set_type(SymbolType::boolean);
    }
    bool known = true;
    while (known) {
        if (!choice_option(known)) {
            return false;
        }
    }
    MenuNode* const entry = builder_.entry();
    if (entry->prompt == nullptr && !tree_.profile().is_6_1()) {
        diagnostics_.count_error();
        if (!diagnostics_.fatal()) {
            diagnostics_.report({entry->file, entry->line, 0}, "error: choice must have a prompt");
        }
    }
    blocks_.push_back(builder_.begin_menu());
    current_choice_ = entry;
    if (!statements(Block::choice, true)) {
        return true;  // reading is over; nothing more to say here
    }
    blocks_.pop_back();
    return true;
}

bool Parser::if_block(bool in_choice) {
    take();
    const Expr* dep = nullptr;
    if (!expression(dep) || !end_of_line()) {
        return false;
    }
    builder_.add_entry(nullptr);
    builder_.add_dep(dep);
    blocks_.push_back(builder_.begin_menu());
    if (statements(Block::if_, in_choice)) {
        blocks_.pop_back();
    }
    return true;
}

bool Parser::menu() {
    take();
    const std::string_view title = peek().text;
    if (!accept(TokenKind::quoted)) {
        return fail("a title in quotes");
    }
    if (!end_of_line()) {
        return false;
    }
    builder_.add_entry(nullptr);
    builder_.add_prompt(PropType::menu, title, nullptr);
    bool known = true;
    while (known) {
        if (!menu_option(known)) {
            return false;
        }
    }
    blocks_.push_back(builder_.begin_menu());
    if (statements(Block::menu, false)) {
        blocks_.pop_back();
    }
    return true;
}

bool Parser::comment() {
    take();
    const std::string_view title = peek().text;
    if (!accept(TokenKind::quoted)) {
        return fail("a text in quotes");
    }
    if (!end_of_line()) {
        return false;
    }
    builder_.add_entry(nullptr);
    builder_.add_prompt(PropType::comment, title, nullptr);
    while (peek().kind == TokenKind::kw_depends) {
        if (!depends_option()) {
            return false;
        }
    }
    return true;
}

bool Parser::source() {
    take();
    const std::string name(peek().text);  // the statement may be the last one of its file
    if (!accept(TokenKind::quoted)) {
        return fail("a file name in quotes");
    }
    if (!end_of_line()) {
        return false;
    }
    lexer_.source(name);
    return true;
}

bool Parser::assignment(bool& unknown, std::string& word) {
    word = peek().text;  // the next line may be one of another file
    unknown = false;
    take();
    VariableFlavor flavor = VariableFlavor::recursive;
    if (accept(TokenKind::colon_equal)) {
        flavor = VariableFlavor::simple;
    } else if (accept(TokenKind::plus_equal)) {
        flavor = VariableFlavor::append;
    } else if (!accept(TokenKind::equal)) {
        unknown = true;
        return fail("a statement, or an assignment with =, := or +=");
    }
    const std::string_view value =
        peek().kind == TokenKind::assign_value ? peek().text : std::string_view();
    if (peek().kind == TokenKind::assign_value) {
        take();
    }
    if (!end_of_line()) {
        return false;
    }
    lexer_.macros().assign(word, value, flavor);
    return true;
}

}  // namespace kconfig
