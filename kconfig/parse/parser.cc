// SPDX-License-Identifier: GPL-2.0
// Blocks of statements and error recovery.
#include "kconfig/parse/parser.hh"

#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

constexpr std::string_view kBlockName[] = {"", "if", "menu", "choice"};

}  // namespace

Parser::Parser(Tree& tree, Diagnostics& diagnostics, ShellRunner shell)
    : tree_(tree),
      diagnostics_(diagnostics),
      lexer_(tree, diagnostics, std::move(shell)),
      builder_(tree, diagnostics, lexer_) {}

void Parser::parse(std::string_view name) {
    lexer_.open(name);
    if (diagnostics_.fatal()) {
        return;
    }
    input();
    if (diagnostics_.fatal()) {
        return;
    }
    if (tree_.modules == nullptr) {
        tree_.modules = tree_.no;
    }
    if (tree_.root.prompt == nullptr && diagnostics_.errors() == 0) {
        builder_.set_entry(&tree_.root);
        builder_.add_prompt(PropType::menu, "Main menu", nullptr);
    }
}

bool Parser::fail(std::string_view expected) {
    expected_ = expected;
    return false;
}

bool Parser::end_of_line() {
    return accept(TokenKind::eol) || fail("the end of the line");
}

void Parser::error(std::string_view message, std::string_view advice) {
    diagnostics_.count_error();
    if (!diagnostics_.fatal()) {
        diagnostics_.report(lexer_.statement(), message, advice);
    }
}

// Reports the error unless one was just reported, and skips the line. False at
// the end of the input, where the original gives up.
bool Parser::recover() {
    if (quiet_ == 0) {
        diagnostics_.count_error();
        if (!diagnostics_.fatal()) {
            SourcePoint at = lexer_.token_point();
            at.line += tree_.profile().is_6_1() ? 1 : 0;
            diagnostics_.report(at, "syntax error",
                                expected_.empty() ? "" : cat("expected ", expected_));
        }
    }
    quiet_ = 3;
    while (peek().kind != TokenKind::eol) {
        if (peek().kind == TokenKind::end) {
            abandon();
            return false;
        }
        peeked_ = false;
    }
    take();
    return true;
}

void Parser::abandon() {
    aborted_ = true;
    if (diagnostics_.fatal()) {
        return;
    }
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
        const MenuNode& node = **block;
        diagnostics_.report({node.file, node.line, 0}, "missing end statement for this entry");
        if (builder_.menu() == &node) {
            builder_.end_menu();
        }
    }
}

bool Parser::input() {
    if (accept(TokenKind::kw_mainmenu)) {
        const std::string_view title = peek().text;
        if (!accept(TokenKind::quoted) || !end_of_line()) {
            quiet_ = 0;
            diagnostics_.count_error();
            if (!diagnostics_.fatal()) {
                SourcePoint at = lexer_.token_point();
                at.line += tree_.profile().is_6_1() ? 1 : 0;
                diagnostics_.report(at, "syntax error", "expected a title in quotes");
            }
            return false;
        }
        builder_.add_prompt(PropType::menu, title, nullptr);
    }
    return statements(Block::top, false);
}

// Reads statements until the block's end statement; false when reading is over.
bool Parser::statements(Block block, bool in_choice) {
    while (!aborted_) {
        const TokenKind kind = peek().kind;
        bool ok = true;
        if (kind == TokenKind::end) {
            if (block == Block::top) {
                return true;
            }
            ok = fail("the end of the block before the end of the file");
        } else if (kind == TokenKind::kw_endif || kind == TokenKind::kw_endmenu ||
                   kind == TokenKind::kw_endchoice) {
            bool closed = false;
            ok = end_statement(block, closed);
            if (closed) {
                return true;
            }
        } else if (kind == TokenKind::word && !in_choice) {
            bool unknown = false;
            std::string word;
            if (!assignment(unknown, word)) {
                if (!recover()) {
                    return false;
                }
                error(cat("unknown statement \"", word, '"'));
            }
            continue;
        } else {
            bool known = true;
            ok = statement(in_choice, known) && known;
        }
        if (aborted_ || diagnostics_.fatal()) {
            return false;
        }
        if (!ok) {
            if (!recover()) {
                return false;
            }
            error("invalid statement");
        }
    }
    return false;
}

bool Parser::statement(bool in_choice, bool& known) {
    const TokenKind kind = peek().kind;
    switch (kind) {
        case TokenKind::kw_config:
            return config(false, in_choice);
        case TokenKind::kw_comment:
            return comment();
        case TokenKind::kw_if:
            return if_block(in_choice);
        default:
            break;
    }
    if (!in_choice) {
        switch (kind) {
            case TokenKind::kw_menuconfig:
                return config(true, false);
            case TokenKind::kw_choice:
                return choice();
            case TokenKind::kw_menu:
                return menu();
            case TokenKind::kw_source:
                return source();
            default:
                break;
        }
    }
    known = false;
    return fail(in_choice ? "config, comment, if or endchoice"
                          : "a statement such as config or menu");
}

bool Parser::end_statement(Block block, bool& closed) {
    if (block == Block::top) {
        return fail("a statement: there is no open block to end here");
    }
    const TokenKind kind = peek().kind;
    const Block written = kind == TokenKind::kw_endif     ? Block::if_
                          : kind == TokenKind::kw_endmenu ? Block::menu
                                                          : Block::choice;
    take();
    if (!end_of_line()) {
        return false;
    }
    close(block, written);
    closed = true;
    return true;
}

void Parser::close(Block block, Block written) {
    const std::string_view name = kBlockName[static_cast<int>(block)];
    const std::string_view written_name = kBlockName[static_cast<int>(written)];
    if (block == Block::choice) {
        current_choice_ = nullptr;
    }
    if (block != written) {
        error(cat("unexpected '", written_name, "' within ", name, " block"),
              cat("end the block with end", name));
        diagnostics_.count_error();
        return;
    }
    const MenuNode& open = *builder_.menu();
    if (open.file != lexer_.file()) {
        error(cat('\'', written_name, "' in different file than '", name, '\''));
        diagnostics_.report({open.file, open.line, 0}, cat("location of the '", name, '\''));
        diagnostics_.count_error();
        return;
    }
    builder_.end_menu();
}

}  // namespace kconfig
