// SPDX-License-Identifier: GPL-2.0
// The parser: Kconfig files to an unfinished Tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kconfig/lex/lexer.hh"
#include "kconfig/parse/builder.hh"

namespace kconfig {

/// Recursive descent with the original's error recovery: after a syntax error
/// everything up to the end of the line is skipped, and further messages are
/// held back until three tokens were good.
class Parser {
  public:
    Parser(Tree& tree, Diagnostics& diagnostics, ShellRunner shell);

    /// Reads the file and all that it sources. Errors are counted in the
    /// Diagnostics; the tree is only usable without any.
    void parse(std::string_view name);

  private:
    enum class Block { top, if_, menu, choice };

    // Statements; false means a syntax error.
    bool input();
    bool statements(Block block, bool in_choice);
    bool statement(bool in_choice, bool& known);
    bool config(bool menuconfig, bool in_choice);
    bool choice();
    bool if_block(bool in_choice);
    bool menu();
    bool comment();
    bool source();
    bool assignment(bool& unknown, std::string& word);
    bool end_statement(Block block, bool& closed);
    void close(Block block, Block written);

    // Options of entries; known is cleared at the first other token.
    bool config_option(bool& known);
    bool choice_option(bool& known);
    bool menu_option(bool& known);
    bool type_option();
    bool prompt_option();
    bool default_option();
    bool symbol_option(PropType type);
    bool range_option();
    bool modules_option();
    bool depends_option();
    bool help_option();
    void check_choice_member();

    // Expressions.
    bool expression(const Expr*& out);
    bool conjunction(const Expr*& out);
    bool unary(const Expr*& out);
    bool operand(const Symbol*& out);
    bool condition(const Expr*& out);
    bool end_of_line();

    // Tokens.
    const Token& peek() {
        if (!peeked_) {
            fetch();
        }
        return *token_;
    }

    void take() {
        peek();
        peeked_ = false;
        quiet_ -= quiet_ > 0 ? 1 : 0;
    }

    bool accept(TokenKind kind) {
        const bool accepted = peek().kind == kind;
        if (accepted) {
            take();
        }
        return accepted;
    }

    void fetch() {
        token_ = &lexer_.next();
        peeked_ = true;
    }

    bool fail(std::string_view expected);
    bool recover();
    void abandon();
    void error(std::string_view message, std::string_view advice = {});

    Tree& tree_;
    Diagnostics& diagnostics_;
    Lexer lexer_;
    TreeBuilder builder_;
    const Token* token_ = nullptr;  ///< The lexer's, once peeked_.
    bool peeked_ = false;
    int quiet_ = 0;  ///< Tokens to go until syntax errors are reported again.
    bool aborted_ = false;
    int depth_ = 0;
    std::string_view expected_;
    std::vector<MenuNode*> blocks_;
    MenuNode* current_choice_ = nullptr;
};

}  // namespace kconfig
