// SPDX-License-Identifier: GPL-2.0
// Rewriting of dependency expressions, exactly as each generation does it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

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

/// What was done to an expression.
enum class Rewriting { rewritten, transformed, deduplicated, without_yn };

/// Results by expression. Those of a tree lie in a table by their ids, all of one expression
/// together; where two tables of expressions are mixed, ids are not unique, and a map does it.
class ExprMemo {
  public:
    /// @p exprs has all expressions; null where there are others, too.
    explicit ExprMemo(const ExprTable* exprs) : exprs_(exprs) {}

    /// The result for @p e; null without one.
    const Expr* find(Rewriting what, const Expr* e) const {
        if (exprs_ != nullptr) {
            const std::uint32_t known = e->id < table_.size() ? table_[e->id][index(what)] : 0;
            return known != 0 ? &(*exprs_)[known - 1] : nullptr;
        }
        const auto known = maps_[index(what)].find(e);
        return known != maps_[index(what)].end() ? known->second : nullptr;
    }

    void put(Rewriting what, const Expr* e, const Expr* result) {
        if (exprs_ == nullptr) {
            maps_[index(what)].emplace(e, result);
            return;
        }
        if (e->id >= table_.size()) {
            table_.resize(std::max<std::size_t>(e->id + 1, exprs_->size() * 5 / 4));
        }
        table_[e->id][index(what)] = result->id + 1;
    }

    void forget(Rewriting what) {
        for (Results& results : table_) {
            results[index(what)] = 0;
        }
        maps_[index(what)].clear();
    }

  private:
    static constexpr std::size_t kKinds = 4;
    using Results = std::array<std::uint32_t, kKinds>;  // each 0, or the result's id + 1

    static std::size_t index(Rewriting what) { return static_cast<std::size_t>(what); }

    const ExprTable* exprs_;
    std::vector<Results> table_;
    std::array<std::unordered_map<const Expr*, const Expr*>, kKinds> maps_;
};

/// The rewriting of one tree's expressions; new ones are made in the given table.
/// Results are remembered by expression, so call forget() whenever a symbol's
/// type has changed.
class Simplifier {
  public:
    Simplifier(const Tree& tree, ExprTable& exprs, Host& host)
        : tree_(tree), exprs_(exprs), host_(host), memo_(own_table()) {}

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
    const Expr* eliminate_yn_once(const Expr* e);
    const Expr* eliminate_yn_6_1(const Expr* e);
    const Expr* eliminate_dups_6_1(const Expr* e);
    void eliminate_pairs(ExprType type, const Expr*& a, const Expr*& b);
    void eliminate_equal_pairs(ExprType type, const Expr*& a, const Expr*& b);
    const Expr* join_or(const Expr* a, const Expr* b);
    const Expr* join_and(const Expr* a, const Expr* b);

    // The tree's expressions, if new ones are made among them.
    const ExprTable* own_table() const { return &exprs_ == &tree_.exprs ? &exprs_ : nullptr; }

    const Expr* constant(const Symbol* symbol) { return exprs_.symbol(symbol); }

    // @p e with other operands. Most of them stay, and nothing has to be looked up; what a scratch
    // table is to hold must be made there.
    const Expr* with_operands(const Expr* e, const Expr* l, const Expr* r) {
        return l == e->lhs && r == e->rhs && own_table() != nullptr ? e : exprs_.two(e->type, l, r);
    }

    bool is_symbol(const Expr* e, const Symbol* symbol) const;

    const Tree& tree_;
    ExprTable& exprs_;
    Host& host_;
    int changes_ = 0;
    int messages_ = 0;
    ExprMemo memo_;
};

}  // namespace kconfig
