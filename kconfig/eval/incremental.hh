// SPDX-License-Identifier: GPL-2.0
// Recomputing only what an answer can have changed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

/// Keeps every value of an evaluator current. A change invalidates the symbols
/// and expressions that can be reached from the changed symbol through anything
/// that is read while values are computed (loops and choices as a whole), and
/// computes those again in the order of a full evaluation. The result is equal
/// to that of a full evaluation.
class IncrementalEvaluator {
  public:
    /// Computes everything once.
    explicit IncrementalEvaluator(Evaluator& evaluator);

    /// Gives @p symbol a value as a line of .config would; false if it is none.
    bool assign(const Symbol& symbol, std::string_view text);

    /// Takes the user's value away.
    void clear(const Symbol& symbol);

    /// Makes everything follow after @p symbol was changed in the evaluator.
    void changed(const Symbol& symbol);

    /// The symbols (by id) that the last change may have reached.
    const std::vector<std::uint32_t>& touched() const { return stale_; }

  private:
    void build();
    void add_readers(const Expr* e, const Symbol& reader);
    void link(const Symbol& read, const Symbol& reader);
    void recompute_all();
    void forget_expressions(const Symbol& symbol);

    Evaluator& evaluator_;
    std::vector<std::vector<std::uint32_t>> readers_;  // symbol -> symbols
    std::vector<std::vector<std::uint32_t>> leaves_;   // symbol -> its own expressions
    std::vector<std::vector<std::uint32_t>> parents_;  // expression -> those made of it
    std::vector<std::uint32_t> climb_;
    std::vector<std::uint32_t> order_;  // place in a full evaluation
    std::vector<char> marked_;
    std::vector<std::uint32_t> stale_;
};

}  // namespace kconfig
