// SPDX-License-Identifier: GPL-2.0
// The lexer: Kconfig files to tokens, across source statements.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kconfig/base/diagnostics.hh"
#include "kconfig/base/file_text.hh"
#include "kconfig/base/scan.hh"
#include "kconfig/lex/token.hh"
#include "kconfig/macro/expander.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

/// Reads tokens. Words and strings come out with their macros expanded.
class Lexer {
  public:
    Lexer(Tree& tree, Diagnostics& diagnostics, ShellRunner shell);

    /// Opens the first file: "can't find file" makes the input unusable.
    void open(std::string_view name);

    /// Goes on with another file until its end (the source statement).
    void source(std::string_view name);

    /// The next token, until the next call. After a fatal error: the end.
    const Token& next() {
        return next_ahead_ != end_ahead_ && !diagnostics_.fatal() ? ahead_[next_ahead_++]
                                                                  : next_line();
    }

    /// The following token is a help text.
    void start_help() { state_ = State::help; }

    /// Expanding may run commands, and those may make files.
    MacroExpander& macros() {
        reader_.forget();
        return macros_;
    }

    /// File and line of the statement that is being parsed, for messages.
    SourcePoint statement() const {
        return {tree_.profile().is_6_1() ? statement_file_ : file_, statement_line_, 0};
    }

    /// The same for entries and properties: the file is the one being read now.
    SourcePoint place() const { return {file_, statement_line_, 0}; }

    /// The statement with the column of the last token, for errors.
    SourcePoint token_point() const;

    /// The file that is being read: null after the end in 6.1.
    const SourceFile* file() const { return file_; }

  private:
    enum class State { initial, assign_value, help };

    struct Open {
        FileText file_text;
        std::string_view text;
        std::size_t at = 0;
        int line = 0;
        SourceFile* file = nullptr;
        int source_line = 0;
    };

    // Most keywords are found here. One whose place is taken by another is found by its name.
    struct ShortKeyword {
        ShortWord word;
        TokenKind kind = TokenKind::word;
    };

    TokenKind short_keyword(const char* at, std::size_t size) const {
        if (size > ShortWord::kSize) {
            return TokenKind::word;
        }
        const ShortWord word(at, size);
        const ShortKeyword& keyword = keywords_[word.slot()];
        return keyword.word == word ? keyword.kind : TokenKind::word;
    }

    const Token& next_line();
    void scan_line();
    const char* skip_lines(const char* at);
    void add_keyword(std::string_view text, TokenKind kind);

    void begin_statement() {
        statement_file_ = file_;
        statement_line_ = line_;
    }

    // These fill the token, whose members are as Token() makes them.
    bool scan(Token& token);
    bool scan_unusual(Token& token);
    bool scan_macro_word(Token& token);
    void scan_string(Token& token, char quote);
    void scan_assign_value(Token& token);
    void scan_help(Token& token);
    void end_of_file(Token& token);
    void skip_blanks();
    std::string_view rest_of_line() const;
    std::optional<FileText> load(std::string_view name);
    void enter(SourceFile* file, FileText text);
    void leave();
    void recursive_inclusion(std::string_view name);
    void recursive_inclusion_6_1(const SourceFile& file);

    Tree& tree_;
    Diagnostics& diagnostics_;
    SourceReader reader_;
    MacroExpander macros_;
    State state_ = State::initial;
    FileText file_text_;
    std::string_view text_ = "";  // a NUL follows it: loops over characters end there
    std::size_t at_ = 0;
    std::size_t token_at_ = 0;
    int line_ = 1;
    SourceFile* file_ = nullptr;
    const SourceFile* statement_file_ = nullptr;
    int statement_line_ = 0;
    TokenKind previous_ = TokenKind::eol;
    TokenKind before_previous_ = TokenKind::eol;
    std::vector<Open> open_;
    Token token_;
    std::array<ShortKeyword, ShortWord::kSlots> keywords_;
    std::array<Token, 16> ahead_;  // scanned already
    std::size_t next_ahead_ = 0;
    std::size_t end_ahead_ = 0;
    std::vector<FileText> spare_;  // memory for the next files
    std::string scratch_;
};

}  // namespace kconfig
