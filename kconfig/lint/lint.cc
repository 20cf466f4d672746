// SPDX-License-Identifier: GPL-2.0
// Static checks.
#include "kconfig/lint/lint.hh"

#include <algorithm>
#include <set>

#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

constexpr unsigned kNo = 1;
constexpr unsigned kMod = 2;
constexpr unsigned kYes = 4;
constexpr unsigned kAny = kNo | kMod | kYes;

template <typename Combine>
unsigned combine_sets(unsigned left, unsigned right, Combine combine) {
    unsigned out = 0;
    for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) {
            if ((left >> a & 1U) != 0 && (right >> b & 1U) != 0) {
                out |= 1U << combine(a, b);
            }
        }
    }
    return out;
}

// The conjuncts of an expression.
void conjuncts(const Expr* e, std::vector<const Expr*>& out) {
    if (e == nullptr) {
        return;
    }
    if (e->type == ExprType::and_) {
        conjuncts(e->left(), out);
        conjuncts(e->right(), out);
    } else {
        out.push_back(e);
    }
}

void symbols_of(const Expr* e, std::vector<const Symbol*>& out) {
    if (e == nullptr) {
        return;
    }
    if (e->is_and_or() || e->type == ExprType::not_) {
        symbols_of(e->left(), out);
        symbols_of(e->right(), out);
        return;
    }
    out.push_back(e->left_symbol());
    if (e->right_symbol() != nullptr) {
        out.push_back(e->right_symbol());
    }
}

bool is_number_text(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        return text.size() > 2 && std::all_of(text.begin() + 2, text.end(), is_hex_digit);
    }
    if (text.starts_with('-')) {
        text.remove_prefix(1);
    }
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

class Linter {
  public:
    Linter(const Tree& tree, Host& host) : tree_(tree), evaluator_(tree, host) {
        evaluator_.set_quiet(true);
    }

    std::vector<Finding> run();

  private:
    void add(std::string_view check, const SourceFile* file, int line, std::string text) {
        findings_.push_back({std::string(check), file, line, std::move(text)});
    }

    void note_references();
    void check_symbol(const Symbol& symbol);
    void check_selects(const Symbol& symbol);
    void check_menu(const MenuNode& node);

    std::string show(const Expr* e) {
        std::string out;
        evaluator_.print(out, e, false);
        return out;
    }

    const Tree& tree_;
    Evaluator evaluator_;
    std::vector<Finding> findings_;
    std::set<const Symbol*> referenced_;
    std::set<const Symbol*> reported_;
};

// Who is mentioned, and who is mentioned but defined nowhere.
void Linter::note_references() {
    const auto note = [this](const Expr* e, const SourceFile* file, int line) {
        std::vector<const Symbol*> symbols;
        symbols_of(e, symbols);
        for (const Symbol* const symbol : symbols) {
            referenced_.insert(symbol);
            if (symbol->menus.empty() && !symbol->is_constant && !symbol->is_choice &&
                !is_number_text(symbol->text()) && reported_.insert(symbol).second) {
                add("undefined-symbol", file, line,
                    cat(symbol->text(), " is used but defined nowhere: it is always n"));
            }
        }
    };
    for (const WrittenDep& dep : tree_.written_deps) {
        note(dep.expr, dep.file, dep.line);
    }
    for (const Property& prop : tree_.properties) {
        if (prop.type != PropType::symbol && prop.type != PropType::choice) {
            note(prop.expr, prop.file, prop.line);
            note(prop.visible, prop.file, prop.line);
        }
    }
}

void Linter::check_symbol(const Symbol& symbol) {
    const MenuNode& node = *symbol.menus.front();
    const auto never = [this](const Expr* e) {
        return possible_values(tree_, e) == kNo || contradicts_itself(e);
    };
    bool has_prompt = false;
    bool can_be_seen = false;
    bool has_default = false;
    for (const Property* const prop : symbol.props) {
        if (prop->has_text) {
            has_prompt = true;
            can_be_seen = can_be_seen || !never(prop->visible);
        }
        has_default = has_default || (prop->type == PropType::default_value &&
                                      !never(prop->visible) && !never(prop->expr));
    }
    const bool reversed = symbol.rev_dep != nullptr || symbol.implied != nullptr;
    if (!is_logical(symbol.type)) {
        return;
    }
    if (!can_be_seen && !has_default && !reversed) {
        add("dead-symbol", node.file, node.line,
            has_prompt
                ? cat(symbol.text(), " can never be set: ", show(symbol.dir_dep), " is always n")
                : cat(symbol.text(),
                      " can never be set: it has no prompt and no default, and nothing "
                      "selects it"));
    }
    if (!has_prompt && referenced_.count(&symbol) == 0 && has_default == reversed) {
        add("unused-symbol", node.file, node.line,
            cat(symbol.text(), " has no prompt and no other symbol mentions it"));
    }
}

