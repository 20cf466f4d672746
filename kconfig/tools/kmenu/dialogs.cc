// SPDX-License-Identifier: GPL-2.0
// Texts, questions and the search.
#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/tools/kmenu/ui.hh"

namespace kconfig::kmenu {

namespace {

constexpr std::size_t kFound = 200;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        std::string line = text.substr(at, end - at);
        for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t')) {
            line.replace(tab, 1, std::string(8 - tab % 8, ' '));
        }
        out.push_back(std::move(line));
        at = end == std::string::npos ? text.size() : end + 1;
    }
    return out;
}

}  // namespace

void Ui::show_text(const std::string& title, const std::string& text) {
    const std::vector<std::string> lines = lines_of(text);
    std::size_t first = 0;
    for (;;) {
        screen_.clear();
        screen_.fill(0, 0, screen_.width(), Style::title);
        screen_.put(0, 1, title, Style::title);
        const auto height = static_cast<std::size_t>(std::max(1, screen_.height() - 2));
        for (std::size_t i = 0; i < height && first + i < lines.size(); ++i) {
            screen_.put(1 + static_cast<int>(i), 1, lines[first + i]);
        }
        screen_.put(screen_.height() - 1, 0, "arrows scroll, q or ESC closes", Style::key);
        screen_.show();
        const std::size_t last = lines.size() > height ? lines.size() - height : 0;
        switch (screen_.key()) {
            case on_quit:
                interrupted_ = true;
                return;
            case 'q':
            case '?':
            case on_escape:
            case on_enter:
                return;
            case on_down:
            case on_wheel_down:
                first = std::min(first + 1, last);
                break;
            case on_up:
            case on_wheel_up:
                first -= first > 0 ? 1 : 0;
                break;
            case on_page_down:
            case ' ':
                first = std::min(first + height, last);
                break;
            case on_page_up:
                first -= std::min(first, height);
                break;
            default:
                break;
        }
    }
}

std::optional<std::string> Ui::ask(const std::string& question, const std::string& initial) {
    std::string text = initial;
    for (;;) {
        const int y = screen_.height() - 1;
        screen_.fill(y, 0, screen_.width(), Style::title);
        const std::string shown = cat(question, ": ", text);
        screen_.put(y, 0, shown, Style::title);
        screen_.cursor(y, std::min(static_cast<int>(shown.size()), screen_.width() - 1), true);
        screen_.show();
        const int key = screen_.key();
        if (key == on_quit) {
            interrupted_ = true;
            return std::nullopt;
        }
        if (key == on_escape) {
            return std::nullopt;
        }
        if (key == on_enter) {
            return text;
        }
        if (key == on_backspace) {
            if (!text.empty()) {
                text.pop_back();
            }
        } else if (key == 21) {  // Ctrl-U
            text.clear();
        } else if (key >= ' ' && key < 256) {
            text.push_back(static_cast<char>(key));
        }
    }
}

int Ui::choose(const std::string& question, std::string_view keys) {
    for (;;) {
        const int y = screen_.height() - 1;
        screen_.fill(y, 0, screen_.width(), Style::title);
        screen_.put(y, 0, question, Style::title);
        screen_.show();
        const int key = screen_.key();
        if (key == on_quit) {
            interrupted_ = true;
            return on_quit;
        }
        if (key == on_escape ||
            (key < 256 && keys.find(static_cast<char>(key)) != std::string_view::npos)) {
            return key;
        }
    }
}

// The matches follow while the text is being typed.
void Ui::search() {
    std::string text;
    std::size_t chosen = 0;
    for (;;) {
        const std::vector<const Symbol*> found = model_.search(text, kFound);
        chosen = found.empty() ? 0 : std::min(chosen, found.size() - 1);
        screen_.clear();
        screen_.fill(0, 0, screen_.width(), Style::title);
        screen_.put(0, 1, cat("Search: ", text), Style::title);
        const auto height = static_cast<std::size_t>(std::max(1, screen_.height() - 2));
        const std::size_t first = chosen >= height ? chosen - height + 1 : 0;
        for (std::size_t i = 0; i < height && first + i < found.size(); ++i) {
            const Symbol& symbol = *found[first + i];
            model_.evaluator().calc(symbol);
            std::string line = cat(symbol.text(), '=', model_.evaluator().text(symbol));
            for (const MenuNode* const node : symbol.menus) {
                if (node->prompt != nullptr) {
                    append(line, "  ", node->prompt->text);
                    break;
                }
            }
            screen_.put(1 + static_cast<int>(i), 1, line,
                        first + i == chosen ? Style::selected : Style::normal);
        }
        screen_.put(screen_.height() - 1, 0,
                    cat("type a part of the name or prompt, Enter goes there, ESC closes  (",
                        found.size(), found.size() == kFound ? " or more)" : " found)"),
                    Style::key);
        screen_.cursor(0, std::min(9 + static_cast<int>(text.size()), screen_.width() - 1), true);
        screen_.show();
        const int key = screen_.key();
        if (key == on_quit) {
            interrupted_ = true;
            return;
        }
        if (key == on_escape) {
            return;
        }
        if (key == on_enter && !found.empty()) {
            const MenuNode* to = nullptr;
            if (model_.jump(*found[chosen], to)) {
                jump_to(to);
            }
            return;
        }
        if (key == on_up) {
            chosen -= chosen > 0 ? 1 : 0;
        } else if (key == on_down) {
            ++chosen;
        } else if (key == on_backspace && !text.empty()) {
            text.pop_back();
        } else if (key >= ' ' && key < 256) {
            text.push_back(static_cast<char>(key));
            chosen = 0;
        }
    }
}

}  // namespace kconfig::kmenu
