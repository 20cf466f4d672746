// SPDX-License-Identifier: GPL-2.0
// Which values symbols can have at all, whatever the user answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kconfig/explain/explain.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

/// The range that holds whenever the user is asked for a number, with constant
/// bounds; null where there is none, or where it is not certain.
const Property* fixed_range(const Symbol& symbol);

/// For every symbol of a tree a set of values that contains all it can have in
/// any configuration. What is not in the set is proven to be impossible; what is
/// in it need not be possible. Computed once, by iteration from the empty sets up.
/// It reads the tree only and may be shared between threads afterwards.
class PossibleValues {
  public:
    explicit PossibleValues(const Tree& tree);

    /// Bit 0 for n, bit 1 for m, bit 2 for y.
    unsigned of(const Symbol& symbol) const { return symbols_[symbol.id]; }

    unsigned of(const Expr* e) const { return e != nullptr ? exprs_[e->id] : 4U; }

    /// Whether @p symbol, of any type, may have the value.
    bool may_be(const Symbol& symbol, std::string_view value) const;

    /// The proof that @p symbol cannot have a value for which may_be() is false.
    Reason why_not(const Symbol& symbol, std::string_view value) const;

  private:
    struct Texts {
        bool any = false;  // more than the list below
        std::vector<std::string> list;
    };

    void collect_texts();
    bool grow();
    unsigned compute(const Expr& e) const;
    unsigned compute(const Symbol& symbol) const;
    unsigned without_answer(const Symbol& symbol) const;
    unsigned condition(const Property& prop) const;
    unsigned compared(const Expr& e) const;
    unsigned prompts(const Symbol& symbol) const;
    std::vector<Reason> blockers(const Expr* e, unsigned wanted, int depth) const;
    std::vector<Reason> reasons(const Symbol& symbol, unsigned wanted, int depth) const;

    const Tree& tree_;
    std::vector<unsigned char> symbols_;
    std::vector<unsigned char> exprs_;
    std::vector<Texts> texts_;         // by symbol; of types that are no logical ones
    std::vector<char> contradictory_;  // by property
};

}  // namespace kconfig
