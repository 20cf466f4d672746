// SPDX-License-Identifier: GPL-2.0
// Scanning of tokens.
#include "kconfig/lex/lexer.hh"

#include "kconfig/base/help.hh"
#include "kconfig/base/scan.hh"
#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

struct Keyword {
    std::string_view text;
    TokenKind kind;
};

constexpr Keyword kKeywords[] = {
    {"bool", TokenKind::kw_bool},
    {"choice", TokenKind::kw_choice},
    {"comment", TokenKind::kw_comment},
    {"config", TokenKind::kw_config},
    {"def_bool", TokenKind::kw_def_bool},
    {"def_tristate", TokenKind::kw_def_tristate},
    {"default", TokenKind::kw_default},
    {"depends", TokenKind::kw_depends},
    {"endchoice", TokenKind::kw_endchoice},
    {"endif", TokenKind::kw_endif},
    {"endmenu", TokenKind::kw_endmenu},
    {"help", TokenKind::kw_help},
    {"hex", TokenKind::kw_hex},
    {"if", TokenKind::kw_if},
    {"imply", TokenKind::kw_imply},
    {"int", TokenKind::kw_int},
    {"mainmenu", TokenKind::kw_mainmenu},
    {"menu", TokenKind::kw_menu},
    {"menuconfig", TokenKind::kw_menuconfig},
    {"modules", TokenKind::kw_modules},
    {"on", TokenKind::kw_on},
    {"prompt", TokenKind::kw_prompt},
    {"range", TokenKind::kw_range},
    {"select", TokenKind::kw_select},
    {"source", TokenKind::kw_source},
    {"string", TokenKind::kw_string},
    {"tristate", TokenKind::kw_tristate},
    {"visible", TokenKind::kw_visible},
};

bool is_assignment(TokenKind kind) {
    return kind == TokenKind::equal || kind == TokenKind::colon_equal ||
           kind == TokenKind::plus_equal;
}

}  // namespace

Lexer::Lexer(Tree& tree, Diagnostics& diagnostics, ShellRunner shell)
    : tree_(tree),
      diagnostics_(diagnostics),
      reader_(diagnostics.host()),
      macros_(
          diagnostics,
          [this] {
              return SourcePoint{file_, line_, 0};
          },
          std::move(shell), tree.environment) {
    for (const Keyword& keyword : kKeywords) {
        add_keyword(keyword.text, keyword.kind);
    }
    if (tree_.profile().is_6_1()) {
        add_keyword("optional", TokenKind::kw_optional);
    }
    if (tree_.profile().is_next()) {
        add_keyword("transitional", TokenKind::kw_transitional);
    }
}

void Lexer::add_keyword(std::string_view text, TokenKind kind) {
    tree_.names.intern(text).keyword = static_cast<std::uint8_t>(kind);
    if (text.size() <= ShortWord::kSize) {
        char copy[ShortWord::kSize] = {};
        std::copy(text.begin(), text.end(), copy);
        const ShortWord word(copy, text.size());
        keywords_[word.slot()] = {word, kind};
    }
}

SourcePoint Lexer::token_point() const {
    SourcePoint point{tree_.profile().is_6_1() ? statement_file_ : file_, statement_line_, 0};
    // The column is that of the token where it stands on the statement's line.
    std::size_t at = token_at_;
    if (next_ahead_ > 0) {
        const Token& token = ahead_[next_ahead_ - 1];
        at = static_cast<std::size_t>(token.text.data() - text_.data()) -
             (token.kind == TokenKind::quoted ? 1 : 0);
    }
    const std::size_t begin = at > 0 ? text_.rfind('\n', at - 1) : std::string::npos;
    const std::size_t line_begin = begin == std::string::npos ? 0 : begin + 1;
    point.column = static_cast<int>(at - line_begin) + 1;
    return point;
}

const Token& Lexer::next_line() {
    Token& token = token_;
    do {
        token = Token();
        if (diagnostics_.fatal()) {
            return token;
        }
        scan_line();
        if (next_ahead_ != end_ahead_) {
            return ahead_[next_ahead_++];
        }
    } while (!scan(token) || (token.kind == TokenKind::eol && ends_statement(previous_)));
    if (diagnostics_.fatal()) {
        token = Token();
        return token;
    }
    if (is_assignment(token.kind) && before_previous_ == TokenKind::eol &&
        previous_ == TokenKind::word) {
        state_ = State::assign_value;
    }
    if (ends_statement(previous_)) {
        begin_statement();
    }
    before_previous_ = previous_;
    previous_ = token.kind;
    return token;
}

