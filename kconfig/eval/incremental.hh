// SPDX-License-Identifier: GPL-2.0
// Recomputing only what an answer can have changed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kconfig/eval/components.hh"
#include "kconfig/eval/evaluator.hh"

namespace kconfig {

/// Keeps every value of an evaluator current; the result is equal to that of a
/// full evaluation. A change is followed along what is read while values are
/// computed, in the order of the dependencies, and only as far as values really
/// change; a choice is one unit with its members. Where symbols depend on each
/// other in a loop, their values can depend on where the evaluation came from:
/// then everything that the change can reach is computed again in the order of
/// a full evaluation. So it is always done for 6.1, whose choices are loops.
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

    /// The symbols (by id) that the last change made to be computed again.
    const std::vector<std::uint32_t>& touched() const { return stale_; }

  private:
    void build();
    void find_parts();
    bool follow(const Symbol& symbol);
    void renew(const std::vector<std::uint32_t>& part);
    void recompute_reached(const Symbol& symbol);
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
    Components parts_;                  // of the graph of readers
    std::vector<char> is_loop_;         // by part: symbols in a loop that is no choice
    std::vector<char> queued_;          // by part
    std::vector<std::uint32_t> queue_;  // a heap of parts, the first one on top
    std::vector<Value> before_;
    std::vector<std::uint32_t> stale_;
};

}  // namespace kconfig
