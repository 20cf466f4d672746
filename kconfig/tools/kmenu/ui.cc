// SPDX-License-Identifier: GPL-2.0
// The dialogues of kmenu.
#include "kconfig/tools/kmenu/ui.hh"

#include <algorithm>

#include "kconfig/base/text.hh"

namespace kconfig::kmenu {

namespace {

constexpr std::string_view kHints =
    "<Enter> open  <Space> toggle  y/m/n set  ? help  / search  z hidden  u undo  c changes  "
    "s save  l load  q quit";
constexpr std::size_t kFound = 200;
constexpr int kExitUnsaved = 1;

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

const Row* Ui::current() {
    const std::vector<Row>& rows = model_.rows();
    if (rows.empty()) {
        return nullptr;
    }
    cursor_ = std::min(cursor_, rows.size() - 1);
    return &rows[cursor_];
}

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
    for (const std::string& line : model_.explain(*row->node)) {
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

void Ui::jump_to(const MenuNode* node) {
    const std::vector<Row>& rows = model_.rows();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].node == node) {
            cursor_ = i;
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

void Ui::assign(std::string_view value) {
    const Row* const row = current();
    if (row == nullptr || row->node->sym == nullptr) {
        return;
    }
    const MenuNode* const node = row->node;
    if (!model_.set(*node, value)) {
        message_ = cat(node->sym->label(), " cannot be ", value, " now");
    }
    jump_to(node);
}

void Ui::activate() {
    const Row* const row = current();
    if (row == nullptr) {
        return;
    }
    const MenuNode* const node = row->node;
    if (model_.enter(*node)) {
        cursor_ = first_ = 0;
        return;
    }
    const Symbol* const symbol = node->sym;
    if (symbol == nullptr || symbol->is_choice) {
        return;
    }
    if (is_logical(symbol->type)) {
        if (!model_.toggle(*node)) {
            message_ = cat(symbol->label(), " cannot be changed now");
        }
        jump_to(node);
        return;
    }
    const std::string now(model_.evaluator().text(*symbol));
    if (const std::optional<std::string> text = ask(cat(symbol->label()), now)) {
        assign(*text);
    }
}

void Ui::save() {
    const std::optional<std::string> name = ask("Save as", config_);
    if (!name || name->empty()) {
        return;
    }
    message_ = model_.save(*name) ? cat("saved ", *name) : cat("cannot write ", *name);
}

void Ui::load() {
    const std::optional<std::string> name = ask("Load", config_);
    if (!name || name->empty()) {
        return;
    }
    message_ = model_.load(*name) ? cat("loaded ", *name) : cat("cannot read ", *name);
}

Ui::Outcome Ui::try_to_leave() {
    if (!model_.modified()) {
        return Outcome::leave;
    }
    const int answer =
        choose(cat("Save ", config_, "?  y: save  n: leave without  ESC: stay"), "yn");
    if (answer == 'y') {
        if (!model_.save(config_)) {
            message_ = cat("cannot write ", config_);
            return Outcome::stay;
        }
        return Outcome::leave;
    }
    return answer == 'n' ? Outcome::leave : Outcome::stay;
}

Ui::Outcome Ui::handle(int key) {
    message_.clear();
    const std::size_t count = model_.rows().size();
    const auto page = static_cast<std::size_t>(std::max(1, list_height_ - 1));
    switch (key) {
        case on_quit:
            return Outcome::interrupted;
        case on_down:
        case on_wheel_down:
        case 'j':
            cursor_ += cursor_ + 1 < count ? 1 : 0;
            break;
        case on_up:
        case on_wheel_up:
        case 'k':
            cursor_ -= cursor_ > 0 ? 1 : 0;
            break;
        case on_page_down:
            cursor_ = count == 0 ? 0 : std::min(cursor_ + page, count - 1);
            break;
        case on_page_up:
            cursor_ -= std::min(cursor_, page);
            break;
        case on_home:
            cursor_ = 0;
            break;
        case on_end:
            cursor_ = count == 0 ? 0 : count - 1;
            break;
        case on_enter:
        case on_right:
            activate();
            break;
        case on_mouse: {
            const auto line = static_cast<std::size_t>(std::max(0, screen_.mouse_y() - list_top_));
            if (screen_.mouse_y() >= list_top_ && first_ + line < count &&
                screen_.mouse_y() < list_top_ + list_height_) {
                cursor_ = first_ + line;
                if (screen_.double_click()) {
                    activate();
                }
            }
            break;
        }
        case on_escape:
        case on_left: {
            const MenuNode* from = nullptr;
            if (model_.leave(from)) {
                jump_to(from);
            } else if (key == on_escape) {
                return try_to_leave();
            }
            break;
        }
        case 'q':
            return try_to_leave();
        case ' ': {
            const Row* const row = current();
            if (row != nullptr && row->node->sym != nullptr && !row->enters) {
                activate();
            } else if (row != nullptr && row->node->sym != nullptr) {
                const MenuNode* const node = row->node;
                model_.toggle(*node);
                jump_to(node);
            }
            break;
        }
        case 'y':
        case 'm':
        case 'n':
            assign(std::string(1, static_cast<char>(key)));
            break;
        case '?':
        case 'h':
            if (const Row* const row = current()) {
                show_text(row->node->prompt != nullptr ? std::string(row->node->prompt->text)
                                                       : cat(row->node->sym->label()),
                          model_.help(*row->node));
            }
            break;
        case '/':
            search();
            break;
        case 'z': {
            const Row* const row = current();
            const MenuNode* const node = row != nullptr ? row->node : nullptr;
            model_.set_show_all(!model_.show_all());
            jump_to(node);
            break;
        }
        case 'u':
            if (const MenuNode* const node = model_.undo()) {
                const MenuNode* to = nullptr;
                if (node->sym != nullptr && model_.jump(*node->sym, to)) {
                    jump_to(to);
                }
                message_ = "undone";
            } else {
                message_ = "nothing to undo";
            }
            break;
        case 'c': {
            std::string text;
            for (const std::string& line : model_.changed()) {
                append(text, line, '\n');
            }
            show_text("Changes since the file was read", text.empty() ? "none\n" : text);
            break;
        }
        case 's':
        case 'S':
            save();
            break;
        case 'l':
        case 'L':
            load();
            break;
        default:
            break;
    }
    return interrupted_ ? Outcome::interrupted : Outcome::stay;
}

// Somebody ended the program: what was edited is kept aside.
int Ui::rescue() {
    if (!model_.changed().empty()) {
        model_.save(cat(config_, ".rescue"));
        return kExitUnsaved;
    }
    return 0;
}

int Ui::run() {
    for (;;) {
        draw();
        switch (handle(screen_.key())) {
            case Outcome::stay:
                break;
            case Outcome::leave:
                return 0;
            case Outcome::interrupted:
                return rescue();
        }
    }
}

}  // namespace kconfig::kmenu
