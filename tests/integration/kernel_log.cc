// SPDX-License-Identifier: GPL-2.0
#include "kernel_log.hh"

#include <algorithm>
#include <array>

namespace lkl::testing {
namespace {

bool contains_any(std::string_view line, const std::vector<std::string>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [line](const std::string& pattern) {
        return line.find(pattern) != std::string_view::npos;
    });
}

template <typename F>
std::vector<std::string> select_lines(std::string_view text, F wanted) {
    std::vector<std::string> result;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (wanted(line)) {
            result.emplace_back(line);
        }
    }
    return result;
}

}  // namespace

void KernelLog::append(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    text_.append(text);
}

std::string KernelLog::text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
}

std::vector<std::string> complaints_on_console(std::string_view console,
                                               const std::vector<std::string>& expected) {
    static const std::vector<std::string> kBad = {
        "WARNING:",
        "BUG:",
        "BUG at",
        "Oops",
        "Call Trace",
        "Kernel panic",
        "cut here",
        "INFO: possible",
        "INFO: task",
        "INFO: rcu",
        "possible circular",
        "inconsistent lock state",
        "suspicious RCU",
        "UBSAN:",
        "KASAN:",
        "general protection fault",
        "stack end overwritten",
        "scheduling while atomic",
        "lkl: cannot",
    };
    return select_lines(console, [&](std::string_view line) {
        return contains_any(line, kBad) && !contains_any(line, expected);
    });
}

std::vector<std::string> complaints_in_records(std::string_view records,
                                               const std::vector<std::string>& expected) {
    // Lockdep presents itself with the priority of a warning.
    static const std::vector<std::string> kHarmless = {
        "Lock dependency validator: Copyright",
        "... MAX_LOCK",
        "... CLASSHASH_SIZE:",
        "... CHAINHASH_SIZE:",
        " memory used by lock dependency info:",
        " memory used for stack traces:",
        " per task-struct memory footprint:",
    };
    return select_lines(records, [&](std::string_view line) {
        // "<N>": facility * 8 + level. A record's further lines have none; the first tells of it.
        unsigned priority = 0;
        std::size_t at = 1;
        while (at < line.size() && line[at] >= '0' && line[at] <= '9') {
            priority = priority * 10 + static_cast<unsigned>(line[at++] - '0');
        }
        constexpr unsigned kWarning = 4;
        return line.starts_with('<') && at > 1 && at < line.size() && line[at] == '>' &&
               priority % 8 <= kWarning && !contains_any(line, expected) &&
               !contains_any(line, kHarmless);
    });
}

}  // namespace lkl::testing
