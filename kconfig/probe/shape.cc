// SPDX-License-Identifier: GPL-2.0
// Which shell commands can be answered from memory.
#include <algorithm>
#include <array>

#include "kconfig/base/text.hh"
#include "kconfig/probe/probe.hh"

namespace kconfig {

namespace {

// A piece of a command: a word, or an operator that ends a simple command.
struct Piece {
    std::string text;
    bool is_operator = false;
    bool is_target = false;  // the file of a redirection
    bool is_written = false;
};

constexpr std::string_view kOperators = ";|&(){}\n";

// Splits a command; false where it does things that cannot be followed.
bool split(std::string_view command, std::vector<Piece>& out) {
    std::string word;
    bool in_word = false;
    bool followed = true;
    bool is_target = false;
    bool is_written = false;
    const auto end_word = [&] {
        if (in_word) {
            out.push_back({word, false, is_target, is_target && is_written});
            is_target = false;
        }
        word.clear();
        in_word = false;
    };
    for (std::size_t i = 0; i < command.size(); ++i) {
        const char c = command[i];
        if (c == '\'') {
            const std::size_t end = command.find('\'', i + 1);
            if (end == std::string_view::npos) {
                return false;
            }
            word.append(command.substr(i + 1, end - i - 1));
            in_word = true;
            i = end;
        } else if (c == '"') {
            in_word = true;
            for (++i; i < command.size() && command[i] != '"'; ++i) {
                if (command[i] == '\\' && i + 1 < command.size()) {
                    ++i;
                } else if (command[i] == '`' ||
                           (command[i] == '$' && command.substr(i, 2) == "$(")) {
                    followed = false;
                }
                word.push_back(command[i]);
            }
            if (i >= command.size()) {
                return false;
            }
        } else if (c == '\\' && i + 1 < command.size()) {
            word.push_back(command[++i]);
            in_word = true;
        } else if (is_blank(c)) {
            end_word();
        } else if (c == '<' || c == '>') {
            if (std::all_of(word.begin(), word.end(), is_digit)) {
                in_word = false;  // "2>" is no word
            }
            end_word();
            is_target = true;
            is_written = c == '>';
            while (i + 1 < command.size() && (command[i + 1] == '>' || command[i + 1] == '&')) {
                ++i;  // ">>" and "2>&1" are no ends of a command
                is_written = command[i] == '>';
            }
        } else if (kOperators.find(c) != std::string_view::npos) {
            if (c == '{' || c == '}') {  // reserved words only where they stand alone
                if (in_word || (i + 1 < command.size() && !is_space(command[i + 1]) &&
                                command[i + 1] != ';')) {
                    word.push_back(c);
                    in_word = true;
                    continue;
                }
            }
            end_word();
            const bool is_pipe = c == '|' && command.substr(i, 2) != "||";
            if ((c == '|' || c == '&') && i + 1 < command.size() && command[i + 1] == c) {
                ++i;
            }
            out.push_back({std::string(1, is_pipe ? '|' : ';'), true});
        } else {
            const bool globs = c == '*' || c == '?' || c == '[';
            const bool alone =
                c == '[' && !in_word && (i + 1 == command.size() || is_space(command[i + 1]));
            const bool substitutes = c == '`' || (c == '$' && command.substr(i, 2) == "$(");
            followed = followed && !(globs && !alone) && !substitutes && c != '~';
            word.push_back(c);
            in_word = true;
        }
    }
    end_word();
    return followed;
}

constexpr std::array<std::string_view, 31> kPlain = {
    ":",    "[",    "awk",   "cat",  "command", "cut",  "echo", "egrep", "elif",   "else", "env",
    "exit", "expr", "false", "fi",   "grep",    "head", "if",   "mkdir", "printf", "rm",   "sed",
    "set",  "sort", "tail",  "test", "then",    "tr",   "trap", "true",  "uniq"};

// Reserved words after which another command begins.
constexpr std::array<std::string_view, 7> kPrefixes = {"if", "then", "else",   "elif",
                                                       "!",  "env",  "command"};

constexpr std::array<std::string_view, 12> kReaders = {
    "awk", "cat", "cut", "egrep", "grep", "head", "sed", "sort", "tail", "tr", "uniq", "read"};

constexpr std::array<std::string_view, 25> kTools = {
    "gcc",     "cc",      "clang",        "g++",         "clang++", "cpp",     "ld",
    "as",      "nm",      "ar",           "objcopy",     "objdump", "readelf", "strip",
    "ld.bfd",  "ld.lld",  "ld.gold",      "rustc",       "bindgen", "pahole",  "ccache",
    "llvm-ar", "llvm-nm", "llvm-objcopy", "llvm-readelf"};

template <typename Set>
bool is_one_of(const Set& set, std::string_view word) {
    return std::find(set.begin(), set.end(), word) != set.end();
}

// x86_64-linux-gnu-gcc-12 counts as gcc.
bool is_tool(std::string_view word) {
    word = word.substr(word.rfind('/') + 1);
    while (!word.empty() && (is_digit(word.back()) || word.back() == '.')) {
        word.remove_suffix(1);
    }
    if (word.ends_with('-')) {
        word.remove_suffix(1);
    }
    return std::any_of(kTools.begin(), kTools.end(), [&](std::string_view tool) {
        return word == tool || (word.size() > tool.size() && word.ends_with(tool) &&
                                word[word.size() - tool.size() - 1] == '-');
    });
}

bool is_assignment(std::string_view word) {
    const std::size_t equal = word.find('=');
    return equal != std::string_view::npos && equal > 0 &&
           std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equal),
                       [](char c) { return is_word_char(c) && c != '-'; });
}