void Linter::check_selects(const Symbol& symbol) {
    for (const Property* const prop : symbol.props) {
        if (prop->type != PropType::select) {
            continue;
        }
        const Symbol& target = *prop_symbol(*prop);
        if (possible_values(tree_, prop->visible) == kNo) {
            add("select-never", prop->file, prop->line,
                cat("select ", target.text(), " never happens: ", show(prop->visible),
                    " is always n"));
            continue;
        }
        // Each dependency of the target should follow from those of the selector.
        std::vector<const Expr*> given;
        conjuncts(prop->visible, given);
        for (const MenuNode* const node : symbol.menus) {
            conjuncts(node->dep, given);
        }
        given.push_back(nullptr);
        std::vector<const Expr*> needed;
        conjuncts(target.dir_dep, needed);
        for (const Expr* const need : needed) {
            const bool met = std::find(given.begin(), given.end(), need) != given.end() ||
                             (need->type == ExprType::symbol && need->left_symbol() == &symbol) ||
                             possible_values(tree_, need) == kYes;
            if (!met) {
                add("unmet-select", prop->file, prop->line,
                    cat(symbol.label(), " selects ", target.text(), ", which depends on ",
                        show(need), ", but does not depend on it"));
            }
        }
    }
}

void Linter::check_menu(const MenuNode& node) {
    if (node.sym != nullptr || node.prompt == nullptr) {
        return;
    }
    if (possible_values(tree_, node.prompt->visible) == kNo ||
        contradicts_itself(node.prompt->visible)) {
        add("unreachable-menu", node.file, node.line,
            cat(prop_name(node.prompt->type), " \"", node.prompt->text,
                "\" can never be seen: ", show(node.prompt->visible), " is always n"));
    }
}

std::vector<Finding> Linter::run() {
    note_references();
    for (const Symbol& symbol : tree_.symbols) {
        if (symbol.menus.empty() || symbol.is_choice) {
            continue;
        }
        check_symbol(symbol);
        check_selects(symbol);
    }
    for (const MenuNode& node : tree_.nodes) {
        check_menu(node);
    }
    std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
        if (a.file != b.file && a.file != nullptr && b.file != nullptr) {
            return a.file->name < b.file->name;
        }
        return a.line < b.line;
    });
    return std::move(findings_);
}

}  // namespace

bool contradicts_itself(const Expr* e) {
    std::vector<const Expr*> parts;
    conjuncts(e, parts);
    if (std::none_of(parts.begin(), parts.end(),
                     [](const Expr* part) { return part->type == ExprType::not_; })) {
        return false;
    }
    std::set<const Symbol*> wanted;
    std::set<const Symbol*> unwanted;
    for (const Expr* const part : parts) {
        if (part->type == ExprType::symbol) {
            wanted.insert(part->left_symbol());
        } else if (part->type == ExprType::not_ && part->left()->type == ExprType::symbol &&
                   part->left()->left_symbol()->type == SymbolType::boolean) {
            unwanted.insert(part->left()->left_symbol());
        }
    }
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Symbol* s) { return unwanted.count(s) != 0; });
}

unsigned possible_values(const Tree& tree, const Expr* e) {
    if (e == nullptr) {
        return kYes;
    }
    switch (e->type) {
        case ExprType::and_:
            return combine_sets(possible_values(tree, e->left()), possible_values(tree, e->right()),
                                [](int a, int b) { return std::min(a, b); });
        case ExprType::or_:
            return combine_sets(possible_values(tree, e->left()), possible_values(tree, e->right()),
                                [](int a, int b) { return std::max(a, b); });
        case ExprType::not_: {
            const unsigned inner = possible_values(tree, e->left());
            return (inner & kMod) | ((inner & kNo) != 0 ? kYes : 0) |
                   ((inner & kYes) != 0 ? kNo : 0);
        }
        case ExprType::symbol: {
            const Symbol& symbol = *e->left_symbol();
            if (&symbol == tree.yes) {
                return kYes;
            }
            if (&symbol == tree.mod) {
                return kMod;
            }
            if (&symbol == tree.no || (symbol.menus.empty() && !symbol.is_choice)) {
                return kNo;
            }
            return symbol.type == SymbolType::boolean ? kNo | kYes : kAny;
        }
        default:
            return kNo | kYes;
    }
}

std::vector<Finding> lint(const Tree& tree, Host& host) {
    return Linter(tree, host).run();
}

}  // namespace kconfig
