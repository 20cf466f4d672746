// SPDX-License-Identifier: GPL-2.0
#include "fs/pattern.hh"

#include <algorithm>

namespace lkl::fs {
namespace {

// Matches the set that starts after '[' against `byte`. On success `end` is past ']'; a '[' without
// its ']' is no set.
bool match_set(std::string_view pattern, unsigned char byte, std::size_t& end, bool& is_set) {
    std::size_t i = 0;
    const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
    i += negated ? 1 : 0;
    bool found = false;
    bool first = true;
    while (i < pattern.size() && (first || pattern[i] != ']')) {
        first = false;
        auto low = static_cast<unsigned char>(pattern[i]);
        auto high = low;
        if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
            high = static_cast<unsigned char>(pattern[i + 2]);
            i += 2;
        }
        found = found || (low <= byte && byte <= high);
        ++i;
    }
    is_set = i < pattern.size();
    end = i + 1;
    return found != negated;
}

// One step of the pattern against one byte; sets how much of the pattern it took.
bool match_one(std::string_view pattern, char byte, std::size_t& taken) {
    taken = 1;
    if (pattern[0] == '?') {
        return byte != '/';
    }
    if (pattern[0] == '[') {
        std::size_t end = 0;
        bool is_set = false;
        const bool found =
            match_set(pattern.substr(1), static_cast<unsigned char>(byte), end, is_set);
        if (is_set) {
            taken = end + 1;
            return found && byte != '/';
        }
        return byte == '[';
    }
    if (pattern[0] == '\\' && pattern.size() > 1) {
        taken = 2;
        return pattern[1] == byte;
    }
    return pattern[0] == byte;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
    while (!pattern.empty()) {
        if (pattern[0] == '*') {
            const bool across = pattern.size() > 1 && pattern[1] == '*';
            std::string_view rest = pattern.substr(across ? 2 : 1);
            if (across && !rest.empty() && rest[0] == '/' && glob_match(rest.substr(1), text)) {
                return true;  // "**/" also stands for no directory at all
            }
            for (std::size_t i = 0; i <= text.size(); ++i) {
                if (glob_match(rest, text.substr(i))) {
                    return true;
                }
                if (i < text.size() && text[i] == '/' && !across) {
                    return false;
                }
            }
            return false;
        }
        std::size_t taken = 0;
        if (text.empty() || !match_one(pattern, text[0], taken)) {
            return false;
        }
        pattern.remove_prefix(taken);
        text.remove_prefix(1);
    }
    return text.empty();
}

void Selection::add(std::string pattern, bool includes) {
    Rule rule{std::move(pattern), includes, false, false};
    if (rule.pattern.size() > 1 && rule.pattern.back() == '/') {
        rule.pattern.pop_back();
        rule.directories_only = true;
    }
    rule.whole_path = rule.pattern.find('/') != std::string::npos;
    if (!rule.pattern.empty() && rule.pattern.front() == '/') {
        rule.pattern.erase(0, 1);
    }
    rules_.push_back(std::move(rule));
}

bool Selection::matches(const Rule& rule, std::string_view path, bool directory) {
    if (rule.directories_only && !directory) {
        return false;
    }
    if (rule.whole_path) {
        return glob_match(rule.pattern, path);
    }
    const std::size_t slash = path.rfind('/');
    return glob_match(rule.pattern,
                      slash == std::string_view::npos ? path : path.substr(slash + 1));
}

Selection::Verdict Selection::judge(std::string_view path, bool directory) const {
    if (rules_.empty()) {
        return Verdict::take;
    }
    bool taken = !rules_.front().includes;
    // What holds for a directory holds for what is below it, until a rule says otherwise.
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
        const bool whole = end == std::string_view::npos;
        const std::string_view part = whole ? path : path.substr(0, end);
        for (const Rule& rule : rules_) {
            if (matches(rule, part, whole ? directory : true)) {
                taken = rule.includes;
            }
        }
        if (whole) {
            break;
        }
    }
    if (taken) {
        return Verdict::take;
    }
    const bool may_include =
        std::any_of(rules_.begin(), rules_.end(), [](const Rule& rule) { return rule.includes; });
    return directory && may_include ? Verdict::pass_through : Verdict::skip;
}

}  // namespace lkl::fs
