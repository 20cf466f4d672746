// SPDX-License-Identifier: GPL-2.0
// Hash-consed dependency expressions.
#pragma once

#include <cstdint>
#include <vector>

#include "kconfig/base/names.hh"
#include "kconfig/base/sequence.hh"
#include "kconfig/model/types.hh"

namespace kconfig {

struct Symbol;

/// One immutable expression. Two expressions of the same kind over the same
/// operands are the same object, so identity is equality of structure, but for what
/// ExprTable::apart() made. A null pointer means "y".
struct Expr {
    ExprType type = ExprType::none;
    /// A set of bits, see bit_of(), of all symbols that may occur in it. Expressions without a
    /// common bit have no symbol in common.
    std::uint16_t symbols = 0xffff;
    std::uint32_t id = 0;  ///< Dense index, for tables beside the tree.
    const void* lhs = nullptr;
    const void* rhs = nullptr;

    /// The bit that stands for @p symbol, and for others.
    static std::uint16_t bit_of(const Symbol& symbol);

    /// Operands of and, or and not (which has only the left one).
    const Expr* left() const { return static_cast<const Expr*>(lhs); }

    const Expr* right() const { return static_cast<const Expr*>(rhs); }

    /// Operands of symbol (left only), the comparisons and range.
    const Symbol* left_symbol() const { return static_cast<const Symbol*>(lhs); }

    const Symbol* right_symbol() const { return static_cast<const Symbol*>(rhs); }

    bool is_comparison() const { return type >= ExprType::equal && type <= ExprType::geq; }

    bool is_and_or() const { return type == ExprType::or_ || type == ExprType::and_; }
};

/// Makes expressions, each at most once. Addresses are stable.
class ExprTable {
  public:
    /// @p slots, a power of two, is where the table's size begins.
    explicit ExprTable(std::size_t slots = kTreeSlots);

    const Expr* symbol(const Symbol* symbol);

    const Expr* not_(const Expr* e) { return make(ExprType::not_, e, nullptr); }

    const Expr* two(ExprType type, const Expr* l, const Expr* r) { return make(type, l, r); }

    const Expr* compare(ExprType type, const Symbol* l, const Symbol* r) {
        return make(type, l, r);
    }

    /// The same as two(), but never the same object as another: for the many that nobody makes
    /// twice, so that they need not be looked for.
    const Expr* apart(ExprType type, const Expr* l, const Expr* r) { return &add(type, l, r); }

    /// Conjunction and disjunction where either side may be missing (null).
    const Expr* and_(const Expr* l, const Expr* r) { return join(ExprType::and_, l, r); }

    const Expr* or_(const Expr* l, const Expr* r) { return join(ExprType::or_, l, r); }

    /// Calls @p visit with every expression, in order of creation.
    template <typename Visit>
    void for_each(const Visit& visit) const {
        for (const Expr& e : all_) {
            visit(e);
        }
    }

    /// The expression with that id.
    const Expr& operator[](std::size_t id) const { return all_[id]; }

    /// How many distinct expressions there are; ids are below this.
    std::size_t size() const { return all_.size(); }

    static constexpr std::size_t kTreeSlots = KCONFIG_TABLE_SLOTS;

  private:
    const Expr* make(ExprType type, const void* l, const void* r);
    Expr& add(ExprType type, const void* l, const void* r);
    static std::uint16_t symbols_of(const Expr& e);
    const Expr* join(ExprType type, const Expr* l, const Expr* r);
    void grow();

    // A slot is 0, or six bits of the hash above id + 1: small, since the table has to share the
    // processor's cache with everything else. Most comparisons end at the bits of the hash,
    // without a look at the expression.
    static constexpr unsigned kNumberBits = 26;
    static constexpr std::uint32_t kNumberMask = (1U << kNumberBits) - 1;

    StableSequence<Expr> all_;
    std::vector<std::uint32_t> by_symbol_;  // id + 1 for plain symbols, by their ids: not in slots_
    std::size_t used_slots_ = 0;
    std::vector<std::uint32_t> slots_;
};

}  // namespace kconfig
