// SPDX-License-Identifier: GPL-2.0
// Elimination of equal and redundant operands.
#include "kconfig/finalize/simplify.hh"

#include <deque>

namespace kconfig {

namespace {

bool may_join(const Expr* e) {
    return e->type == ExprType::equal || e->type == ExprType::unequal ||
           e->type == ExprType::symbol || e->type == ExprType::not_;
}

// The symbol that both operands are about; null when there is none.
const Symbol* common_symbol(const Expr* a, const Expr* b) {
    if (!may_join(a) || !may_join(b)) {
        return nullptr;
    }
    const Symbol* first = nullptr;
    if (a->type == ExprType::not_) {
        const Expr* const inner = a->left();
        if (inner->type != ExprType::equal && inner->type != ExprType::unequal &&
            inner->type != ExprType::symbol) {
            return nullptr;
        }
        first = inner->left_symbol();
    } else {
        first = a->left_symbol();
    }
    const Symbol* second = nullptr;
    if (b->type == ExprType::not_) {
        if (b->left()->type != ExprType::symbol) {
            return nullptr;
        }
        second = b->left()->left_symbol();
    } else {
        second = b->left_symbol();
    }
    return first == second && is_logical(first->type) ? first : nullptr;
}

// One of each, in either order.
bool pair_is(const Symbol* a, const Symbol* b, const Symbol* x, const Symbol* y) {
    return (a == x && b == y) || (a == y && b == x);
}

bool is_negated_symbol(const Expr* e) {
    return e->type == ExprType::not_ && e->left()->type == ExprType::symbol;
}

// The comparison next to a plain symbol, whichever comes first; else null.
const Expr* compared_beside(const Expr* a, const Expr* b) {
    if (a->type == ExprType::symbol && b->is_comparison()) {
        return b;
    }
    return b->type == ExprType::symbol && a->is_comparison() ? a : nullptr;
}

}  // namespace

const Expr* Simplifier::eliminate_yn(const Expr* e) {
    if (tree_.profile().is_6_1()) {
        return eliminate_yn_6_1(e);
    }
    if (e == nullptr || !e->is_and_or()) {
        return e;
    }
    if (const Expr* const known = memo_.find(Rewriting::without_yn, e)) {
        return known;
    }
    const Expr* const result = eliminate_yn_once(e);
    memo_.put(Rewriting::without_yn, e, result);
    return result;
}

const Expr* Simplifier::eliminate_yn_once(const Expr* e) {
    // Unless an operand vanishes, the operands stay as they were.
    const Expr* const l = eliminate_yn(e->left());
    const Expr* const r = eliminate_yn(e->right());
    const bool is_and = e->type == ExprType::and_;
    const Symbol* const absorbing = is_and ? tree_.no : tree_.yes;
    const Symbol* const neutral = is_and ? tree_.yes : tree_.no;
    if (is_symbol(l, absorbing) || is_symbol(r, neutral)) {
        return is_symbol(l, neutral) ? r : l;
    }
    if (is_symbol(l, neutral) || is_symbol(r, absorbing)) {
        return r;
    }
    return e;
}

const Expr* Simplifier::eliminate_yn_6_1(const Expr* e) {
    if (e == nullptr || !e->is_and_or()) {
        return e;
    }
    const Expr* const l = eliminate_yn_6_1(e->left());
    const Expr* const r = eliminate_yn_6_1(e->right());
    const bool is_and = e->type == ExprType::and_;
    const Symbol* const absorbing = is_and ? tree_.no : tree_.yes;
    const Symbol* const neutral = is_and ? tree_.yes : tree_.no;
    if (is_symbol(l, absorbing)) {
        return l;
    }
    if (is_symbol(l, neutral) || is_symbol(r, absorbing)) {
        return r;
    }
    return is_symbol(r, neutral) ? l : with_operands(e, l, r);
}

void Simplifier::eliminate_equal_pairs(ExprType type, const Expr*& a, const Expr*& b) {
    if (a->type == type) {
        const Expr* l = a->left();
        const Expr* r = a->right();
        eliminate_equal_pairs(type, l, b);
        eliminate_equal_pairs(type, r, b);
        a = with_operands(a, l, r);
        return;
    }
    if (b->type == type) {
        const Expr* l = b->left();
        const Expr* r = b->right();
        eliminate_equal_pairs(type, a, l);
        eliminate_equal_pairs(type, a, r);
        b = with_operands(b, l, r);
        return;
    }
    if ((is_symbol(a, tree_.yes) && is_symbol(b, tree_.yes)) ||
        (is_symbol(a, tree_.no) && is_symbol(b, tree_.no))) {
        return;
    }
    if (equal(a, b)) {
        ++changes_;
        a = b = constant(type == ExprType::or_ ? tree_.no : tree_.yes);
    }
}

void Simplifier::eliminate_eq(const Expr*& a, const Expr*& b) {
    if (a == nullptr || b == nullptr) {
        return;
    }
    if (a->is_and_or()) {
        eliminate_equal_pairs(a->type, a, b);
    }
    if (a->type != b->type && b->is_and_or()) {
        eliminate_equal_pairs(b->type, a, b);
    }
    a = eliminate_yn(a);
    b = eliminate_yn(b);
}

bool Simplifier::equal(const Expr* a, const Expr* b) {
    if (a == nullptr || b == nullptr) {
        return is_yes(tree_, a) && is_yes(tree_, b);
    }
    if (a->type != b->type || (a->symbols & b->symbols) == 0) {
        return false;
    }
    // By operands, not by identity: the table may be a scratch one.
    if (a->is_comparison() || a->type == ExprType::symbol) {
        return a->lhs == b->lhs && a->rhs == b->rhs;
    }
    if (a->type == ExprType::not_) {
        return equal(a->left(), b->left());
    }
    if (!a->is_and_or()) {
        return false;
    }
    const int changes = changes_;
    eliminate_eq(a, b);
    changes_ = changes;
    return a->type == ExprType::symbol && b->type == ExprType::symbol && a->lhs == b->lhs;
}

const Expr* Simplifier::join_or(const Expr* a, const Expr* b) {
    if (equal(a, b)) {
        return a;
    }
    const Symbol* const symbol = common_symbol(a, b);
    if (symbol == nullptr) {
        return nullptr;
    }
    if (symbol->type == SymbolType::tristate && a->type == ExprType::equal &&
        b->type == ExprType::equal) {
        const Symbol* const va = a->right_symbol();
        const Symbol* const vb = b->right_symbol();
        const Symbol* const values[] = {tree_.yes, tree_.mod, tree_.no};
        for (int i = 0; i < 3; ++i) {
            // Two of the three values: not the third.
            if (pair_is(va, vb, values[i], values[(i + 1) % 3])) {
                return exprs_.compare(ExprType::unequal, symbol, values[(i + 2) % 3]);
            }
        }
    }
    if (symbol->type == SymbolType::boolean &&
        ((is_negated_symbol(a) && b->type == ExprType::symbol) ||
         (is_negated_symbol(b) && a->type == ExprType::symbol))) {
        return constant(tree_.yes);
    }
    return nullptr;
}

const Expr* Simplifier::join_and(const Expr* a, const Expr* b) {
    if (equal(a, b)) {
        return a;
    }
    const Symbol* const symbol = common_symbol(a, b);
    if (symbol == nullptr) {
        return nullptr;
    }
    ExprTable& exprs = exprs_;
    if (const Expr* const compared = compared_beside(a, b)) {
        const Symbol* const value = compared->right_symbol();
        if (compared->type == ExprType::equal && value == tree_.yes) {
            return compared;
        }
        if (compared->type == ExprType::unequal && value == tree_.no) {
            return constant(symbol);
        }
        if (compared->type == ExprType::unequal && value == tree_.mod) {
            return exprs.compare(ExprType::equal, symbol, tree_.yes);
        }
    }
    if (symbol->type != SymbolType::tristate) {
        return nullptr;
    }
    const bool ab = a->type == ExprType::equal && b->type == ExprType::unequal;
    const bool ba = a->type == ExprType::unequal && b->type == ExprType::equal;
    if (ab || ba) {
        const Symbol* const is = (ab ? a : b)->right_symbol();
        const Symbol* const is_not = (ab ? b : a)->right_symbol();
        if (is->is_constant && is_not->is_constant) {
            return is != is_not ? exprs.compare(ExprType::equal, symbol, is) : constant(tree_.no);
        }
    }
    if (a->type == ExprType::unequal && b->type == ExprType::unequal) {
        const Symbol* const va = a->right_symbol();
        const Symbol* const vb = b->right_symbol();
        if (pair_is(va, vb, tree_.yes, tree_.no)) {
            return exprs.compare(ExprType::equal, symbol, tree_.mod);
        }
        if (pair_is(va, vb, tree_.yes, tree_.mod)) {
            return exprs.compare(ExprType::equal, symbol, tree_.no);
        }
        if (pair_is(va, vb, tree_.mod, tree_.no)) {
            return exprs.compare(ExprType::equal, symbol, tree_.yes);
        }
    }
    return nullptr;
}

void Simplifier::eliminate_pairs(ExprType type, const Expr*& a, const Expr*& b) {
    if ((a->symbols & b->symbols) == 0) {
        return;  // all that can be joined or dropped is about one symbol
    }
    if (a->type == type) {
        const Expr* l = a->left();
        const Expr* r = a->right();
        eliminate_pairs(type, l, b);
        eliminate_pairs(type, r, b);
        a = with_operands(a, l, r);
        return;
    }
    if (b->type == type) {
        const Expr* l = b->left();
        const Expr* r = b->right();
        eliminate_pairs(type, a, l);
        eliminate_pairs(type, a, r);
        b = with_operands(b, l, r);
        return;
    }
    const bool is_or = type == ExprType::or_;
    if (const Expr* const joined = is_or ? join_or(a, b) : join_and(a, b)) {
        a = constant(is_or ? tree_.no : tree_.yes);
        b = joined;
        ++changes_;
    }
}

const Expr* Simplifier::eliminate_dups(const Expr* e) {
    if (e == nullptr) {
        return e;
    }
    if (!e->is_and_or()) {
        return e;
    }
    if (const Expr* const known = memo_.find(Rewriting::deduplicated, e)) {
        return known;
    }
    const Expr* const original = e;
    if (tree_.profile().is_6_1()) {
        e = eliminate_dups_6_1(e);
    } else {
        const int before = changes_;
        do {
            changes_ = 0;
            if (e->is_and_or()) {
                const Expr* l = eliminate_dups(e->left());
                const Expr* r = eliminate_dups(e->right());
                eliminate_pairs(e->type, l, r);
                e = with_operands(e, l, r);
            }
            e = eliminate_yn(e);
        } while (changes_ != 0);
        changes_ = before;
    }
    memo_.put(Rewriting::deduplicated, original, e);
    return e;
}

// 6.1 works in place, with both operands of a comparison in the same expression.
struct Simplifier::Node {
    const Expr* leaf = nullptr;  // null for an inner node
    ExprType type = ExprType::none;
    Node* left = nullptr;
    Node* right = nullptr;
};

class Simplifier::Scratch {
  public:
    explicit Scratch(Simplifier& owner) : owner_(owner) {}

