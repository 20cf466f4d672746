// SPDX-License-Identifier: GPL-2.0
// Dependencies, automatic submenus and flattening.
#include "kconfig/finalize/finalizer.hh"

#include "kconfig/base/text.hh"

namespace kconfig {

Finalizer::Finalizer(Tree& tree, Diagnostics& diagnostics)
    : tree_(tree), diagnostics_(diagnostics), simplifier_(tree, tree.exprs, diagnostics.host()) {}

void Finalizer::run() {
    finalize(tree_.root, false);
}

void Finalizer::finalize(MenuNode& parent, bool inside_choice) {
    Symbol* const symbol = parent.sym;
    const bool is_choice = symbol != nullptr && symbol->is_choice;
    const bool old = tree_.profile().is_6_1();
    if (parent.list != nullptr) {
        if (is_choice && old) {
            settle_choice_types(parent);
        }
        propagate(parent);
        for (MenuNode* node = parent.list; node != nullptr; node = node->next) {
            finalize(*node, is_choice && !old);
        }
    } else if (!inside_choice && symbol != nullptr) {
        make_submenu(parent);
        symbol->dir_dep = tree_.exprs.or_(symbol->dir_dep, parent.dep);
    }
    flatten(parent);
    if (symbol != nullptr && !symbol->checked_props) {
        check(parent);
        symbol->checked_props = true;
    }
    // A choice that is not optional cannot be n while it is visible.
    if (old && symbol != nullptr && !symbol->is_optional && parent.prompt != nullptr) {
        symbol->rev_dep = tree_.exprs.or_(
            symbol->rev_dep,
            tree_.exprs.and_(parent.prompt->visible, tree_.exprs.symbol(tree_.mod)));
    }
}

// Has what propagate() looks at in a node fetched meanwhile. Nothing but faster.
void Finalizer::expect(const MenuNode* node) {
    if (node != nullptr && node->sym != nullptr) {
        __builtin_prefetch(node->prompt);
        __builtin_prefetch(node->sym);
        __builtin_prefetch(&node->sym->props);
    }
}

void Finalizer::propagate(MenuNode& parent) {
    const Expr* parent_dep = parent.dep;
    if (tree_.profile().is_6_1() && parent.sym != nullptr && parent.sym->is_choice) {
        parent_dep = tree_.exprs.symbol(parent.sym);
    }
    for (MenuNode* node = parent.list; node != nullptr; node = node->next) {
        expect(node->next);
        const Expr* base = simplifier_.transform(simplifier_.rewrite_m(node->dep));
        base = simplifier_.eliminate_dups(tree_.exprs.and_(parent_dep, base));
        node->dep = base;
        if (node->sym != nullptr) {
            for (Property* const prop : node->sym->props) {
                if (prop->menu == node) {
                    propagate_property(*node, *prop, base);
                }
            }
        } else if (node->prompt != nullptr && node->prompt->menu == node) {
            propagate_property(*node, *node->prompt, base);
        }
    }
}

void Finalizer::propagate_property(MenuNode& node, Property& prop, const Expr* base) {
    const Expr* dep = simplifier_.transform(simplifier_.rewrite_m(prop.visible));
    dep = simplifier_.eliminate_dups(tree_.exprs.and_(base, dep));
    prop.visible = dep;
    if (prop.type == PropType::select || prop.type == PropType::imply) {
        add_reverse(*node.sym, prop);
    }
}

// Adds what a select or imply of @p symbol means to its target.
void Finalizer::add_reverse(const Symbol& symbol, const Property& prop) {
    if (because_symbol_ != &symbol || because_dep_ != prop.visible) {
        const Expr* const itself = tree_.exprs.symbol(&symbol);
        because_symbol_ = &symbol;
        because_dep_ = prop.visible;
        because_ = because_dep_ == nullptr
                       ? itself
                       : tree_.exprs.apart(ExprType::and_, itself, because_dep_);
    }
    Symbol& target = tree_.symbols[prop_symbol(prop)->id];
    const Expr*& reverse = prop.type == PropType::select ? target.rev_dep : target.implied;
    reverse = reverse == nullptr ? because_ : tree_.exprs.apart(ExprType::or_, reverse, because_);
}

// Entries right after a symbol that depend on it become its submenu.
void Finalizer::make_submenu(MenuNode& parent) {
    Symbol* const symbol = parent.sym;
    const Expr* base = nullptr;
    bool have_base = false;
    MenuNode* last = nullptr;
    for (MenuNode* node = parent.next; node != nullptr; node = node->next) {
        const Expr* dep = node->prompt != nullptr ? node->prompt->visible : node->dep;
        if (!contains_symbol(dep, symbol)) {
            break;
        }
        if (!depends_on_symbol(tree_, dep, symbol)) {
            // A superset of the symbol's own dependencies counts too.
            if (!have_base) {
                base = parent.prompt != nullptr ? parent.prompt->visible : nullptr;
                base = compare_with(tree_, tree_.exprs, base, ExprType::unequal, tree_.no);
                base = simplifier_.eliminate_dups(simplifier_.transform(base));
                have_base = true;
            }
            dep = compare_with(tree_, tree_.exprs, dep, ExprType::unequal, tree_.no);
            dep = simplifier_.eliminate_dups(simplifier_.transform(dep));
            const Expr* rest = base;
            simplifier_.eliminate_eq(dep, rest);
            if (!is_yes(tree_, rest)) {
                break;
            }
        }
        finalize(*node, false);
        node->parent = &parent;
        last = node;
    }
    if (last != nullptr) {
        parent.list = parent.next;
        parent.next = last->next;
        last->next = nullptr;
    }
}

void Finalizer::flatten(MenuNode& parent) {
    const bool old_choice =
        tree_.profile().is_6_1() && parent.sym != nullptr && parent.sym->is_choice;
    for (MenuNode* node = parent.list; node != nullptr; node = node->next) {
        if (old_choice && node->sym != nullptr && !node->sym->is_choice_value) {
            adopt_choice_value(parent, *node);
        }
        if (node->list == nullptr || node->prompt != nullptr) {
            continue;
        }
        MenuNode* last = node->list;
        for (;; last = last->next) {
            last->parent = &parent;
            if (last->next == nullptr) {
                break;
            }
        }
        last->next = node->next;
        node->next = node->list;
        node->list = nullptr;
    }
}

void Finalizer::set_type(MenuNode& node, SymbolType type) {
    Symbol& symbol = *node.sym;
    if (symbol.type == type) {
        return;
    }
    if (symbol.type == SymbolType::unknown) {
        symbol.type = type;
        simplifier_.forget();
        return;
    }
    diagnostics_.warn({node.file, node.line, 0},
                      cat("ignoring type redefinition of '", symbol.label(), "' from '",
                          type_name(symbol.type), "' to '", type_name(type), '\''));
}

// 6.1: a choice without a type takes that of its first member, and the other
// way round.
void Finalizer::settle_choice_types(MenuNode& parent) {
    if (parent.sym->type == SymbolType::unknown) {
        for (MenuNode* node = parent.list; node != nullptr; node = node->next) {
            if (node->sym != nullptr && node->sym->type != SymbolType::unknown) {
                set_type(parent, node->sym->type);
                break;
            }
        }
    }
    for (MenuNode* node = parent.list; node != nullptr; node = node->next) {
        if (node->sym != nullptr && node->sym->type == SymbolType::unknown) {
            set_type(*node, parent.sym->type);
        }
    }
}

Property* Finalizer::add_property(MenuNode& node, PropType type, const Expr* expr) {
    Property* const prop = tree_.add_property();
    prop->type = type;
    prop->menu = &node;
    prop->expr = expr;
    prop->file = node.file;
    prop->line = node.line;
    node.sym->add(prop);
    return prop;
}

// 6.1: makes a symbol inside a choice its member.
void Finalizer::adopt_choice_value(MenuNode& choice, MenuNode& member) {
    Symbol& symbol = *member.sym;
    symbol.is_choice_value = true;
    if (member.prompt == nullptr) {
        diagnostics_.warn({member.file, member.line, 0}, "choice value must have a prompt");
    }
    for (const Property* const prop : symbol.props) {
        if (prop->type == PropType::default_value) {
            diagnostics_.warn({prop->file, prop->line, 0},
                              "defaults for choice values not supported");
        }
        if (prop->menu != &member && prop->type == PropType::prompt &&
            prop->menu->parent->sym != choice.sym) {
            diagnostics_.warn({prop->file, prop->line, 0},
                              "choice value used outside its choice group");
        }
    }
    // Bool members of a tristate choice are for its y state only.
    if (choice.sym->type == SymbolType::tristate && symbol.type != SymbolType::tristate) {
        const Expr* const set = tree_.exprs.compare(ExprType::equal, choice.sym, tree_.yes);
        member.dep = tree_.exprs.and_(set, member.dep);
        for (Property* const prop : symbol.props) {
            if (prop->menu == &member) {
                prop->visible = tree_.exprs.and_(set, prop->visible);
            }
        }
    }
    add_property(member, PropType::choice, tree_.exprs.symbol(choice.sym));
    for (Property* const prop : choice.sym->props) {
        if (prop->type == PropType::choice) {
            tree_.make_details(*prop->menu).choice_members.push_back(&symbol);
            break;
        }
    }
}

}  // namespace kconfig
