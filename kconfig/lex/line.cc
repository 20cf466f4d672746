// SPDX-License-Identifier: GPL-2.0
// Scanning of whole lines, for all that is plain to see: keywords, words, strings and operators.
#include "kconfig/base/scan.hh"
#include "kconfig/lex/lexer.hh"

namespace kconfig {

namespace {

struct Operator {
    TokenKind kind = TokenKind::end;  // none
    std::size_t size = 0;
};

// The operator that begins with these two characters.
Operator operator_of(char c, char after) {
    const auto with_equal = [&](TokenKind without, TokenKind with) {
        return after == '=' ? Operator{with, 2} : Operator{without, 1};
    };
    switch (c) {
        case '(':
            return {TokenKind::open_paren, 1};
        case ')':
            return {TokenKind::close_paren, 1};
        case '!':
            return with_equal(TokenKind::not_, TokenKind::unequal);
        case '<':
            return with_equal(TokenKind::less, TokenKind::less_equal);
        case '>':
            return with_equal(TokenKind::greater, TokenKind::greater_equal);
        case '=':
            return {TokenKind::equal, 1};
        case '&':
            return after == '&' ? Operator{TokenKind::and_, 2} : Operator();
        case '|':
            return after == '|' ? Operator{TokenKind::or_, 2} : Operator();
        default:
            return {};
    }
}

}  // namespace

// Passes blank lines and lines of comments only, before a statement.
const char* Lexer::skip_lines(const char* at) {
    for (;;) {
        while (is_blank(*at)) {
            ++at;
        }
        if (*at == '#') {
            const std::size_t end = text_.find('\n', static_cast<std::size_t>(at - text_.data()));
            if (end == std::string_view::npos) {
                return at;
            }
            at = text_.data() + end;
        }
        if (*at != '\n') {
            return at;
        }
        ++line_;
        ++at;
    }
}

// Scans up to the line's end, or to the first token that is not plain to see: one with a macro or
// an escape in it, an assignment, anything there is a message about. That one is scanned when its
// turn comes. Until then nobody looks at line_ and previous_, which are those of the last token
// here. The names are looked up last: where they are is a matter of chance, and all that the
// processor waits for comes at the same time.
void Lexer::scan_line() {
    next_ahead_ = end_ahead_ = 0;
    if (state_ != State::initial) {
        return;
    }
    const char* const text = text_.data();
    const char* at = text + at_;

    struct Word {
        std::uint32_t hash;
        Token* token;
    };

    if (ends_statement(previous_)) {
        at = skip_lines(at);
        begin_statement();
    }
    std::array<Word, std::tuple_size_v<decltype(ahead_)>> words;
    std::size_t word_count = 0;
    std::size_t count = 0;
    while (count < ahead_.size()) {
        while (is_blank(*at)) {
            ++at;
        }
        const char c = *at;
        std::size_t size = 1;
        Token& token = ahead_[count];
        token.name = nullptr;
        if (kWordChars[static_cast<unsigned char>(c)]) {
            size = word_length(at);
            if (at[size] == '$') {
                break;
            }
            token.kind = short_keyword(at, size);
            if (token.kind == TokenKind::word) {
                Word& word = words[word_count++];
                word.hash = NameTable::hash_at({at, size});
                word.token = &token;
                tree_.names.expect(word.hash);
            }
        } else if (c == '\n') {
            token.kind = TokenKind::eol;
            ++line_;
        } else if (c == '"' || c == '\'') {
            token.kind = TokenKind::quoted;
            size = plain_length(at + 1) + 2;
            if (at[size - 1] != c) {
                break;
            }
            token.text = {at + 1, size - 2};
            at += size;
            ++count;
            continue;
        } else if (c == '#') {
            const std::size_t end = text_.find('\n', static_cast<std::size_t>(at - text));
            if (end == std::string_view::npos) {
                break;
            }
            at = text + end;
            continue;
        } else {
            const Operator found = operator_of(c, at[1]);
            // After a line's first word, "=" is an assignment.
            if (found.kind == TokenKind::end || (found.kind == TokenKind::equal && count < 2)) {
                break;
            }
            token.kind = found.kind;
            size = found.size;
        }
        token.text = {at, size};
        ++count;
        at += size;
        if (token.kind == TokenKind::eol) {
            break;
        }
    }
    at_ = static_cast<std::size_t>(at - text);
    for (std::size_t i = 0; i < word_count; ++i) {
        Token& token = *words[i].token;
        Name& name = tree_.names.intern_at(token.text, words[i].hash);
        token.kind = name.keyword != 0 ? static_cast<TokenKind>(name.keyword) : TokenKind::word;
        token.name = &name;
    }
    if (count > 0) {
        before_previous_ = count > 1 ? ahead_[count - 2].kind : previous_;
        previous_ = ahead_[count - 1].kind;
    }
    end_ahead_ = count;
}

}  // namespace kconfig
