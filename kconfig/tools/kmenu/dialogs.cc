// SPDX-License-Identifier: GPL-2.0
// Texts, questions and the search.
#include <algorithm>
#include <cstdlib>

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

// A line that is being typed.
class LineEdit {
  public:
    explicit LineEdit(std::string text) : text_(std::move(text)), at_(text_.size()) {}

    const std::string& text() const { return text_; }

    std::string_view before_cursor() const { return std::string_view(text_).substr(0, at_); }

    /// Whether the key was one for the line; @p changed when the text is another now.
    bool take(int key, bool& changed) {
        const std::size_t size = text_.size();
        switch (key) {
            case on_left:
                at_ = before(at_);
                break;
            case on_right:
                at_ = behind(at_);
                break;
            case on_home:
                at_ = 0;
                break;
            case on_end:
                at_ = text_.size();
                break;
            case on_backspace: {
                const std::size_t begin = before(at_);
                text_.erase(begin, at_ - begin);
                at_ = begin;
                break;
            }
            case on_delete:
                text_.erase(at_, behind(at_) - at_);
                break;
            case kCtrlU:
                text_.clear();
                at_ = 0;
                break;
            default:
                if (key < ' ' || key >= 256) {
                    return false;
                }
                text_.insert(at_++, 1, static_cast<char>(key));
        }
        changed = text_.size() != size;
        return true;
    }

  private:
    static constexpr int kCtrlU = 21;

    // Bytes that go on with a character; other locales have one byte a character.
    bool goes_on(std::size_t at) const {
        return MB_CUR_MAX > 1 && at < text_.size() &&
               (static_cast<unsigned char>(text_[at]) & 0xc0) == 0x80;
    }

    std::size_t before(std::size_t at) const {
        at -= at > 0 ? 1 : 0;
        while (at > 0 && goes_on(at)) {
            --at;
        }
        return at;
    }

    std::size_t behind(std::size_t at) const {
        at += at < text_.size() ? 1 : 0;
        while (goes_on(at)) {
            ++at;
        }
        return at;
    }

    std::string text_;
    std::size_t at_;
};

// The question and as much of the line as fits, its part at the cursor at least.
void draw_line(Screen& screen, int y, int x, std::string_view question, const LineEdit& line) {
    const int room = std::max(1, screen.width() - x - 1 - Screen::width_of(question));
    std::string_view head = line.before_cursor();
    while (Screen::width_of(head) > room) {
        do {
            head.remove_prefix(1);
        } while (MB_CUR_MAX > 1 && !head.empty() &&
                 (static_cast<unsigned char>(head.front()) & 0xc0) == 0x80);
    }
    const std::size_t begin = line.before_cursor().size() - head.size();
    screen.fill(y, 0, screen.width(), Style::title);
    screen.put(y, x, cat(question, std::string_view(line.text()).substr(begin)), Style::title);
    screen.cursor(y, x + Screen::width_of(question) + Screen::width_of(head), true);
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
    LineEdit line(initial);
    for (;;) {
        draw_line(screen_, screen_.height() - 1, 0, cat(question, ": "), line);
        screen_.show();
        const int key = screen_.key();
        if (key == on_resize) {
            draw();
        }
        if (key == on_quit) {
            interrupted_ = true;
            return std::nullopt;
        }
        if (key == on_escape) {
            return std::nullopt;
        }
        if (key == on_enter) {
            return line.text();
        }
        bool changed = false;
        line.take(key, changed);
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
        if (key == on_resize) {
            draw();
        }
        if (key == on_escape ||
            (key < 256 && keys.find(static_cast<char>(key)) != std::string_view::npos)) {
            return key;
        }
    }
}

// The matches follow while the text is being typed.
void Ui::search() {
    LineEdit line({});
    std::size_t chosen = 0;
    for (;;) {
        const std::vector<const Symbol*> found = model_.search(line.text(), kFound);
        chosen = found.empty() ? 0 : std::min(chosen, found.size() - 1);
        screen_.clear();
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
        draw_line(screen_, 0, 1, "Search: ", line);
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
        bool changed = false;
        if (key == on_up || key == on_wheel_up) {
            chosen -= chosen > 0 ? 1 : 0;
        } else if (key == on_down || key == on_wheel_down) {
            ++chosen;
        } else if (key == on_page_up) {
            chosen -= std::min(chosen, height);
        } else if (key == on_page_down) {
            chosen += height;
        } else if (line.take(key, changed) && changed) {
            chosen = 0;
        }
    }
}

}  // namespace kconfig::kmenu
