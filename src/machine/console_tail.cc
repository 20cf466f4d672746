// SPDX-License-Identifier: GPL-2.0
#include "machine/console_tail.hh"

#include <algorithm>

namespace lkl {
namespace {

constexpr std::size_t kKept = 65536;

// Cut to what is kept, whole lines where possible.
std::string cut(const std::string& text) {
    if (text.size() <= kKept) {
        return text;
    }
    const std::size_t start = text.size() - kKept;
    const std::size_t line = text.find('\n', start - 1);
    return text.substr(line == std::string::npos ? start : line + 1);
}

}  // namespace

void ConsoleTail::append(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    text_.append(text);
    // Cutting rarely keeps appending cheap.
    if (text_.size() > 2 * kKept) {
        text_ = cut(text_);
    }
}

std::string ConsoleTail::text() const {
    const std::scoped_lock lock(mutex_);
    return cut(text_);
}

}  // namespace lkl