    Node* make(const Expr* e) {
        Node& node = nodes_.emplace_back();
        node.type = e->type;
        if (e->is_and_or()) {
            node.left = make(e->left());
            node.right = make(e->right());
        } else {
            node.leaf = e;
        }
        return &node;
    }

    const Expr* expr(const Node* node) {
        return node->leaf != nullptr
                   ? node->leaf
                   : owner_.exprs_.two(node->type, expr(node->left), expr(node->right));
    }

    void eliminate(ExprType type, Node** a, Node** b) {
        if ((*a)->type == type) {
            eliminate(type, &(*a)->left, b);
            eliminate(type, &(*a)->right, b);
            return;
        }
        if ((*b)->type == type) {
            eliminate(type, a, &(*b)->left);
            eliminate(type, a, &(*b)->right);
            return;
        }
        if (*a == *b) {
            return;
        }
        if ((*a)->leaf == nullptr) {
            eliminate((*a)->type, a, a);
        }
        const bool is_or = type == ExprType::or_;
        const Expr* const ea = expr(*a);
        const Expr* const eb = expr(*b);
        if (const Expr* const joined = is_or ? owner_.join_or(ea, eb) : owner_.join_and(ea, eb)) {
            *a = make(owner_.constant(is_or ? owner_.tree_.no : owner_.tree_.yes));
            *b = make(joined);
            ++owner_.changes_;
        }
    }

  private:
    Simplifier& owner_;
    std::deque<Node> nodes_;
};

const Expr* Simplifier::eliminate_dups_6_1(const Expr* e) {
    const int before = changes_;
    for (;;) {
        changes_ = 0;
        Scratch scratch(*this);
        if (e->is_and_or()) {
            Node* root = scratch.make(e);
            scratch.eliminate(e->type, &root, &root);
            e = scratch.expr(root);
        }
        if (changes_ == 0) {
            break;
        }
        e = eliminate_yn(e);
    }
    changes_ = before;
    return e;
}

}  // namespace kconfig
