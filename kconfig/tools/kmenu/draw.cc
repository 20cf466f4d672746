// SPDX-License-Identifier: GPL-2.0
// The screen with the menu and the pane below it.
#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/tools/kmenu/ui.hh"

namespace kconfig::kmenu {

namespace {

// The longest that fits is shown.
constexpr std::string_view kHints[] = {
    "<Enter> open  <Space> toggle  y/m/n set  ? help  / search  z hidden  u undo  c changes  "
    "s save  l load  q quit",
    "Space y m n set  ? help  / search  z hidden  u undo  c changes  s save  q quit",
    "Space y m n  ? help  / search  u undo  q quit",
    "? help  q quit",
};

// Breaks a line between words; what goes on is indented below it.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> out;
    std::string rest = text;
    const std::size_t indent = std::min(text.find_first_not_of(' '), text.size()) + 4;
    while (rest.size() > width && width > 2 * indent) {
        std::size_t end = rest.rfind(' ', width);
        if (end == std::string::npos || end <= indent) {
            end = width;
        }
        out.push_back(rest.substr(0, end));
        rest = cat(std::string(indent, ' '), rest.substr(rest[end] == ' ' ? end + 1 : end));
    }
    out.push_back(std::move(rest));
    return out;
}

}  // namespace

void Ui::draw_rows(int top, int bottom) {
    const std::vector<Row>& rows = model_.rows();
    const auto height = static_cast<std::size_t>(std::max(1, bottom - top));
    list_top_ = top;
    list_height_ = static_cast<int>(height);
    if (cursor_ < first_) {
        first_ = cursor_;
    } else if (cursor_ >= first_ + height) {
        first_ = cursor_ - height + 1;
    }
    for (std::size_t i = 0; i < height && first_ + i < rows.size(); ++i) {
        const Row& row = rows[first_ + i];
        const bool selected = first_ + i == cursor_;
        const Style style = selected ? Style::selected : row.hidden ? Style::hidden : Style::normal;
        const int y = top + static_cast<int>(i);
        screen_.put(y, 2, cat(std::string(row.indent, ' '), row.text), style);
    }
    if (first_ > 0) {
        screen_.put(top, screen_.width() - 3, "^^^", Style::key);
    }
    if (first_ + height < rows.size()) {
        screen_.put(bottom - 1, screen_.width() - 3, "vvv", Style::key);
    }
    if (rows.empty()) {
        screen_.put(top, 2, "(nothing to see here: z shows hidden entries)");
    }
}

void Ui::draw_pane(int top, int bottom) {
    screen_.line(top);
    if (!message_.empty()) {
        screen_.put(top, 2, cat(' ', message_, ' '), Style::warning);
    }
    const Row* const row = current();
    if (row == nullptr) {
        return;
    }
    const auto width = static_cast<std::size_t>(std::max(1, screen_.width() - 2));
    int y = top + 1;
    for (const std::string& line : model_.explain(*row->node, with_preview_)) {
        for (const std::string& piece : wrapped(line, width)) {
            if (y < bottom) {
                screen_.put(y++, 1, piece, Style::pane);
            }
        }
    }
}

void Ui::draw() {
    screen_.clear();
    const int width = screen_.width();
    const int height = screen_.height();
    screen_.fill(0, 0, width, Style::title);
    screen_.put(0, 1,
                cat(model_.evaluator().tree().root.prompt->text, "  -  ", config_,
                    model_.modified() ? " (modified)" : ""),
                Style::title);
    const std::string path = model_.path();
    screen_.put(1, 1, path.empty() ? "> Main menu" : cat("> ", path), Style::key);
    const int pane = height >= 20 ? std::min(10, height / 3) : 0;
    const int bottom = height - 1 - pane;
    draw_rows(2, bottom);
    if (pane > 0) {
        draw_pane(bottom, height - 1);
    } else if (!message_.empty()) {
        screen_.put(1, 1, message_, Style::warning);
    }
    for (const std::string_view hints : kHints) {
        if (static_cast<int>(hints.size()) < width) {
            screen_.put(height - 1, 0, hints, Style::key);
            break;
        }
    }
    screen_.cursor(list_top_ + static_cast<int>(cursor_ - first_), 2, false);
    screen_.show();
}

}  // namespace kconfig::kmenu
