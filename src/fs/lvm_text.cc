// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm_text.hh"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lkl::fs {
namespace {

// LVM2 itself uses four levels; a text that goes on and on must not exhaust the stack.
constexpr unsigned kMostLevels = 16;
// Sections, names and values of a text: a hundred times what a thousand volumes need. Each takes
// far more memory than the two bytes that it may have in the text.
constexpr std::size_t kMostParts = std::size_t{1} << 20;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '.' || c == '/' || c == ':' || c == '@';
}

class Parser {
  public:
    Parser(std::string_view text, const std::string& path)
        : text_(text.substr(0, text.find('\0'))), path_(path) {}

    Result<LvmSection> parse() {
        LvmSection root;
        LKL_TRY_VOID(parse_into(root, 0));
        return root;
    }

  private:
    [[nodiscard]] Error wrong(const std::string& what) const {
        const auto line = 1 + std::count(text_.begin(), text_.begin() + position(), '\n');
        return Error::other("line " + std::to_string(line) + ": " + what,
                            "understand the LVM metadata of", path_);
    }

    [[nodiscard]] std::string_view::difference_type position() const {
        return static_cast<std::string_view::difference_type>(at_);
    }

    // The next character that means something, '\0' at the end.
    char peek() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                ++at_;
            } else {
                return c;
            }
        }
        return '\0';
    }

    std::string_view word() {
        const std::size_t start = at_;
        while (at_ < text_.size() && is_word(text_[at_])) {
            ++at_;
        }
        return text_.substr(start, at_ - start);
    }

    Result<void> parse_into(LvmSection& section, unsigned level) {
        if (level > kMostLevels) {
            return wrong("sections are nested too deeply");
        }
        for (char next = peek(); next != '\0'; next = peek()) {
            if (next == '}' && level > 0) {
                ++at_;
                return {};
            }
            const std::string name(word());
            if (name.empty()) {
                return wrong("a name is missing");
            }
            LKL_TRY_VOID(count_part());
            next = peek();
            ++at_;
            if (next == '{') {
                LvmSection& inner = section.sections.emplace_back();
                inner.name = name;
                LKL_TRY_VOID(parse_into(inner, level + 1));
            } else if (next == '=') {
                LvmSection::Entry& entry = section.entries.emplace_back();
                entry.name = name;
                LKL_TRY_VOID(parse_values(entry));
            } else {
                return wrong("neither a value nor a section follows the name " + name);
            }
        }
        if (level > 0) {
            return wrong("the section " + section.name + " does not end");
        }
        return {};
    }

    Result<void> parse_values(LvmSection::Entry& entry) {
        entry.is_list = peek() == '[';
        if (!entry.is_list) {
            LKL_TRY(LvmValue value, parse_value());
            entry.values.push_back(std::move(value));
            return {};
        }
        ++at_;
        while (peek() != ']') {
            LKL_TRY(LvmValue value, parse_value());
            entry.values.push_back(std::move(value));
            if (peek() == ',') {
                ++at_;
            } else if (peek() != ']') {
                return wrong("the list " + entry.name + " does not end");
            }
        }
        ++at_;
        return {};
    }

    Result<void> count_part() {
        return ++parts_ > kMostParts ? wrong("it has too many names and values") : Result<void>();
    }

    Result<LvmValue> parse_value() {
        LvmValue value;
        LKL_TRY_VOID(count_part());
        if (peek() == '"') {
            LKL_TRY(value.text, parse_string());
            return value;
        }
        value.text = word();
        if (value.text.empty()) {
            return wrong("a value is missing");
        }
        const char* end = value.text.data() + value.text.size();
        std::uint64_t number = 0;
        const auto parsed = std::from_chars(value.text.data(), end, number);
        if (parsed.ec == std::errc() && parsed.ptr == end) {
            value.number = number;
        }
        return value;
    }

    Result<std::string> parse_string() {
        std::string string;
        for (++at_; at_ < text_.size(); ++at_) {
            char c = text_[at_];
            if (c == '"') {
                ++at_;
                return string;
            }
            if (c == '\\' && at_ + 1 < text_.size()) {
                c = text_[++at_];
            }
            string += c;
        }
        return wrong("a string does not end");
    }

    std::string_view text_;
    const std::string& path_;
    std::size_t at_ = 0;
    std::size_t parts_ = 0;
};

}  // namespace

const LvmSection* LvmSection::section(std::string_view wanted) const {
    const auto found =
        std::find_if(sections.begin(), sections.end(),
                     [&](const LvmSection& section) { return section.name == wanted; });
    return found == sections.end() ? nullptr : &*found;
}

std::vector<LvmValue> LvmSection::list(std::string_view wanted) const {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& entry) { return entry.name == wanted; });
    return found == entries.end() ? std::vector<LvmValue>() : found->values;
}

std::optional<std::string> LvmSection::text(std::string_view wanted) const {
    for (const Entry& entry : entries) {
        if (entry.name == wanted && !entry.is_list && !entry.values.front().number) {
            return entry.values.front().text;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> LvmSection::number(std::string_view wanted) const {
    for (const Entry& entry : entries) {
        if (entry.name == wanted && !entry.is_list) {
            return entry.values.front().number;
        }
    }
    return std::nullopt;
}

Result<LvmSection> parse_lvm_text(std::string_view text, const std::string& path) {
    return Parser(text, path).parse();
}

}  // namespace lkl::fs
