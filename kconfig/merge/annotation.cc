// SPDX-License-Identifier: GPL-2.0
// Comments behind a fragment's values.
#include "kconfig/merge/annotation.hh"

#include <charconv>

#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Where the comment begins; npos without one.
std::size_t find_comment(std::string_view line) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quoted && line[i] == '\\') {
            ++i;
        } else if (line[i] == '"') {
            quoted = !quoted;
        } else if (line[i] == '#' && !quoted) {
            return i;
        }
    }
    return std::string_view::npos;
}

// The word at the front, taken away from @p text.
std::string_view take_word(std::string_view& text) {
    text = trimmed(text);
    const std::size_t end = text.find_first_of(" \t,;:");
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    return word;
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
    Version version;
    const char* const end = text.data() + text.size();
    const auto [dot, error] = std::from_chars(text.data(), end, version.first);
    if (error != std::errc() || dot == end || *dot != '.') {
        return std::nullopt;
    }
    const auto [rest, minor_error] = std::from_chars(dot + 1, end, version.second);
    if (minor_error != std::errc() || (rest != end && *rest != '.' && *rest != '-')) {
        return std::nullopt;
    }
    return version;
}

std::optional<Annotated> parse_annotated(std::string_view line, Version version) {
    Annotated out;
    const std::size_t comment = find_comment(line);
    out.text = trimmed(line.substr(0, comment));
    if (comment == std::string_view::npos || out.text.empty()) {
        // A comment by itself, such as "# CONFIG_X is not set", is a line as it stands.
        out.text = trimmed(line);
        return out;
    }
    std::string_view rest = line.substr(comment + 1);
    const std::string_view word = take_word(rest);
    out.optional = word == "optional";
    if (word != "since" && word != "until") {
        return out;
    }
    const std::optional<Version> bound = parse_version(take_word(rest));
    if (!bound) {
        return std::nullopt;
    }
    out.applies = word == "since" ? version >= *bound : version <= *bound;
    return out;
}

}  // namespace kconfig
