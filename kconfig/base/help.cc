// SPDX-License-Identifier: GPL-2.0
// Reading of help texts.
#include "kconfig/base/help.hh"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "kconfig/base/scan.hh"
#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

// The blanks that a line begins with, as a number to compare others with.
class Indentation {
  public:
    Indentation() = default;

    // What is from @p begin on in @p text: nothing where that is too long for a number.
    Indentation(std::string_view text, std::size_t begin) {
        const std::string_view blanks = text.substr(begin);
        if (!blanks.empty() && blanks.size() < sizeof blanks_) {
            size_ = blanks.size();
            std::memcpy(&blanks_, blanks.data(), size_);
            std::memset(&mask_, 0xff, size_);
        }
    }

    // Whether the line at @p begin has just these, and something behind them.
    bool begins(std::string_view text, std::size_t begin) const {
        if (size_ == 0 || text.size() - begin < sizeof blanks_) {
            return false;
        }
        std::uint64_t start = 0;
        std::memcpy(&start, text.data() + begin, sizeof start);
        const char next = text[begin + size_];
        // Not one by one: each alone is hard to foresee.
        return ((start & mask_) == blanks_) & !is_blank(next) & (next != '\n');
    }

  private:
    std::uint64_t blanks_ = 0;
    std::uint64_t mask_ = 0;
    std::size_t size_ = 0;
};

void append_line(std::string* out, std::string_view line) {
    if (out == nullptr) {
        return;
    }
    while (!line.empty() && is_blank(line.back())) {
        line.remove_suffix(1);
    }
    out->append(line);
}

// Goes on behind the end of a line; true where the text is over, since something follows in the
// first column.
bool pass_newline(std::string_view text, std::size_t at, HelpExtent& help) {
    ++help.lines;
    help.kept_end = help.end;
    help.end = at + 1;
    return help.end < text.size() && !is_blank(text[help.end]) && text[help.end] != '\n';
}

}  // namespace

HelpExtent read_help(std::string_view text, std::size_t begin, std::string* out) {
    HelpExtent help{begin, 0, 0};
    int first_indent = 0;
    int indent = 0;
    Indentation first;
    while (help.end < text.size()) {
        const std::size_t line = help.end;
        std::size_t at = line;
        if (out == nullptr && first.begins(text, at)) {
            // A line like the first one, of a text that nobody wants: only its end is looked for.
            const std::size_t end = find_newline(text, at);
            if (end != std::string_view::npos) {
                help.end = end;
                if (pass_newline(text, end, help)) {
                    return help;
                }
                continue;
            }
        }
        int width = 0;
        for (; at < text.size() && is_blank(text[at]); ++at) {
            width = text[at] == '\t' ? (width & ~7) + 8 : width + 1;
        }
        if (at < text.size() && text[at] == '\n') {
            if (pass_newline(text, at, help)) {
                return help;
            }
            if (out != nullptr) {
                out->push_back('\n');
            }
            continue;
        }
        if (at > help.end) {
            indent = width;
            help.end = at;
            if (first_indent != 0) {
                if (width < first_indent) {
                    break;
                }
                if (out != nullptr) {
                    out->append(static_cast<std::size_t>(width - first_indent), ' ');
                }
            }
            if (at == text.size()) {
                break;
            }
        }
        const std::size_t end = std::min(text.find('\n', at), text.size());
        append_line(out, text.substr(at, end - at));
        help.end = end;
        if (first_indent == 0) {
            first_indent = indent;
            first = Indentation(text.substr(0, at), line);
        }
    }
    help.kept_end = help.end;
    return help;
}

}  // namespace kconfig
