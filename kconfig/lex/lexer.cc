// SPDX-License-Identifier: GPL-2.0
// Scanning of tokens.
#include "kconfig/lex/lexer.hh"

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
      macros_(
          diagnostics,
          [this] {
              return SourcePoint{file_, line_, 0};
          },
          std::move(shell), tree.environment) {
    for (const Keyword& keyword : kKeywords) {
        tree_.names.intern(keyword.text).keyword = static_cast<std::uint8_t>(keyword.kind);
    }
    if (tree_.profile().is_6_1()) {
        tree_.names.intern("optional").keyword = static_cast<std::uint8_t>(TokenKind::kw_optional);
    }
    if (tree_.profile().is_next()) {
        tree_.names.intern("transitional").keyword =
            static_cast<std::uint8_t>(TokenKind::kw_transitional);
    }
}

SourcePoint Lexer::token_point() const {
    SourcePoint point{tree_.profile().is_6_1() ? statement_file_ : file_, statement_line_, 0};
    // The column is that of the token where it stands on the statement's line.
    const std::size_t begin = token_at_ > 0 ? text_.rfind('\n', token_at_ - 1) : std::string::npos;
    const std::size_t line_begin = begin == std::string::npos ? 0 : begin + 1;
    point.column = static_cast<int>(token_at_ - line_begin) + 1;
    return point;
}

Token Lexer::next() {
    Token token;
    do {
        if (diagnostics_.fatal()) {
            return Token();
        }
        token = scan();
    } while (token.kind == TokenKind::eol && ends_statement(previous_));
    if (diagnostics_.fatal()) {
        return Token();
    }
    if (ends_statement(previous_)) {
        statement_file_ = file_;
        statement_line_ = line_;
    }
    if (before_previous_ == TokenKind::eol && previous_ == TokenKind::word &&
        is_assignment(token.kind)) {
        state_ = State::assign_value;
    }
    before_previous_ = previous_;
    previous_ = token.kind;
    return token;
}

Token Lexer::scan() {
    switch (state_) {
        case State::assign_value:
            return scan_assign_value();
        case State::help:
            return scan_help();
        case State::initial:
            break;
    }
    return scan_initial();
}

Token Lexer::scan_initial() {
    const auto op = [this](TokenKind kind, std::size_t length) {
        at_ += length;
        return Token{kind, {}, nullptr};
    };
    while (at_ < text_.size() && !diagnostics_.fatal()) {
        const char c = text_[at_];
        const char after = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        token_at_ = at_;
        switch (c) {
            case ' ':
            case '\t':
                while (++at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
                }
                continue;
            case '\n':
                ++line_;
                return op(TokenKind::eol, 1);
            case '#':
                at_ = std::min(text_.find('\n', at_), text_.size());
                continue;
            case '"':
            case '\'':
                ++at_;
                return scan_string(c);
            case '=':
                return op(TokenKind::equal, 1);
            case '!':
                return after == '=' ? op(TokenKind::unequal, 2) : op(TokenKind::not_, 1);
            case '<':
                return after == '=' ? op(TokenKind::less_equal, 2) : op(TokenKind::less, 1);
            case '>':
                return after == '=' ? op(TokenKind::greater_equal, 2) : op(TokenKind::greater, 1);
            case '(':
                return op(TokenKind::open_paren, 1);
            case ')':
                return op(TokenKind::close_paren, 1);
            default:
                break;
        }
        if (is_word_char(c) || c == '$') {
            const Token token = scan_word();
            if (token.kind != TokenKind::end) {
                return token;
            }
            continue;  // it expanded to nothing
        }
        if (c == '|' && after == '|') {
            return op(TokenKind::or_, 2);
        }
        if (c == '&' && after == '&') {
            return op(TokenKind::and_, 2);
        }
        if (c == ':' && after == '=') {
            return op(TokenKind::colon_equal, 2);
        }
        if (c == '+' && after == '=') {
            return op(TokenKind::plus_equal, 2);
        }
        if (c == '\\' && after == '\n') {
            ++line_;
            at_ += 2;
            continue;
        }
        diagnostics_.warn({file_, line_, static_cast<int>(token_at_ - text_.rfind('\n', at_))},
                          cat("ignoring unsupported character '", c, '\''));
        ++at_;
    }
    return diagnostics_.fatal() ? Token() : end_of_file();
}

