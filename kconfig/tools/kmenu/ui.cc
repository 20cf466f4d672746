// SPDX-License-Identifier: GPL-2.0
// What the keys do.
#include "kconfig/tools/kmenu/ui.hh"

#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/io/files.hh"

namespace kconfig::kmenu {

namespace {

constexpr int kExitUnsaved = 1;
constexpr int kPauseMs = 20;  // then what takes time is shown
constexpr int kRestMs = 200;  // then a copy is kept

}  // namespace

const Row* Ui::current() {
    const std::vector<Row>& rows = model_.rows();
    if (rows.empty()) {
        return nullptr;
    }
    cursor_ = std::min(cursor_, rows.size() - 1);
    return &rows[cursor_];
}

void Ui::jump_to(const MenuNode* node) {
    const std::vector<Row>& rows = model_.rows();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].node == node) {
            cursor_ = i;
        }
    }
}

void Ui::assign(std::string_view value) {
    const Row* const row = current();
    if (row == nullptr || row->node->sym == nullptr) {
        return;
    }
    const MenuNode* const node = row->node;
    if (model_.set(*node, value)) {
        edited();
    } else {
        message_ = cat(node->sym->label(), " cannot be ", value, " now");
    }
    jump_to(node);
}

// y, m and n answer questions; texts and numbers are typed.
void Ui::set_state(char key) {
    const Row* const row = current();
    if (row != nullptr && row->node->sym != nullptr && !is_logical(row->node->sym->type)) {
        message_ = cat(row->node->sym->label(), " is no question of y and n: Enter edits it");
        return;
    }
    assign(std::string(1, key));
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
        if (model_.toggle(*node)) {
            edited();
        } else {
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

// What was printed about an operation that failed: " (REASON)", or nothing.
std::string Ui::reason() {
    const std::string said = host_.take();
    return said.empty() ? said : cat(" (", said.substr(0, said.find('\n')), ')');
}

void Ui::save() {
    const std::optional<std::string> name = ask("Save as", config_);
    if (!name || name->empty()) {
        return;
    }
    host_.take();
    if (model_.save(*name)) {
        message_ = cat("saved ", *name);
        drop_copy();
    } else {
        message_ = cat("cannot write ", *name, reason());
    }
}

void Ui::load() {
    const std::optional<std::string> name = ask("Load", config_);
    if (!name || name->empty()) {
        return;
    }
    if (edited_ && model_.modified() &&
        choose(cat("Loading ", *name, " drops the unsaved changes.  y: load  ESC: stay"), "y") !=
            'y') {
        return;
    }
    host_.take();
    if (!model_.load(*name)) {
        message_ = cat("cannot read ", *name, reason());
        return;
    }
    message_ = cat("loaded ", *name);
    edited();
    if (const std::string warnings = host_.take(); !warnings.empty()) {
        show_text(cat("Warnings about ", *name), warnings);
    }
}

Ui::Outcome Ui::try_to_leave() {
    if (!model_.modified()) {
        return Outcome::leave;
    }
    const int answer =
        choose(cat("Save ", config_, "?  y: save  n: leave without  ESC: stay"), "yn");
    if (answer == 'y') {
        host_.take();
        if (!model_.save(config_)) {
            message_ = cat("cannot write ", config_, reason());
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
                if (model_.toggle(*node)) {
                    edited();
                } else {
                    message_ = "Enter opens it";
                }
                jump_to(node);
            }
            break;
        }
        case 'y':
        case 'm':
        case 'n':
            set_state(static_cast<char>(key));
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
                edited();
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
    if (model_.modified() && edited_) {
        if (!model_.keep_copy(rescue_name())) {
            host_.err(
                cat("kmenu: the unsaved changes are lost: cannot write ", rescue_name(), '\n'));
        }
        return kExitUnsaved;
    }
    return 0;
}

// A copy whenever the user rests, so that a crash loses next to nothing.
void Ui::keep_copy() {
    copy_pending_ = false;
    if (!model_.modified()) {
        drop_copy();
    } else if (!model_.keep_copy(rescue_name())) {
        message_ = cat("cannot keep a copy in ", rescue_name(), ": save now and then");
    }
}

void Ui::drop_copy() {
    if (file_exists(rescue_name())) {
        remove_file(rescue_name());
    }
}

// What an interrupted session left behind. False when nothing may go on: its copy is needed still,
// and this session's own would take its place.
bool Ui::offer_rescue() {
    if (!file_exists(rescue_name())) {
        return true;
    }
    draw();
    const int answer = choose(
        cat("Unsaved changes are in ", rescue_name(), ".  y: load  n: delete  ESC: end"), "yn");
    if (answer == 'n') {
        drop_copy();
        return true;
    }
    if (answer != 'y') {
        return false;
    }
    edited_ = model_.load(rescue_name());
    if (!edited_) {
        host_.err(cat("kmenu: cannot read ", rescue_name(), '\n'));
        return false;
    }
    message_ = "loaded the rescued changes: save them with s";
    return true;
}

int Ui::run() {
    if (!offer_rescue()) {
        return kExitUnsaved;
    }
    for (;;) {
        if (interrupted_) {
            return rescue();
        }
        draw();
        int key = screen_.key(with_preview_ ? (copy_pending_ ? kRestMs : -1) : kPauseMs);
        if (key == on_idle) {
            // What takes longer is done while nobody types.
            if (with_preview_) {
                keep_copy();
            }
            with_preview_ = true;
            continue;
        }
        with_preview_ = false;
        switch (handle(key)) {
            case Outcome::stay:
                break;
            case Outcome::leave:
                drop_copy();
                return 0;
            case Outcome::interrupted:
                return rescue();
        }
    }
}

}  // namespace kconfig::kmenu
