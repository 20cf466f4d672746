// SPDX-License-Identifier: GPL-2.0
// The lines of kmenu's menus, and the ways between them.
#include "kconfig/base/text.hh"
#include "kconfig/tools/kmenu/model.hh"

namespace kconfig::kmenu {

namespace {

bool is_menu(const MenuNode& node) {
    return node.prompt != nullptr && node.prompt->type == PropType::menu;
}

// Whether the node's children are a screen of their own.
bool opens(const MenuNode& node, bool single_menu) {
    if (node.sym != nullptr && node.sym->is_choice) {
        return true;
    }
    return is_menu(node) && !single_menu;
}

}  // namespace

void Model::set_show_all(bool all) {
    show_all_ = all;
    stale_ = true;
}

const std::vector<Row>& Model::rows() {
    if (stale_) {
        rows_.clear();
        add_rows(*menu_, 0);
        stale_ = false;
    }
    return rows_;
}

std::string Model::state_of(const MenuNode& node) {
    const Symbol* const symbol = node.sym;
    if (symbol == nullptr) {
        return node.prompt->type == PropType::comment ? "*** " : "    ";
    }
    evaluator_.calc(*symbol);
    if (symbol->is_choice && !evaluator_.changeable(*symbol)) {
        return "    ";
    }
    if (!is_logical(symbol->type)) {
        return cat('(', evaluator_.text(*symbol), ") ");
    }
    const char state = " M*"[static_cast<int>(evaluator_.tri(*symbol))];
    if (evaluator_.choice_of(*symbol) != nullptr && evaluator_.visible(*symbol) == Tristate::yes) {
        return evaluator_.tri(*symbol) == Tristate::yes ? "(X) " : "( ) ";
    }
    if (!evaluator_.changeable(*symbol)) {
        return cat('-', state, "- ");
    }
    if (evaluator_.effective_type(*symbol) == SymbolType::boolean) {
        return cat('[', state, "] ");
    }
    return evaluator_.reverse(*symbol) == Tristate::mod ? cat('{', state, "} ")
                                                        : cat('<', state, "> ");
}

void Model::add_row(const MenuNode& node, std::size_t indent, bool visible) {
    Row row{&node, {}, indent, !visible, opens(node, single_menu_)};
    row.text = state_of(node);
    append(row.text, node.prompt != nullptr ? node.prompt->text : node.sym->label());
    const Symbol* const symbol = node.sym;
    if (node.prompt != nullptr && node.prompt->type == PropType::comment) {
        row.text += " ***";
    }
    if (symbol != nullptr && symbol->is_choice) {
        for (const Symbol* const member : evaluator_.choice_members(node)) {
            evaluator_.calc(*member);
            if (evaluator_.tri(*member) == Tristate::yes && !member->menus.empty() &&
                member->menus.front()->prompt != nullptr) {
                append(row.text, " (", member->menus.front()->prompt->text, ')');
                break;
            }
        }
    } else if (symbol != nullptr && !evaluator_.has_value(*symbol) &&
               evaluator_.changeable(*symbol)) {
        row.text += " (NEW)";
    }
    if (row.enters) {
        bool any = false;
        for (const MenuNode* child = node.list; child != nullptr && !any; child = child->next) {
            any = evaluator_.node_visible(*child);
        }
        row.text += any || show_all_ ? "  --->" : "  ----";
    }
    rows_.push_back(std::move(row));
}

void Model::add_rows(const MenuNode& parent, std::size_t indent) {
    for (const MenuNode* node = parent.list; node != nullptr; node = node->next) {
        const bool visible = evaluator_.node_visible(*node);
        const bool nameless =
            node->prompt == nullptr && (node->sym == nullptr || node->sym->is_choice);
        if (nameless || (!visible && !show_all_)) {
            continue;
        }
        add_row(*node, indent, visible);
        if (!rows_.back().enters) {
            add_rows(*node, indent + 2);
        }
    }
}

std::string Model::path() const {
    std::string out;
    for (const MenuNode* node = menu_; node != nullptr; node = node->parent) {
        if (node->prompt != nullptr && opens(*node, single_menu_) &&
            node != &evaluator_.tree().root) {
            out = out.empty() ? cat(node->prompt->text) : cat(node->prompt->text, " > ", out);
        }
    }
    return out;
}

bool Model::enter(const MenuNode& node) {
    if (!opens(node, single_menu_) || node.list == nullptr) {
        return false;
    }
    menu_ = &node;
    stale_ = true;
    return true;
}

bool Model::leave(const MenuNode*& from) {
    from = menu_;
    const MenuNode* above = menu_->parent;
    while (above != nullptr && above != &evaluator_.tree().root && !opens(*above, single_menu_)) {
        above = above->parent;
    }
    if (above == nullptr) {
        return false;
    }
    menu_ = above;
    stale_ = true;
    return true;
}

bool Model::jump(const Symbol& symbol, const MenuNode*& to) {
    const MenuNode* target = nullptr;
    for (const MenuNode* const node : symbol.menus) {
        if (target == nullptr || (node->prompt != nullptr && target->prompt == nullptr)) {
            target = node;
        }
    }
    if (target == nullptr) {
        return false;
    }
    const MenuNode* above = target->parent;
    while (above != nullptr && above != &evaluator_.tree().root && !opens(*above, single_menu_)) {
        above = above->parent;
    }
    menu_ = above != nullptr ? above : &evaluator_.tree().root;
    stale_ = true;
    to = target;
    if (!evaluator_.node_visible(*target)) {
        show_all_ = true;
    }
    return true;
}

}  // namespace kconfig::kmenu