// False where there was nothing.
bool Lexer::scan(Token& token) {
    switch (state_) {
        case State::assign_value:
            scan_assign_value(token);
            return true;
        case State::help:
            scan_help(token);
            return true;
        case State::initial:
            break;
    }
    return scan_unusual(token);
}

void Lexer::skip_blanks() {
    const char* const text = text_.data();
    std::size_t at = at_;
    while (is_blank(text[at])) {
        ++at;
    }
    at_ = at;
}

// What scan_line() leaves: it stands at a character that is no blank. False where there was
// nothing.
bool Lexer::scan_unusual(Token& token) {
    if (at_ >= text_.size()) {
        end_of_file(token);
        return true;
    }
    const char c = text_[at_];
    token_at_ = at_;
    const char after = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == '$' || kWordChars[static_cast<unsigned char>(c)]) {
        return scan_macro_word(token);
    }
    if (c == '"' || c == '\'') {
        ++at_;
        scan_string(token, c);
        return true;
    }
    if (c == '=') {
        at_ += 1;
        token.kind = TokenKind::equal;
        return true;
    }
    if ((c == ':' || c == '+') && after == '=') {
        at_ += 2;
        token.kind = c == ':' ? TokenKind::colon_equal : TokenKind::plus_equal;
        return true;
    }
    if (c == '#') {
        at_ = text_.size();  // a comment that is the file's last line has no end
        return false;
    }
    if (c == '\\' && after == '\n') {
        ++line_;
        at_ += 2;
        return false;
    }
    diagnostics_.warn({file_, line_, static_cast<int>(token_at_ - text_.rfind('\n', at_))},
                      cat("ignoring unsupported character '", c, '\''));
    ++at_;
    return false;
}

std::string_view Lexer::rest_of_line() const {
    const std::string_view rest = text_.substr(at_);
    return rest.substr(0, rest.find('\n'));
}

// A word with $ in it is never a keyword. False for one that expanded to nothing.
bool Lexer::scan_macro_word(Token& token) {
    const std::string_view line = rest_of_line();
    std::size_t used = 0;
    const std::string word = macros().expand_word(line, used);
    at_ += used;
    if (word.empty() || diagnostics_.fatal()) {
        return false;
    }
    token.kind = TokenKind::word;
    token.name = &tree_.names.intern(word);
    token.text = token.name->text;
    return true;
}

void Lexer::scan_string(Token& token, char quote) {
    token.kind = TokenKind::quoted;
    std::string& out = scratch_;
    out.clear();
    while (at_ < text_.size() && !diagnostics_.fatal()) {
        const char c = text_[at_];
        if (c == '\n') {
            diagnostics_.warn(statement(), "multi-line strings not supported");
            break;
        }
        ++at_;
        if (c == quote) {
            break;
        }
        if (c == '$') {
            const std::string_view line = rest_of_line();
            std::size_t used = 0;
            std::string expanded = macros().expand_dollar(line, used);
            out += expanded;
            at_ += used;
        } else if (c != '\\') {
            out.push_back(c);
        } else if (at_ < text_.size() && text_[at_] != '\n') {
            out.push_back(text_[at_++]);
        }
    }
    token.text = tree_.text.keep(out);
}

void Lexer::scan_assign_value(Token& token) {
    skip_blanks();
    if (at_ >= text_.size()) {
        state_ = State::initial;
        end_of_file(token);
        return;
    }
    if (text_[at_] == '\n') {
        state_ = State::initial;
        ++at_;
        ++line_;
        token.kind = TokenKind::eol;
        return;
    }
    token.text = rest_of_line();
    token.kind = TokenKind::assign_value;
    at_ += token.text.size();
}

// The text stays as it was written until somebody wants to read it.
void Lexer::scan_help(Token& token) {
    state_ = State::initial;
    const HelpExtent help = read_help(text_, at_, nullptr);
    token.kind = TokenKind::help_text;
    token.text = text_.substr(at_, help.kept_end - at_);
    at_ = help.end;
    line_ += help.lines;
}

}  // namespace kconfig
