// SPDX-License-Identifier: GPL-2.0
// Why a symbol has the value it has, and why it cannot have another.
#pragma once

#include <string>
#include <vector>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

/// One statement of a proof, with the statements that it follows from.
struct Reason {
    std::string text;
    const SourceFile* file = nullptr;
    int line = 0;
    std::vector<Reason> because;
};

/// Builds proofs from the current values. It computes values through the
/// evaluator but changes none.
class Explainer {
  public:
    /// @p depth limits how far dependencies of dependencies are followed.
    explicit Explainer(Evaluator& evaluator, int depth = 6)
        : evaluator_(evaluator), depth_(depth) {}

    /// Why @p symbol has its value.
    Reason value(const Symbol& symbol);

    /// What keeps @p symbol from having the value @p wanted now (as it would be
    /// written in .config, without quotes). Its because is empty when nothing
    /// does: then an answer of the user is all that is missing.
    Reason obstacle(const Symbol& symbol, std::string_view wanted);

    /// What keeps the user from seeing a prompt that allows @p wanted.
    std::vector<Reason> hidden(const Symbol& symbol, Tristate wanted);

    /// The parts of @p e that keep it below @p wanted.
    std::vector<Reason> below(const Expr* e, Tristate wanted);

  private:
    std::vector<Reason> below_at(const Expr* e, Tristate wanted, int depth);
    std::vector<Reason> above_at(const Expr* e, Tristate limit, int depth);
    std::vector<Reason> block_deps(const MenuNode& node, Tristate wanted, int depth);
    Reason symbol_is(const Symbol& symbol, int depth, bool follow_low);
    void selectors(const Expr* e, Tristate at_least, std::vector<Reason>& out, int depth,
                   std::string_view verb);
    std::vector<Reason> value_reasons(const Symbol& symbol, int depth);
    std::vector<Reason> logical_reasons(const Symbol& symbol, int depth);
    std::vector<Reason> text_reasons(const Symbol& symbol);
    std::vector<Reason> hidden_at(const Symbol& symbol, Tristate wanted, int depth);
    std::string show(const Expr* e);
    std::string assignment(const Symbol& symbol);

    Evaluator& evaluator_;
    int depth_;
    std::vector<const Symbol*> path_;
};

/// The proof as indented text, one statement a line with its place.
std::string to_text(const Reason& reason, std::size_t indent = 0);

}  // namespace kconfig
