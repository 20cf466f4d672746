// SPDX-License-Identifier: GPL-2.0
// Comments behind a fragment's values that say when they bind.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kconfig {

/// A version as far as fragments speak of it: major and minor.
using Version = std::pair<int, int>;

/// "6.12" and "6.12.3" as a version; nothing for other texts.
std::optional<Version> parse_version(std::string_view text);

/// What a line of an annotated fragment says.
struct Annotated {
    std::string text;       ///< The line without its comment and trailing blanks.
    bool applies = true;    ///< Its `since` or `until` admits the version.
    bool optional = false;  ///< Wished for: its absence is no error.
};

/// Takes a line apart: a comment behind a value (a '#' outside of quotes) may
/// be `since 6.5`, `until 6.4` or `optional`, with anything behind that; other
/// comments mean nothing. Nothing where the version of `since` or
/// `until` cannot be read.
std::optional<Annotated> parse_annotated(std::string_view line, Version version);

}  // namespace kconfig
