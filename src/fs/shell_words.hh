// SPDX-License-Identifier: GPL-2.0
// The text side of `lkl shell`: words of a line, paths, and completions.
#pragma once

#include <lkl/result.hh>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::fs {

struct ShellWord {
    std::string text;
    bool pattern = false;  // has *, ? or [ outside of quotes

    friend bool operator==(const ShellWord&, const ShellWord&) = default;
};

// Splits as a POSIX shell does: at blanks, with 'single' and "double" quotes and backslashes; what
// follows a # at the start of a word is a comment. Nothing is expanded. An error names an open
// quote.
Result<std::vector<ShellWord>> split_words(std::string_view line);

// The word that the end of `line` is in, without its quotes, and how many complete words come
// before it: what there is to complete.
struct UnfinishedWord {
    std::vector<ShellWord> before;
    std::string text;
    char quote = 0;  // the quote that is still open
};

UnfinishedWord unfinished_word(std::string_view line);

// `path` as seen from `directory` (absolute): absolute, without "." and "..", "//" and a slash at
// the end.
std::string resolve_path(std::string_view directory, std::string_view path);

// What to add to a word of which `typed` is there, so that it becomes one of `candidates` or, if
// there are several, their common beginning. Blanks and the like are escaped unless `quote` is
// open.
struct Completion {
    std::string insert;
    std::vector<std::string> choices;  // to be shown, when nothing can be inserted
};

Completion complete_word(std::string_view typed, const std::vector<std::string>& candidates,
                         char quote);

}  // namespace lkl::fs
