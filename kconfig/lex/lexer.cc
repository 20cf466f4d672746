// SPDX-License-Identifier: GPL-2.0
// Scanning of tokens.
#include "kconfig/lex/lexer.hh"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>

#include "kconfig/base/help.hh"
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

#ifdef __SSE2__

// Which of sixteen bytes are characters of words, as bits.
unsigned word_chars(__m128i bytes) {
    const auto within = [](__m128i value, char first, char last) {
        const __m128i offset = _mm_sub_epi8(value, _mm_set1_epi8(first));
        const __m128i width = _mm_set1_epi8(static_cast<char>(last - first));
        return _mm_cmpeq_epi8(_mm_min_epu8(offset, width), offset);
    };
    const __m128i letters = within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i digits = within(bytes, '0', '9');
    const __m128i others = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')),
                                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
    return static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), others)));
}

// How long the word is that begins there. Up to kSlack bytes behind it are looked at.
std::size_t word_length(const char* begin) {
    std::size_t size = 0;
    for (;; size += 16) {
        const unsigned found = word_chars(
            _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(begin + size))));
        if (found != 0xffff) {
            return size + static_cast<std::size_t>(std::countr_one(found));
        }
    }
}

#else

std::size_t word_length(const char* begin) {
    std::size_t size = 0;
    while (kWordChars[static_cast<unsigned char>(begin[size])]) {
        ++size;
    }
    return size;
}

#endif

bool is_word_start(char c) {
    return kWordChars[static_cast<unsigned char>(c)] || c == '$';
}

// Where a string may end, or cannot stay as it is written.
constexpr std::array<bool, 256> kStringStops = [] {
    std::array<bool, 256> table{};
    for (const unsigned char c : std::string_view("\"'\\$\n\0", 6)) {
        table[c] = true;
    }
    return table;
}();

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

void Lexer::next(Token& token) {
    do {
        token = Token();
        if (diagnostics_.fatal()) {
            return;
        }
        scan(token);
    } while (token.kind == TokenKind::eol && ends_statement(previous_));
    if (diagnostics_.fatal()) {
        token = Token();
        return;
    }
    if (ends_statement(previous_)) {
        statement_file_ = file_;
        statement_line_ = line_;
    }
    if (is_assignment(token.kind) && before_previous_ == TokenKind::eol &&
        previous_ == TokenKind::word) {
        state_ = State::assign_value;
    }
    before_previous_ = previous_;
    previous_ = token.kind;
}

void Lexer::scan(Token& token) {
    switch (state_) {
        case State::assign_value:
            scan_assign_value(token);
            return;
        case State::help:
            scan_help(token);
            return;
        case State::initial:
            scan_initial(token);
            return;
    }
}

void Lexer::skip_blanks() {
    const char* const text = text_.data();
    std::size_t at = at_;
    while (text[at] == ' ' || text[at] == '\t') {
        ++at;
    }
    at_ = at;
}

void Lexer::scan_initial(Token& token) {
    const auto op = [&](TokenKind kind, std::size_t length) {
        at_ += length;
        token.kind = kind;
    };
    while (!diagnostics_.fatal()) {
        skip_blanks();
        if (at_ >= text_.size()) {
            end_of_file(token);
            return;
        }
        const char c = text_[at_];
        token_at_ = at_;
        if (is_word_start(c)) {
            if (scan_word(token)) {
                return;
            }
            continue;  // it expanded to nothing
        }
        const char after = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        switch (c) {
            case '\n':
                ++line_;
                return op(TokenKind::eol, 1);
            case '#':
                at_ = std::min(text_.find('\n', at_), text_.size());
                continue;
            case '"':
            case '\'':
                ++at_;
                return scan_string(token, c);
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
}

std::string_view Lexer::rest_of_line() const {
    const std::string_view rest = text_.substr(at_);
    return rest.substr(0, rest.find('\n'));
}

// False for a word that expanded to nothing.
bool Lexer::scan_word(Token& token) {
    const std::size_t begin = at_;
    const char* const text = text_.data();
    const std::size_t size = word_length(text + begin);
    if (text[begin + size] == '$') {
        return scan_macro_word(token);
    }
    at_ = begin + size;
    Name& name = tree_.names.intern({text + begin, size});
    token.kind = name.keyword != 0 ? static_cast<TokenKind>(name.keyword) : TokenKind::word;
    token.name = &name;
    token.text = name.text;
    return true;
}

// A word with $ in it is never a keyword.
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
    const std::size_t begin = at_;
    token.kind = TokenKind::quoted;
    // Most strings have nothing to expand and can stay where they are.
    const char* const text = text_.data();
    std::size_t at = begin;
    while (!kStringStops[static_cast<unsigned char>(text[at])]) {
        ++at;
    }
    if (text[at] == quote) {
        at_ = at + 1;
        token.text = {text + begin, at - begin};
        return;
    }
    at_ = at;
    scan_rest_of_string(token, {text + begin, at - begin}, quote);
}

// The same from the first character on that cannot stay as it is.
void Lexer::scan_rest_of_string(Token& token, std::string_view begun, char quote) {
    std::string& out = scratch_;
    out.assign(begun);
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
