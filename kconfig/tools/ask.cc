// SPDX-License-Identifier: GPL-2.0
// Questions and answers.
#include "kconfig/tools/ask.hh"

#include <cstdio>
#include <cstdlib>
#include <utility>

#ifdef _WIN32
#include <io.h>
#define isatty _isatty
#else
#include <unistd.h>
#endif

#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

constexpr int kLine = 4096;

void strip(std::string& text) {
    std::size_t begin = 0;
    while (begin < text.size() && is_space(text[begin])) {
        ++begin;
    }
    text.erase(0, begin);
    while (!text.empty() && is_space(text.back())) {
        text.pop_back();
    }
}

std::string padded(std::size_t width, char c) {
    return std::string(width - 1, ' ') + c;
}

}  // namespace

Questioner::Questioner(Evaluator& evaluator, ConfigFiles& files, AskMode mode)
    : evaluator_(evaluator),
      files_(files),
      mode_(mode),
      terminal_(isatty(0) != 0 && isatty(1) != 0) {}

std::string_view Questioner::prompt(const MenuNode& menu) const {
    if (menu.prompt != nullptr) {
        return menu.prompt->text;
    }
    return menu.sym != nullptr && menu.sym->name != nullptr ? menu.sym->text()
                                                            : std::string_view("(null)");
}

void Questioner::help(const MenuNode& menu) {
    out(cat('\n', extended_help(evaluator_, menu), '\n'));
}

// Keeps the old line at the end of the input, as fgets() does.
void Questioner::read_line() {
    std::fflush(stdout);
    char buffer[kLine];
    if (std::fgets(buffer, kLine, stdin) != nullptr) {
        line_ = buffer;
    } else {
        evaluator_.host().err("\nError in reading or end of file.\n");
    }
    if (!terminal_) {
        out(line_);
    }
}

Questioner::Answer Questioner::answer(const Symbol& symbol, std::string_view current) {
    if (!evaluator_.has_value(symbol)) {
        out("(NEW) ");
    }
    line_.assign(1, '\n');  // (a string makes GCC 12 warn of an overlap)
    if (!evaluator_.changeable(symbol) ||
        (mode_ == AskMode::fresh && evaluator_.has_value(symbol))) {
        out(cat(current, '\n'));
        return Answer::kept;
    }
    read_line();
    return Answer::typed;
}

void Questioner::ask_text(const MenuNode& menu) {
    const Symbol& symbol = *menu.sym;
    while (!failed_) {
        out(cat(std::string(indent_ - 1, ' '), menu.prompt->text, " (", symbol.text(), ") "));
        const std::string_view current = evaluator_.text(symbol);
        bool has_answer = current.data() != nullptr;
        std::string wanted(current);
        if (has_answer) {
            out(cat('[', current, "] "));
        }
        if (answer(symbol, current) == Answer::kept) {
            return;
        }
        if (line_ == "?\n") {
            help(menu);
            has_answer = false;
        } else if (line_.empty() || line_.front() != '\n') {
            has_answer = true;
            wanted = line_.substr(0, line_.empty() ? 0 : line_.size() - 1);
        }
        if (has_answer && evaluator_.set_text(symbol, wanted)) {
            return;
        }
        if (!evaluator_.tree().profile().is_6_1() && std::feof(stdin) != 0) {
            evaluator_.host().err(
                cat("\nerror: no value for new symbol '", symbol.text(), "' at end of input\n"));
            failed_ = true;
        }
    }
}

void Questioner::ask_state(const MenuNode& menu) {
    const Symbol& symbol = *menu.sym;
    while (!failed_) {
        std::string question = cat(std::string(indent_ - 1, ' '), menu.prompt->text, ' ');
        if (symbol.name != nullptr) {
            append(question, '(', symbol.text(), ") ");
        }
        const Tristate before = evaluator_.tri(symbol);
        append(question, '[', "NMY"[static_cast<int>(before)]);
        for (const Tristate other : {Tristate::no, Tristate::mod, Tristate::yes}) {
            if (before != other && evaluator_.tri_within_range(symbol, other)) {
                append(question, '/', tri_char(other));
            }
        }
        out(question += "/?] ");
        if (answer(symbol, evaluator_.text(symbol)) == Answer::kept) {
            return;
        }
        strip(line_);
        Tristate wanted = before;
        if (line_ == "n" || line_ == "N" || line_ == "no" || line_ == "No") {
            wanted = Tristate::no;
        } else if (line_ == "m" || line_ == "M") {
            wanted = Tristate::mod;
        } else if (line_ == "y" || line_ == "Y" || line_ == "yes" || line_ == "Yes") {
            wanted = Tristate::yes;
        } else if (!line_.empty() && line_.front() != '?') {
            continue;
        }
        if ((line_.empty() || line_.front() != '?') && evaluator_.set_tri(symbol, wanted)) {
            return;
        }
        help(menu);
    }
}

int Questioner::list_members(const MenuNode& menu, const Symbol* current, int& current_number,
                             bool& is_new) {
    const bool old = evaluator_.tree().profile().is_6_1();
    int count = 0;
    for (const MenuNode* child = menu.list; child != nullptr; child = child->next) {
        if (!evaluator_.node_visible(*child)) {
            continue;
        }
        if (child->sym == nullptr) {
            out(cat(padded(indent_, '*'), ' ', prompt(*child), '\n'));
            continue;
        }
        ++count;
        const bool is_current = child->sym == current;
        if (is_current) {
            current_number = count;
        }
        std::string text =
            cat(padded(indent_, is_current ? '>' : ' '), ' ', count, ". ", prompt(*child));
        if (child->sym->name != nullptr) {
            append(text, " (", child->sym->text(), ')');
        }
        if (!evaluator_.has_value(*child->sym)) {
            is_new = is_new || !old;
            text += " (NEW)";
        }
        out(text += '\n');
    }
    return count;
}

