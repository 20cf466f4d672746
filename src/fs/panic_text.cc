// SPDX-License-Identifier: GPL-2.0
#include "fs/panic_text.hh"

namespace lkl::fs {
namespace {

// The start of the line that is `count` lines before the one that `at` is in.
std::size_t lines_before(const std::string& text, std::size_t at, int count) {
    std::size_t start = at;
    for (int i = 0; i <= count && start != 0; ++i) {
        const std::size_t end = text.rfind('\n', start - 1);
        if (end == std::string::npos) {
            return 0;
        }
        start = i == count ? end + 1 : end;
    }
    return start;
}

std::size_t lines_after(const std::string& text, std::size_t at, int count) {
    for (int i = 0; i < count && at != std::string::npos; ++i) {
        at = text.find('\n', at == text.size() ? at : at + 1);
    }
    return at == std::string::npos ? text.size() : at;
}

}  // namespace

std::string panic_text(const std::string& log) {
    constexpr int kBefore = 4;
    constexpr int kAfter = 8;
    const std::size_t panic = log.rfind("Kernel panic");
    std::string words;
    if (panic == std::string::npos) {
        words = log.substr(lines_before(log, log.size(), kBefore + kAfter));
    } else {
        const std::size_t begin = lines_before(log, panic, kBefore);
        words = log.substr(begin, lines_after(log, panic, kAfter) - begin);
    }
    words.erase(words.find_last_not_of('\n') + 1);
    return "the kernel in the library panicked; its last words:\n" + words;
}

}  // namespace lkl::fs
