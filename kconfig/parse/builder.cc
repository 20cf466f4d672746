// SPDX-License-Identifier: GPL-2.0
// Construction of the menu tree.
#include "kconfig/parse/builder.hh"

#include "kconfig/base/text.hh"

namespace kconfig {

TreeBuilder::TreeBuilder(Tree& tree, Diagnostics& diagnostics, const Lexer& lexer)
    : tree_(tree),
      diagnostics_(diagnostics),
      lexer_(lexer),
      menu_(&tree.root),
      entry_(&tree.root),
      last_(&tree.root.list) {}

// What a last line without an end defines lies behind every file: its file is Tree::nowhere, so
// that none is without one.
SourcePoint TreeBuilder::place() const {
    SourcePoint place = lexer_.place();
    if (place.file == nullptr) {
        place.file = &tree_.nowhere;
    }
    return place;
}

void TreeBuilder::add_entry(Symbol* symbol) {
    MenuNode* const node = tree_.add_node();
    node->sym = symbol;
    node->parent = menu_;
    if (tree_.keeps_details) {
        tree_.make_details(*node).written_parent = menu_;
    }
    const SourcePoint here = place();
    node->file = here.file;
    node->line = here.line;
    *last_ = node;
    last_ = &node->next;
    entry_ = node;
    if (symbol != nullptr) {
        symbol->menus.push_back(node);
        if (tree_.profile().is_6_1()) {
            add_expr(PropType::symbol, tree_.exprs.symbol(symbol), nullptr);
        }
    }
}

MenuNode* TreeBuilder::begin_menu() {
    last_ = &entry_->list;
    menu_ = entry_;
    return menu_;
}

void TreeBuilder::end_menu() {
    last_ = &menu_->next;
    menu_ = menu_->parent;
}

void TreeBuilder::add_dep(const Expr* dep) {
    entry_->dep = tree_.exprs.and_(entry_->dep, dep);
    if (!tree_.keeps_details) {
        return;
    }
    WrittenDep& written = tree_.written_deps.emplace_back();
    const SourcePoint here = place();
    NodeDetails& details = tree_.make_details(*entry_);
    written = {dep, here.file, here.line, details.written_deps};
    details.written_deps = &written;
}

void TreeBuilder::add_visibility(const Expr* condition) {
    NodeDetails& details = tree_.make_details(*entry_);
    details.visibility = tree_.exprs.and_(details.visibility, condition);
}

void TreeBuilder::set_type(SymbolType type) {
    Symbol& symbol = *entry_->sym;
    if (symbol.type == type) {
        return;
    }
    if (symbol.type == SymbolType::unknown) {
        symbol.type = type;
        return;
    }
    diagnostics_.warn({entry_->file, entry_->line, 0},
                      cat("ignoring type redefinition of '", symbol.label(), "' from '",
                          type_name(symbol.type), "' to '", type_name(type), '\''),
                      "a symbol keeps the type of its first definition");
}

Property* TreeBuilder::add_expr(PropType type, const Expr* expr, const Expr* condition) {
    Property* const prop = tree_.add_property();
    prop->type = type;
    const SourcePoint here = place();
    prop->file = here.file;
    prop->line = here.line;
    prop->menu = entry_;
    prop->expr = expr;
    prop->visible = condition;
    if (entry_->sym != nullptr) {
        entry_->sym->add(prop);
    }
    return prop;
}

Property* TreeBuilder::add_prompt(PropType type, std::string_view text, const Expr* condition) {
    Property* const prop = add_expr(type, nullptr, condition);
    if (!text.empty() && is_space(text.front())) {
        diagnostics_.warn(place(), "leading whitespace ignored");
        while (!text.empty() && is_space(text.front())) {
            text.remove_prefix(1);
        }
    }
    if (entry_->prompt != nullptr) {
        diagnostics_.warn(place(), "prompt redefined", "only the last prompt of an entry counts");
    }
    // "visible if" of all the menus around holds for every prompt inside.
    if (type == PropType::prompt) {
        for (const MenuNode* menu = entry_->parent; menu != nullptr; menu = menu->parent) {
            if (const Expr* const condition_of_menu = tree_.details(*menu).visibility) {
                prop->visible = tree_.exprs.and_(prop->visible, condition_of_menu);
            }
        }
    }
    entry_->prompt = prop;
    prop->has_text = true;
    if (tree_.keeps_details || type != PropType::prompt) {
        prop->text = tree_.text.keep(text);
    }
    return prop;
}

}  // namespace kconfig
