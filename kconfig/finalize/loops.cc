// SPDX-License-Identifier: GPL-2.0
// Whether there are dependency loops at all: nearly never, and quicker to see than what is to be
// said of one, since it does not matter in which order symbols are looked at.
#include <vector>

#include "kconfig/finalize/finalizer.hh"

namespace kconfig {

namespace {

class LoopProbe {
  public:
    explicit LoopProbe(const Tree& tree)
        : tree_(tree), marks_(tree.symbols.size(), Mark::none), clean_(tree.exprs.size(), 0) {}

    bool finds_none() {
        for (const MenuNode* const choice : tree_.choices) {
            if (!is_usual(*choice)) {
                return false;
            }
        }
        for (const Symbol& symbol : tree_.symbols) {
            if (!passes(symbol)) {
                return false;
            }
        }
        return true;
    }

  private:
    enum class Mark : char { none, open, done };

    // A member of another choice, or of none, is looked at by itself, too: then the order decides
    // what is found.
    static bool is_usual(const MenuNode& choice) {
        for (const MenuNode* node = next_node(&choice, &choice); node != nullptr;
             node = next_node(node, &choice)) {
            if (node->sym != nullptr && node->sym->choice != &choice) {
                return false;
            }
        }
        return insane_choice_members(choice, nullptr) == 0;
    }

    bool passes(const Symbol& symbol) {
        if (marks_[symbol.id] != Mark::none) {
            return marks_[symbol.id] == Mark::done;
        }
        if (symbol.has_choice || symbol.is_choice) {
            return passes(symbol.has_choice ? *symbol.choice : *symbol.menus.front());
        }
        marks_[symbol.id] = Mark::open;
        const bool passed = needs_pass(symbol);
        marks_[symbol.id] = Mark::done;
        return passed;
    }

    // A choice and its members are one.
    bool passes(const MenuNode& choice) {
        const auto each = [&](const auto& visit) {
            bool all = visit(*choice.sym);
            for (const MenuNode* node = next_node(&choice, &choice); node != nullptr && all;
                 node = next_node(node, &choice)) {
                all = node->sym == nullptr || visit(*node->sym);
            }
            return all;
        };
        const auto mark = [&](Mark with) {
            each([&](const Symbol& symbol) {
                marks_[symbol.id] = with;
                return true;
            });
        };
        mark(Mark::open);
        const bool passed = each([&](const Symbol& symbol) { return needs_pass(symbol); });
        mark(Mark::done);
        return passed;
    }

    bool needs_pass(const Symbol& symbol) {
        if (!passes(symbol.dir_dep) || !passes(symbol.rev_dep) || !passes(symbol.implied)) {
            return false;
        }
        for (const Property* const prop : symbol.value_props) {
            if (!passes(prop->visible) || (prop->type == PropType::default_value &&
                                           !symbol.is_choice && !passes(prop->expr))) {
                return false;
            }
        }
        return true;
    }

    bool passes(const Expr* e) {
        if (e == nullptr || clean_[e->id] != 0) {
            return true;
        }
        bool passed = true;
        if (e->is_and_or()) {
            __builtin_prefetch(e->right());
            passed = passes(e->left()) && passes(e->right());
        } else if (e->type == ExprType::not_) {
            passed = passes(e->left());
        } else if (e->type == ExprType::symbol) {
            passed = passes(*e->left_symbol());
        } else if (e->is_comparison()) {
            passed = passes(*e->left_symbol()) && passes(*e->right_symbol());
        }
        clean_[e->id] = 1;  // where it did not pass, nothing is looked at any more
        return passed;
    }

    const Tree& tree_;
    std::vector<Mark> marks_;
    std::vector<char> clean_;
};

}  // namespace

bool has_no_loops(const Tree& tree) {
    return LoopProbe(tree).finds_none();
}

}  // namespace kconfig
