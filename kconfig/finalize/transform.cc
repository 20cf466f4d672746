// SPDX-License-Identifier: GPL-2.0
// Local rewriting: m, comparisons of bools, negations.
#include "kconfig/base/text.hh"
#include "kconfig/finalize/simplify.hh"

namespace kconfig {

bool is_yes(const Tree& tree, const Expr* e) {
    return e == nullptr || (e->type == ExprType::symbol && e->left_symbol() == tree.yes);
}

bool contains_symbol(const Expr* e, const Symbol* symbol) {
    if (e == nullptr || (e->symbols & Expr::bit_of(*symbol)) == 0) {
        return false;
    }
    switch (e->type) {
        case ExprType::and_:
        case ExprType::or_:
            return contains_symbol(e->left(), symbol) || contains_symbol(e->right(), symbol);
        case ExprType::not_:
            return contains_symbol(e->left(), symbol);
        case ExprType::symbol:
            return e->left_symbol() == symbol;
        default:
            return e->is_comparison() &&
                   (e->left_symbol() == symbol || e->right_symbol() == symbol);
    }
}

bool depends_on_symbol(const Tree& tree, const Expr* e, const Symbol* symbol) {
    if (e == nullptr || (e->symbols & Expr::bit_of(*symbol)) == 0) {
        return false;
    }
    switch (e->type) {
        case ExprType::and_:
            return depends_on_symbol(tree, e->left(), symbol) ||
                   depends_on_symbol(tree, e->right(), symbol);
        case ExprType::symbol:
            return e->left_symbol() == symbol;
        case ExprType::equal:
            return e->left_symbol() == symbol &&
                   (e->right_symbol() == tree.yes || e->right_symbol() == tree.mod);
        case ExprType::unequal:
            return e->left_symbol() == symbol && e->right_symbol() == tree.no;
        default:
            return false;
    }
}

const Expr* compare_with(const Tree& tree, ExprTable& exprs, const Expr* e, ExprType type,
                         const Symbol* constant) {
    const bool negate = type == ExprType::unequal;
    if (e == nullptr) {
        e = exprs.symbol(constant);
        return negate ? exprs.not_(e) : e;
    }
    switch (e->type) {
        case ExprType::and_:
        case ExprType::or_: {
            const Expr* const l = compare_with(tree, exprs, e->left(), ExprType::equal, constant);
            const Expr* const r = compare_with(tree, exprs, e->right(), ExprType::equal, constant);
            if (constant == tree.yes) {
                e = exprs.two(e->type, l, r);
            } else if (constant == tree.no) {
                e = exprs.two(e->type == ExprType::and_ ? ExprType::or_ : ExprType::and_, l, r);
            }
            return negate ? exprs.not_(e) : e;
        }
        case ExprType::not_:
            return compare_with(tree, exprs, e->left(),
                                negate ? ExprType::equal : ExprType::unequal, constant);
        case ExprType::symbol:
            return exprs.compare(type, e->left_symbol(), constant);
        default:
            break;
    }
    if (!e->is_comparison()) {
        return nullptr;
    }
    if (constant == tree.mod) {
        return exprs.symbol(negate ? tree.yes : tree.no);
    }
    return (constant == tree.yes) == negate ? exprs.not_(e) : e;
}

bool same_condition(const Tree& tree, Host& host, const Expr* a, const Expr* b) {
    if (a == b) {
        return true;
    }
    ExprTable scratch(64);
    return Simplifier(tree, scratch, host).equal(a, b);
}

void Simplifier::forget() {
    memo_.forget(Rewriting::transformed);
    memo_.forget(Rewriting::deduplicated);
}

bool Simplifier::is_symbol(const Expr* e, const Symbol* symbol) const {
    return e->type == ExprType::symbol && e->left_symbol() == symbol;
}

const Expr* Simplifier::rewrite_m(const Expr* e) {
    if (e == nullptr) {
        return e;
    }
    switch (e->type) {
        case ExprType::symbol:
            return e->left_symbol() == tree_.mod ? exprs_.and_(e, exprs_.symbol(tree_.modules)) : e;
        case ExprType::not_:
        case ExprType::or_:
        case ExprType::and_:
            break;
        default:
            return e;
    }
    if (const Expr* const known = memo_.find(Rewriting::rewritten, e)) {
        return known;
    }
    const Expr* const left = rewrite_m(e->left());
    const Expr* const right = e->type == ExprType::not_ ? nullptr : rewrite_m(e->right());
    const Expr* const made = with_operands(e, left, right);
    memo_.put(Rewriting::rewritten, e, made);
    return made;
}

const Expr* Simplifier::transform_comparison(const Expr* e) {
    const Symbol* const symbol = e->left_symbol();
    const Symbol* const value = e->right_symbol();
    if (symbol->type != SymbolType::boolean ||
        (e->type != ExprType::equal && e->type != ExprType::unequal)) {
        return e;
    }
    const bool equal = e->type == ExprType::equal;
    if (value == tree_.mod) {
        host_.out(cat("boolean symbol ", symbol->text(), " tested for 'm'? test forced to '",
                      equal ? 'n' : 'y', "'\n"));
        ++messages_;
        return constant(equal ? tree_.no : tree_.yes);
    }
    if (value == tree_.yes && !equal && tree_.profile().bug_compat && !tree_.profile().is_6_1()) {
        // 6.12 negates the symbol as if it were an expression; what it then
        // reads is part of an address, far above y.
        return constant(tree_.yes);
    }
    if (value == tree_.no || value == tree_.yes) {
        const Expr* const plain = constant(symbol);
        return (value == tree_.yes) == equal ? plain : exprs_.not_(plain);
    }
    return e;
}

const Expr* Simplifier::transform_not(const Expr* e) {
    const Expr* const inner = e->left();
    ExprTable& exprs = exprs_;
    const auto flipped = [&](ExprType type) {
        return exprs.compare(type, inner->left_symbol(), inner->right_symbol());
    };
    switch (inner->type) {
        case ExprType::not_:
            return inner->left();
        case ExprType::equal:
            return flipped(ExprType::unequal);
        case ExprType::unequal:
            return flipped(ExprType::equal);
        case ExprType::leq:
            return flipped(ExprType::greater);
        case ExprType::geq:
            return flipped(ExprType::less);
        case ExprType::less:
            return flipped(ExprType::geq);
        case ExprType::greater:
            return flipped(ExprType::leq);
        case ExprType::or_:
        case ExprType::and_:
            return transform(
                exprs.two(inner->type == ExprType::or_ ? ExprType::and_ : ExprType::or_,
                          exprs.not_(inner->left()), exprs.not_(inner->right())));
        case ExprType::symbol:
            if (inner->left_symbol() == tree_.yes) {
                return constant(tree_.no);
            }
            if (inner->left_symbol() == tree_.mod) {
                return inner;
            }
            return inner->left_symbol() == tree_.no ? constant(tree_.yes) : e;
        default:
            return e;
    }
}

const Expr* Simplifier::transform(const Expr* e) {
    if (e == nullptr || e->type == ExprType::symbol) {
        return e;
    }
    if (const Expr* const known = memo_.find(Rewriting::transformed, e)) {
        return known;
    }
    const int messages = messages_;
    const Expr* made = e;
    if (e->is_comparison()) {
        made = transform_comparison(e);
    } else if (e->type == ExprType::not_) {
        made = transform_not(with_operands(e, transform(e->left()), nullptr));
    } else if (e->is_and_or()) {
        if (tree_.profile().is_6_1()) {
            const Expr* const left = transform(e->left());
            made = with_operands(e, left, transform(e->right()));
        } else {  // 6.12: two arguments of one call, of which GCC computes the last one first
            const Expr* const right = transform(e->right());
            made = with_operands(e, transform(e->left()), right);
        }
    }
    if (messages == messages_) {  // what spoke must speak every time
        memo_.put(Rewriting::transformed, e, made);
    }
    return made;
}

}  // namespace kconfig
