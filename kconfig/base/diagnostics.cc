// SPDX-License-Identifier: GPL-2.0
// Printing of messages about Kconfig files.
#include "kconfig/base/diagnostics.hh"

#include "kconfig/base/text.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

namespace {

// Line number @p line (from 1) of @p text, without its end.
std::string_view line_of(std::string_view text, int line) {
    for (int n = 1; n < line; ++n) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            return {};
        }
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

std::string_view name_of(const SourcePoint& at) {
    return at.file != nullptr ? std::string_view(at.file->name) : std::string_view("<none>");
}

}  // namespace

void Diagnostics::report(const SourcePoint& at, std::string_view message, std::string_view advice) {
    host_.err(cat(name_of(at), ':', at.line, ": ", message, '\n'));
    explain(at, advice);
}

void Diagnostics::warn(const SourcePoint& at, std::string_view message, std::string_view advice) {
    host_.err(cat(name_of(at), ':', at.line, ":warning: ", message, '\n'));
    explain(at, advice);
}

void Diagnostics::remember(const SourceFile* file, std::string_view text) {
    if (keeps_texts()) {
        texts_[file] = text;
    }
}

void Diagnostics::explain(const SourcePoint& at, std::string_view advice) {
    if (style_ != MessageStyle::rich) {
        return;
    }
    std::string out;
    if (const auto text = texts_.find(at.file); text != texts_.end()) {
        const std::string_view line = line_of(text->second, at.line);
        if (!line.empty()) {
            std::size_t column = at.column > 0 ? static_cast<std::size_t>(at.column - 1)
                                               : line.find_first_not_of(" \t");
            column = std::min(column, line.size());
            const std::string number = cat(at.line);
            append(out, "  ", number, " | ", line, '\n', std::string(2 + number.size(), ' '),
                   " | ");
            for (const char c : line.substr(0, column)) {
                out.push_back(c == '\t' ? '\t' : ' ');
            }
            out += "^\n";
        }
    }
    if (!advice.empty()) {
        append(out, "  = help: ", advice, '\n');
    }
    host_.err(out);
}

}  // namespace kconfig