// 6.1 asks for the state of the choice itself first. True when a member is to
// be chosen.
bool Questioner::ask_choice_state_6_1(const MenuNode& menu) {
    const Symbol& symbol = *menu.sym;
    const bool changeable = evaluator_.changeable(symbol);
    if (changeable) {
        ask_state(menu);
        evaluator_.calc(symbol);
    }
    if (evaluator_.tri(symbol) == Tristate::mod && !changeable) {
        out(cat(std::string(indent_ - 1, ' '), prompt(menu), '\n'));
    }
    return evaluator_.tri(symbol) == Tristate::yes;
}

void Questioner::ask_choice(const MenuNode& menu) {
    const bool old = evaluator_.tree().profile().is_6_1();
    bool is_new = old && !evaluator_.has_value(*menu.sym);
    if (old && !ask_choice_state_6_1(menu)) {
        return;
    }
    while (!failed_) {
        out(cat(std::string(indent_ - 1, ' '), prompt(menu), '\n'));
        const Symbol* const current =
            old ? evaluator_.choice_value(*menu.sym) : evaluator_.calc_choice(menu);
        line_.clear();
        int current_number = 0;
        const int count = list_members(menu, current, current_number, is_new);
        int wanted = count;
        out(cat(std::string(indent_ - 1, ' '), "choice"));
        if (count == 1) {
            out("[1]: 1\n");
        } else {
            out(cat("[1-", count, "?]: "));
            if (mode_ == AskMode::fresh && !is_new) {
                wanted = current_number;
                out(cat(wanted, '\n'));
            } else if (mode_ == AskMode::fresh || mode_ == AskMode::all) {
                read_line();
                strip(line_);
                if (!line_.empty() && line_.front() == '?') {
                    help(menu);
                    continue;
                }
                if (line_.empty()) {
                    wanted = current_number;
                } else if (is_digit(line_.front())) {
                    wanted = std::atoi(line_.c_str());
                } else {
                    continue;
                }
            }
        }
        const MenuNode* chosen = menu.list;
        for (; chosen != nullptr; chosen = chosen->next) {
            if (chosen->sym != nullptr && evaluator_.node_visible(*chosen) && --wanted == 0) {
                break;
            }
        }
        if (chosen == nullptr) {
            continue;
        }
        if (!line_.empty() && line_.back() == '?') {
            help(*chosen);
            continue;
        }
        evaluator_.set_choice(menu, *chosen->sym);
        if (old) {
            indent_ += 2;
            ask_below(*chosen);
            indent_ -= 2;
        }
        return;
    }
}

void Questioner::ask_below(const MenuNode& menu) {
    for (const MenuNode* child = menu.list; child != nullptr && !failed_; child = child->next) {
        ask(*child);
    }
}

void Questioner::ask(const MenuNode& menu) {
    if (failed_ || !evaluator_.node_visible(menu)) {
        return;
    }
    const Symbol* const symbol = menu.sym;
    const PropType type = menu.prompt != nullptr ? menu.prompt->type : PropType::unknown;
    if (type == PropType::menu && mode_ != AskMode::all && root_ != &menu) {
        look_for_new(menu);  // only menus with something new are shown
        return;
    }
    if (type == PropType::menu || type == PropType::comment) {
        const std::string star = padded(indent_, '*');
        out(cat(star, '\n', star, ' ', prompt(menu), '\n', star, '\n'));
    }
    if (symbol != nullptr) {
        if (symbol->is_choice) {
            ask_choice(menu);
            if (!evaluator_.tree().profile().is_6_1() || evaluator_.tri(*symbol) != Tristate::mod) {
                return;
            }
        } else if (is_number(symbol->type) || symbol->type == SymbolType::string) {
            ask_text(menu);
        } else {
            ask_state(menu);
        }
        indent_ += 2;
    }
    ask_below(menu);
    if (symbol != nullptr) {
        indent_ -= 2;
    }
}

const MenuNode& Questioner::menu_around(const MenuNode& menu) const {
    const MenuNode* node = &menu;
    while (node != &evaluator_.tree().root &&
           (node->prompt == nullptr || node->prompt->type != PropType::menu)) {
        node = node->parent;
    }
    return *node;
}

void Questioner::look_for_new(const MenuNode& menu) {
    if (failed_ || !evaluator_.node_visible(menu)) {
        return;
    }
    const Symbol* const symbol = menu.sym;
    const bool old = evaluator_.tree().profile().is_6_1();
    if (symbol != nullptr && !evaluator_.has_value(*symbol) &&
        (evaluator_.changeable(*symbol) ||
         (old && symbol->is_choice && evaluator_.tri(*symbol) == Tristate::yes))) {
        if (mode_ == AskMode::list) {
            if (symbol->name != nullptr) {
                out(files_.list_line(*symbol));
            }
        } else if (mode_ == AskMode::list_help) {
            out("-----\n");
            help(menu);
            out("-----\n");
        } else {
            if (asked_++ == 0) {
                out("*\n* Restart config...\n*\n");
            }
            root_ = &menu_around(menu);
            ask(*root_);
        }
    }
    for (const MenuNode* child = menu.list; child != nullptr; child = child->next) {
        look_for_new(*child);
    }
}

void Questioner::ask_everything() {
    root_ = &evaluator_.tree().root;
    ask(*root_);
    mode_ = AskMode::fresh;
}

bool Questioner::ask_new() {
    do {
        asked_ = 0;
        look_for_new(evaluator_.tree().root);
    } while (asked_ != 0 && !failed_);
    return !failed_;
}

}  // namespace kconfig
