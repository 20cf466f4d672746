// SPDX-License-Identifier: GPL-2.0
// Reading of help texts.
#include "kconfig/base/help.hh"

#include <algorithm>

namespace kconfig {

namespace {

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

void append_line(std::string* out, std::string_view line) {
    if (out == nullptr) {
        return;
    }
    while (!line.empty() && is_blank(line.back())) {
        line.remove_suffix(1);
    }
    out->append(line);
}

}  // namespace

HelpExtent read_help(std::string_view text, std::size_t begin, std::string* out) {
    HelpExtent help{begin, 0, 0};
    int first_indent = 0;
    int indent = 0;
    while (help.end < text.size()) {
        std::size_t at = help.end;
        int width = 0;
        for (; at < text.size() && is_blank(text[at]); ++at) {
            width = text[at] == '\t' ? (width & ~7) + 8 : width + 1;
        }
        if (at < text.size() && text[at] == '\n') {
            ++help.lines;
            help.kept_end = help.end;
            help.end = at + 1;
            if (help.end < text.size() && !is_blank(text[help.end]) && text[help.end] != '\n') {
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
        }
    }
    help.kept_end = help.end;
    return help;
}

}  // namespace kconfig
