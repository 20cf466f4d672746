// SPDX-License-Identifier: GPL-2.0
// Dependency loops, in the original's order of traversal and with its text.
#include <algorithm>
#include <vector>

#include "kconfig/base/text.hh"
#include "kconfig/finalize/finalizer.hh"

namespace kconfig {

namespace {

// What an entry of the stack is being looked at for.
enum class Via { none, dir_dep, rev_dep, implied, value, visible };

class CycleFinder {
  public:
    CycleFinder(const Tree& tree, Diagnostics& diagnostics)
        : tree_(tree),
          diagnostics_(diagnostics),
          checking_(tree.symbols.size(), 0),
          checked_(tree.symbols.size(), 0),
          clean_(tree.exprs.size(), 0) {}

    const Symbol* check(const Symbol* symbol);

  private:
    struct Entry {
        const Symbol* symbol;
        const Property* prop = nullptr;
        Via via = Via::none;
    };

    bool is_member(const Symbol& symbol) const {
        return tree_.profile().is_6_1() ? symbol.is_choice_value : symbol.has_choice;
    }

    const Symbol* choice_of(const Symbol& symbol) const;
    std::vector<const Symbol*> members_of(const Symbol& choice) const;
    const Symbol* check_expr(const Expr* e);
    const Symbol* check_operands(const Expr* e);
    const Symbol* check_symbol(const Symbol& symbol);
    const Symbol* check_choice(const Symbol& choice);
    void report(const Symbol* last);
    std::string line(const Entry& entry, const Symbol& next, bool first) const;
    std::string line_6_1(const Entry& entry, const Symbol& next, bool first) const;

