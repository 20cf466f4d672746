// SPDX-License-Identifier: GPL-2.0
#include "fs/shell_words.hh"

#include <algorithm>

namespace lkl::fs {
namespace {

constexpr std::string_view kPattern = "*?[";
constexpr std::string_view kSpecial = " \t'\"\\*?[]#";

// Takes a line apart, byte by byte.
class Splitter {
  public:
    void take(char byte) {
        if (escaped_) {
            escaped_ = false;
            add(byte);
        } else if (quote_ != 0) {
            in_quotes(byte);
        } else if (byte == ' ' || byte == '\t') {
            end_word();
        } else if (byte == '\\') {
            escaped_ = in_word_ = true;
        } else if (byte == '\'' || byte == '"') {
            quote_ = byte;
            in_word_ = true;
        } else if (byte == '#' && !in_word_) {
            comment_ = true;
        } else {
            word_.pattern = word_.pattern || kPattern.find(byte) != std::string_view::npos;
            add(byte);
        }
    }

    void end_word() {
        if (in_word_) {
            words_.push_back(std::move(word_));
        }
        word_ = {};
        in_word_ = false;
    }

    [[nodiscard]] bool comment() const { return comment_; }

    [[nodiscard]] char quote() const { return quote_; }

    [[nodiscard]] std::vector<ShellWord>& words() { return words_; }

    [[nodiscard]] const std::string& word() const { return word_.text; }

  private:
    void in_quotes(char byte) {
        if (byte == quote_) {
            quote_ = 0;
        } else if (byte == '\\' && quote_ == '"') {
            escaped_ = true;
        } else {
            add(byte);
        }
    }

    void add(char byte) {
        word_.text += byte;
        in_word_ = true;
    }

    std::vector<ShellWord> words_;
    ShellWord word_;
    bool in_word_ = false;
    bool escaped_ = false;
    bool comment_ = false;
    char quote_ = 0;
};

Splitter split(std::string_view line) {
    Splitter splitter;
    for (const char byte : line) {
        splitter.take(byte);
        if (splitter.comment()) {
            break;
        }
    }
    return splitter;
}

std::string escape(std::string_view text, char quote) {
    std::string escaped;
    for (const char byte : text) {
        const bool special = quote == 0     ? kSpecial.find(byte) != std::string_view::npos
                             : quote == '"' ? byte == '"' || byte == '\\'
                                            : false;
        if (special) {
            escaped += '\\';
        }
        escaped += byte;
    }
    return escaped;
}

}  // namespace

Result<std::vector<ShellWord>> split_words(std::string_view line) {
    Splitter splitter = split(line);
    if (splitter.quote() != 0) {
        return Error::other(std::string("the quote ") + splitter.quote() + " is not closed", "read",
                            std::string(line));
    }
    splitter.end_word();
    return std::move(splitter.words());
}

UnfinishedWord unfinished_word(std::string_view line) {
    Splitter splitter = split(line);
    return {std::move(splitter.words()), splitter.word(), splitter.quote()};
}

std::string resolve_path(std::string_view directory, std::string_view path) {
    std::string whole(path.substr(0, 1) == "/" ? "" : directory);
    whole.append("/").append(path);
    std::string resolved;
    for (std::string_view rest = whole; !rest.empty();) {
        const std::size_t end = rest.find('/');
        const std::string_view part = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (part == "..") {
            resolved.erase(resolved.empty() ? 0 : resolved.rfind('/'));
        } else if (!part.empty() && part != ".") {
            resolved.append("/").append(part);
        }
    }
    return resolved.empty() ? "/" : resolved;
}

Completion complete_word(std::string_view typed, const std::vector<std::string>& candidates,
                         char quote) {
    std::vector<std::string> matching;
    for (const std::string& candidate : candidates) {
        if (std::string_view(candidate).substr(0, typed.size()) == typed) {
            matching.push_back(candidate);
        }
    }
    Completion completion;
    if (matching.empty()) {
        return completion;
    }
    std::string common = matching.front();
    for (const std::string& one : matching) {
        const auto end = std::mismatch(common.begin(), common.end(), one.begin(), one.end()).first;
        common.erase(end, common.end());
    }
    completion.insert = escape(std::string_view(common).substr(typed.size()), quote);
    if (matching.size() > 1 && completion.insert.empty()) {
        completion.choices = std::move(matching);
    } else if (matching.size() == 1 && common.back() != '/') {
        completion.insert += quote == 0 ? std::string(" ") : std::string{quote, ' '};
    }
    return completion;
}

}  // namespace lkl::fs
