// SPDX-License-Identifier: GPL-2.0
// Which paths of a tree are copied.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lkl::fs {

// True if `pattern` matches all of `text`. '*' and '?' match within a component, "**" across
// components, "[a-z]" and "[!a-z]" one byte, '\' takes the next byte as it is. Bytes, no locale.
bool glob_match(std::string_view pattern, std::string_view text);

// An ordered list of --include and --exclude. The last rule that matches a path decides. A path
// that no rule matches is copied, unless the first rule is an include: then only what a rule
// includes is copied, together with what lies below it. Directories are walked through as long as
// something below may be included.
class Selection {
  public:
    void include(std::string pattern) { add(std::move(pattern), true); }

    void exclude(std::string pattern) { add(std::move(pattern), false); }

    enum class Verdict {
        take,
        skip,          // neither it nor anything below
        pass_through,  // a directory that itself is not wanted, but things below it may be
    };

    // `path` is relative to the source's root. A pattern with '/' (other than at its end) matches
    // whole paths, one without matches names in any directory; one that ends in '/' matches
    // directories only.
    [[nodiscard]] Verdict judge(std::string_view path, bool directory) const;

    [[nodiscard]] bool empty() const { return rules_.empty(); }

  private:
    struct Rule {
        std::string pattern;
        bool includes;
        bool whole_path;
        bool directories_only;
    };

    void add(std::string pattern, bool includes);
    [[nodiscard]] static bool matches(const Rule& rule, std::string_view path, bool directory);

    std::vector<Rule> rules_;
};

}  // namespace lkl::fs