    const Tree& tree_;
    Diagnostics& diagnostics_;
    std::vector<char> checking_;
    std::vector<char> checked_;
    std::vector<char> clean_;  // expressions whose symbols have all been checked
    std::vector<Entry> stack_;
};

const Symbol* CycleFinder::choice_of(const Symbol& symbol) const {
    if (!tree_.profile().is_6_1()) {
        return symbol.has_choice ? symbol.choice->sym : nullptr;
    }
    for (const Property* const prop : symbol.props) {
        if (prop->type == PropType::choice) {
            return prop_symbol(*prop);
        }
    }
    return nullptr;
}

std::vector<const Symbol*> CycleFinder::members_of(const Symbol& choice) const {
    if (tree_.profile().is_6_1()) {
        for (const Property* const prop : choice.props) {
            if (prop->type == PropType::choice) {
                const auto& members = tree_.details(*prop->menu).choice_members;
                return {members.begin(), members.end()};
            }
        }
        return {};
    }
    std::vector<const Symbol*> members;
    const MenuNode* const menu = choice.menus.front();
    for (const MenuNode* node = next_node(menu, menu); node != nullptr;
         node = next_node(node, menu)) {
        if (node->sym != nullptr) {
            members.push_back(node->sym);
        }
    }
    return members;
}

// Nothing found once is nothing found again: no symbol of the expression is being
// checked now, and all are marked as checked.
const Symbol* CycleFinder::check_expr(const Expr* e) {
    if (e == nullptr || clean_[e->id] != 0) {
        return nullptr;
    }
    const Symbol* const found = check_operands(e);
    if (found == nullptr) {
        clean_[e->id] = 1;
    }
    return found;
}

const Symbol* CycleFinder::check_operands(const Expr* e) {
    switch (e->type) {
        case ExprType::or_:
        case ExprType::and_: {
            const Symbol* const found = check_expr(e->left());
            return found != nullptr ? found : check_expr(e->right());
        }
        case ExprType::not_:
            return check_expr(e->left());
        case ExprType::symbol:
            return check(e->left_symbol());
        default:
            break;
    }
    if (!e->is_comparison()) {
        return nullptr;
    }
    const Symbol* const found = check(e->left_symbol());
    return found != nullptr ? found : check(e->right_symbol());
}

const Symbol* CycleFinder::check_symbol(const Symbol& symbol) {
    const std::size_t place = stack_.size();
    stack_.push_back({&symbol});
    const Symbol* found = nullptr;
    const auto look = [&](Via via, const Expr* e) {
        stack_[place].via = via;
        found = check_expr(e);
        return found != nullptr;
    };
    if (!look(Via::dir_dep, symbol.dir_dep) && !look(Via::rev_dep, symbol.rev_dep) &&
        !look(Via::implied, symbol.implied)) {
        for (const Property* const prop : symbol.value_props) {
            if (prop->type == PropType::choice) {
                continue;
            }
            stack_[place].prop = prop;
            if (look(Via::visible, prop->visible)) {
                break;
            }
            if (prop->type != PropType::default_value || symbol.is_choice) {
                continue;
            }
            if (look(Via::value, prop->expr)) {
                break;
            }
        }
    }
    stack_.pop_back();
    return found;
}

const Symbol* CycleFinder::check_choice(const Symbol& choice) {
    stack_.push_back({&choice});
    const std::vector<const Symbol*> members = members_of(choice);
    bool again = false;
    for (const Symbol* const member : members) {
        again = again || checked_[member->id] != 0;
        checking_[member->id] = checked_[member->id] = 1;
    }
    if (again) {  // a symbol that was done is open once more
        std::fill(clean_.begin(), clean_.end(), 0);
    }
    checking_[choice.id] = checked_[choice.id] = 1;
    const Symbol* found = check_symbol(choice);
    checking_[choice.id] = 0;
    if (found == nullptr) {
        for (const Symbol* const member : members) {
            found = check_symbol(*member);
            if (found != nullptr) {
                break;
            }
        }
    }
    for (const Symbol* const member : members) {
        checking_[member->id] = 0;
    }
    if (found != nullptr && is_member(*found) && choice_of(*found) == &choice) {
        found = &choice;
    }
    stack_.pop_back();
    return found;
}

const Symbol* CycleFinder::check(const Symbol* symbol) {
    if (checking_[symbol->id] != 0) {
        report(symbol);
        return symbol;
    }
    if (checked_[symbol->id] != 0) {
        return nullptr;
    }
    if (is_member(*symbol)) {
        stack_.push_back({symbol});
        const Symbol* const found = check(choice_of(*symbol));
        stack_.pop_back();
        return found;
    }
    if (symbol->is_choice) {
        return check_choice(*symbol);
    }
    checking_[symbol->id] = checked_[symbol->id] = 1;
    const Symbol* const found = check_symbol(*symbol);
    checking_[symbol->id] = 0;
    return found;
}

std::string CycleFinder::line(const Entry& entry, const Symbol& next, bool first) const {
    const Symbol& symbol = *entry.symbol;
    std::string out = first ? "error: recursive dependency detected!\n" : "";
    append(out, "\tsymbol ", symbol.label());
    const PropType type = entry.prop != nullptr ? entry.prop->type : PropType::unknown;
    if (next.is_choice) {
        const MenuNode& choice = *next.menus.front();
        append(out, " is part of choice block at ", choice.file->name, ':', choice.line, '\n');
        return out;
    }
    switch (entry.via) {
        case Via::dir_dep:
            out += " depends on ";
            break;
        case Via::rev_dep:
            out += " is selected by ";
            break;
        case Via::implied:
            out += " is implied by ";
            break;
        case Via::value:
            append(out, ' ', prop_name(type), " value contains ");
            break;
        case Via::none:
        case Via::visible:
            append(out, ' ', prop_name(type), " is visible depending on ");
            break;
    }
    append(out, next.name != nullptr ? next.text() : std::string_view("(null)"), '\n');
    return out;
}

std::string CycleFinder::line_6_1(const Entry& entry, const Symbol& next, bool first) const {
    const Symbol& symbol = *entry.symbol;
    const Property* prop = entry.prop;
    if (prop == nullptr && !symbol.props.empty()) {
        prop = symbol.props.front();
    }
    const MenuNode* menu = nullptr;
    if (symbol.is_choice || symbol.is_choice_value) {
        prop = symbol.props.empty() ? nullptr : symbol.props.front();
        menu = prop != nullptr ? prop->menu : nullptr;
    }
    std::string where = "<none>:0:";
    if (menu != nullptr) {
        where = cat(menu->file->name, ':', menu->line, ':');
    } else if (prop != nullptr) {
        where = cat(prop->file->name, ':', prop->line, ':');
    }
    std::string out;
    if (first) {
        append(out, prop != nullptr ? cat(prop->file->name, ':', prop->line) : "<none>:0",
               ":error: recursive dependency detected!\n");
    }
    append(out, where, symbol.is_choice ? "\tchoice " : "\tsymbol ", symbol.label());
    if (symbol.is_choice) {
        out += " contains symbol ";
    } else if (symbol.is_choice_value) {
        out += " is part of choice ";
    } else if (entry.via == Via::dir_dep) {
        out += " depends on ";
    } else if (entry.via == Via::rev_dep) {
        out += " is selected by ";
    } else if (entry.via == Via::implied) {
        out += " is implied by ";
    } else {
        append(out, ' ', prop_name(prop != nullptr ? prop->type : PropType::unknown),
               entry.via == Via::value ? " value contains " : " is visible depending on ");
    }
    append(out, next.label(), '\n');
    return out;
}

void CycleFinder::report(const Symbol* last) {
    const bool old = tree_.profile().is_6_1();
    const bool member = is_member(*last);
    if (member) {
        stack_.push_back({last});
        last = choice_of(*last);
    }
    std::size_t begin = stack_.size();
    while (begin > 0 && stack_[begin - 1].symbol != last) {
        --begin;
    }
    if (begin == 0) {
        // The original leaves its stack as it is here, too.
        diagnostics_.raw("unexpected recursive dependency error\n");
        if (member) {
            stack_.pop_back();
        }
        return;
    }
    std::string out;
    for (std::size_t i = begin - 1; i < stack_.size(); ++i) {
        const Symbol& next = i + 1 < stack_.size() ? *stack_[i + 1].symbol : *last;
        const bool first = stack_[i].symbol == last;
        out += old ? line_6_1(stack_[i], next, first) : line(stack_[i], next, first);
    }
    out +=
        "For a resolution refer to Documentation/kbuild/kconfig-language.rst\n"
        "subsection \"Kconfig recursive dependency limitations\"\n"
        "\n";
    diagnostics_.raw(out);
    if (member) {
        stack_.pop_back();
    }
}

}  // namespace

void check_dependencies(Tree& tree, Diagnostics& diagnostics) {
    if (!tree.profile().is_6_1() && has_no_loops(tree)) {
        return;
    }
    CycleFinder finder(tree, diagnostics);
    if (tree.profile().is_6_1()) {
        for (const Symbol* const symbol : tree.hash_order()) {
            if (finder.check(symbol) != nullptr) {
                diagnostics.count_error();
            }
        }
        return;
    }
    for (const MenuNode* node = next_node(&tree.root, &tree.root); node != nullptr;
         node = next_node(node, &tree.root)) {
        if (node->sym == nullptr) {
            continue;
        }
        if (finder.check(node->sym) != nullptr) {
            diagnostics.count_error();
        }
        if (node->sym->is_choice) {
            for (int bad = insane_choice_members(*node, &diagnostics); bad > 0; --bad) {
                diagnostics.count_error();
            }
        }
    }
}

}  // namespace kconfig