std::string_view Lexer::rest_of_line() const {
    const std::string_view rest = text_.substr(at_);
    return rest.substr(0, rest.find('\n'));
}

Token Lexer::word_token(std::string_view text) {
    Name& name = tree_.names.intern(text);
    return {TokenKind::word, name.text, &name};
}

Token Lexer::scan_word() {
    const std::size_t begin = at_;
    const char* const text = text_.data();
    const std::size_t size = text_.size();
    std::size_t at = begin;
    std::uint32_t hash = kFnvBasis;
    for (; at < size && kWordChars[static_cast<unsigned char>(text[at])]; ++at) {
        hash = fnv1a_step(hash, text[at]);
    }
    at_ = at;
    if (at < size && text[at] == '$') {
        at_ = begin;
        const std::string_view line = rest_of_line();
        std::size_t used = 0;
        const std::string word = macros_.expand_word(line, used);
        at_ = begin + used;
        return word.empty() || diagnostics_.fatal() ? Token() : word_token(word);
    }
    Name& name = tree_.names.intern({text + begin, at - begin}, hash);
    Token token{TokenKind::word, name.text, &name};
    if (token.name->keyword != 0) {
        token.kind = static_cast<TokenKind>(token.name->keyword);
    }
    return token;
}

Token Lexer::scan_string(char quote) {
    const std::size_t begin = at_;
    // Most strings have nothing to expand and can stay where they are.
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\\' && text_[at_] != '$' &&
           text_[at_] != '\n') {
        ++at_;
    }
    if (at_ < text_.size() && text_[at_] == quote) {
        ++at_;
        return {TokenKind::quoted, text_.substr(begin, at_ - 1 - begin), nullptr};
    }
    std::string& out = scratch_;
    out.assign(text_.substr(begin, at_ - begin));
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
            std::string expanded = macros_.expand_dollar(line, used);
            out += expanded;
            at_ += used;
        } else if (c != '\\') {
            out.push_back(c);
        } else if (at_ < text_.size() && text_[at_] != '\n') {
            out.push_back(text_[at_++]);
        }
    }
    return {TokenKind::quoted, tree_.text.keep(out), nullptr};
}

Token Lexer::scan_assign_value() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
        ++at_;
    }
    if (at_ >= text_.size()) {
        state_ = State::initial;
        return end_of_file();
    }
    if (text_[at_] == '\n') {
        state_ = State::initial;
        ++at_;
        ++line_;
        return {TokenKind::eol, {}, nullptr};
    }
    const std::string_view value = rest_of_line();
    at_ += value.size();
    return {TokenKind::assign_value, value, nullptr};
}

Token Lexer::scan_help() {
    state_ = State::initial;
    std::string& out = scratch_;
    out.clear();
    int first_indent = 0;
    int indent = 0;
    while (at_ < text_.size()) {
        std::size_t end = at_;
        int width = 0;
        for (; end < text_.size() && (text_[end] == ' ' || text_[end] == '\t'); ++end) {
            width = text_[end] == '\t' ? (width & ~7) + 8 : width + 1;
        }
        if (end < text_.size() && text_[end] == '\n') {
            ++line_;
            at_ = end + 1;
            if (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != '\t' &&
                text_[at_] != '\n') {
                break;
            }
            out.push_back('\n');
            continue;
        }
        if (end > at_) {
            indent = width;
            at_ = end;
            if (first_indent != 0) {
                if (width < first_indent) {
                    break;
                }
                out.append(static_cast<std::size_t>(width - first_indent), ' ');
            }
            continue;
        }
        std::string_view line = rest_of_line();
        at_ += line.size();
        while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) {
            line.remove_suffix(1);
        }
        out.append(line);
        if (first_indent == 0) {
            first_indent = indent;
        }
    }
    return {TokenKind::help_text, tree_.text.keep(out), nullptr};
}

}  // namespace kconfig
