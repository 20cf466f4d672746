// SPDX-License-Identifier: GPL-2.0
// The screen with the menu and the pane below it.
#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/tools/kmenu/ui.hh"

namespace kconfig::kmenu {

namespace {

constexpr std::string_view kHints =
    "<Enter> open  <Space> toggle  y/m/n set  ? help  / search  z hidden  u undo  c changes  "
    "s save  l load  q quit";

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
    if (row == nullptr || row->node->sym == nullptr) {
        return;
    }
    int y = top + 1;
    for (const std::string& line : model_.explain(*row->node, with_preview_)) {
        if (y >= bottom) {
            break;
        }
        screen_.put(y++, 1, line, Style::pane);
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
    screen_.put(height - 1, 0,
                std::string(kHints).substr(0, static_cast<std::size_t>(std::max(0, width - 1))),
                Style::key);
    screen_.cursor(list_top_ + static_cast<int>(cursor_ - first_), 2, false);
    screen_.show();
}

}  // namespace kconfig::kmenu
