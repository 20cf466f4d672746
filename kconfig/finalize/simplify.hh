// SPDX-License-Identifier: GPL-2.0
// Rewriting of dependency expressions, exactly as each generation does it.
#pragma once

#include <unordered_map>
#include <utility>

#include "kconfig/base/host.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

/// Null and the constant y mean the same.
bool is_yes(const Tree& tree, const Expr* e);

/// Whether @p symbol occurs anywhere in @p e.
bool contains_symbol(const Expr* e, const Symbol* symbol);

/// Whether @p e cannot hold while @p symbol is n, as far as is plain to see.
bool depends_on_symbol(const Tree& tree, const Expr* e, const Symbol* symbol);

/// Makes the comparison of @p e with @p constant explicit: for unequal and n,
/// A becomes A!=n, and A && B becomes !(A=n || B=n).
const Expr* compare_with(const Tree& tree, ExprTable& exprs, const Expr* e, ExprType type,
                         const Symbol* constant);

/// Whether the two conditions are equal after minor simplification.
bool same_condition(const Tree& tree, Host& host, const Expr* a, const Expr* b);

/// The rewriting of one tree's expressions; new ones are made in the given table.
/// Results are remembered by expression, so call forget() whenever a symbol's
/// type has changed.
class Simplifier {
  public:
    Simplifier(const Tree& tree, ExprTable& exprs, Host& host)
        : tree_(tree), exprs_(exprs), host_(host) {}

    /// m becomes m && MODULES.
    const Expr* rewrite_m(const Expr* e);

    /// Normalises comparisons of bools and pushes negations down. Says on
    /// standard output where a bool is compared with m.
    const Expr* transform(const Expr* e);

    /// Joins duplicate and redundant operands.
    const Expr* eliminate_dups(const Expr* e);

    /// Removes the operands that both have in common.
    void eliminate_eq(const Expr*& a, const Expr*& b);

    /// Equal after minor simplification.
    bool equal(const Expr* a, const Expr* b);

    void forget();

  private:
    struct Node;
    class Scratch;

    const Expr* transform_not(const Expr* e);
    const Expr* transform_comparison(const Expr* e);
    const Expr* eliminate_yn(const Expr* e);
    const Expr* eliminate_yn_6_1(const Expr* e);
    const Expr* eliminate_dups_6_1(const Expr* e);
    void eliminate_pairs(ExprType type, const Expr*& a, const Expr*& b);
    void eliminate_equal_pairs(ExprType type, const Expr*& a, const Expr*& b);
    const Expr* join_or(const Expr* a, const Expr* b);
    const Expr* join_and(const Expr* a, const Expr* b);

    const Expr* constant(const Symbol* symbol) { return exprs_.symbol(symbol); }

    bool is_symbol(const Expr* e, const Symbol* symbol) const;

    const Tree& tree_;
    ExprTable& exprs_;
    Host& host_;
    int changes_ = 0;
    int messages_ = 0;
    std::unordered_map<const Expr*, const Expr*> rewritten_;
    std::unordered_map<const Expr*, const Expr*> transformed_;
    std::unordered_map<const Expr*, const Expr*> deduplicated_;
};

}  // namespace kconfig