bool is_script(std::string_view word) {
    return word.find('/') != std::string_view::npos && word.ends_with(".sh");
}

}  // namespace

std::string with_variables(Host& host, std::string_view command) {
    if (command.find('$') == std::string_view::npos) {
        return std::string(command);
    }
    const auto is_name_char = [](char c) { return is_word_char(c) && c != '-'; };
    const auto is_plain = [&](char c) {
        return is_word_char(c) || c == '/' || c == '.' || c == '+';
    };
    std::string out;
    bool quoted = false;
    for (std::size_t at = 0; at < command.size(); ++at) {
        const char c = command[at];
        quoted = quoted != (c == '\'');
        if (c == '\\' && !quoted && at + 1 < command.size()) {
            out.append(command.substr(at++, 2));
            continue;
        }
        std::size_t end = at + 1;
        while (c == '$' && !quoted && end < command.size() && is_name_char(command[end])) {
            ++end;
        }
        const std::string name(command.substr(at + 1, end - at - 1));
        const char* const value =
            name.empty() || is_digit(name.front()) ? nullptr : host.env(name.c_str());
        const std::string_view word = value != nullptr ? value : "";
        if (word.empty() || !std::all_of(word.begin(), word.end(), is_plain) ||
            command.find(name + '=') != std::string_view::npos) {
            out.push_back(c);
            continue;
        }
        out.append(word);
        at = end - 1;
    }
    return out;
}

std::vector<std::string> shell_words(std::string_view command) {
    std::vector<Piece> pieces;
    split(command, pieces);
    std::vector<std::string> words;
    for (Piece& piece : pieces) {
        if (!piece.is_operator) {
            words.push_back(std::move(piece.text));
        }
    }
    return words;
}

bool is_understood(std::string_view command, bool piped_input) {
    std::vector<Piece> pieces;
    if (!split(command, pieces)) {
        return false;
    }
    bool at_command = true;
    bool behind_pipe = false;
    bool reads = false;
    std::string_view before;
    for (const Piece& piece : pieces) {
        if (piece.is_operator) {
            at_command = true;
            behind_pipe = piece.text == "|";
            reads = false;
            continue;
        }
        const std::string_view word = piece.text;
        if (piece.is_target) {
            if (piece.is_written && word != "/dev/null") {
                return false;  // the file is to be there after each run
            }
            continue;
        }
        if (at_command) {
            if (word == "-v" && before == "command") {
                at_command = false;  // it only says where the program is
                continue;
            }
            before = word;
            if (is_assignment(word) || is_one_of(kPrefixes, word)) {
                continue;
            }
            if (!is_one_of(kPlain, word) && !is_tool(word) && !is_script(word)) {
                return false;
            }
            at_command = false;
            reads = is_one_of(kReaders, word);
            if (reads && piped_input && !behind_pipe) {
                return false;
            }
        } else if (word == "-" && piped_input && !behind_pipe) {
            return false;
        }
    }
    return true;
}

}  // namespace kconfig
