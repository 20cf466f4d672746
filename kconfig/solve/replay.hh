// SPDX-License-Identifier: GPL-2.0
// Trying sets of answers out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kconfig/solve/plan.hh"

namespace kconfig {

/// Applies answers to an evaluator and takes them back.
class Replay {
  public:
    explicit Replay(Evaluator& evaluator) : evaluator_(evaluator) {}

    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    ~Replay() { undo(); }

    /// Adds answers to those already there; false when one is no value.
    bool apply(const std::vector<Assignment>& set);

    /// Takes all of them back.
    void undo();

    /// Whether the symbol has the value now.
    bool holds(const Assignment& wanted);

    /// Whether @p set by itself gives all of @p goals. Nothing may be applied.
    bool reaches(const std::vector<Assignment>& set, const std::vector<Assignment>& goals);

    /// Leaves answers out of @p set as long as it still reaches the goals.
    void minimize(std::vector<Assignment>& set, const std::vector<Assignment>& goals);

    /// How many symbols beside those of @p set change their values.
    std::size_t side_effects(const std::vector<Assignment>& set);

  private:
    Evaluator& evaluator_;
    std::vector<std::pair<const Symbol*, Evaluator::Saved>> undo_;
    std::vector<std::string> before_;
};

}  // namespace kconfig
