// SPDX-License-Identifier: GPL-2.0
// The modes that answer every question at once.
#pragma once

#include "kconfig/eval/evaluator.hh"
#include "kconfig/modes/random.hh"

namespace kconfig {

/// What a symbol without a value gets.
enum class NewValue { defaults, yes, mod, no, random };

/// Chances in percent, as KCONFIG_PROBABILITY sets them.
struct Probabilities {
    int bool_yes = 50;
    int tristate_yes = 33;
    int tristate_mod = 33;
};

/// Takes KCONFIG_PROBABILITY apart. False (after a message) when it is out of
/// range.
bool read_probabilities(Host& host, Probabilities& out);

/// KCONFIG_SEED, or one from the clock; says which on standard output.
std::uint32_t random_seed(Host& host);

/// Gives all symbols without a value one. @p random is needed for
/// NewValue::random only. Returns whether anything changed (6.1 repeats a random
/// configuration until nothing does).
bool set_all_new(Evaluator& evaluator, NewValue value, const Probabilities& chances,
                 GlibcRandom* random);

/// Turns the user's tristates that are @p from into @p to.
void rewrite_tristates(Evaluator& evaluator, Tristate from, Tristate to);

}  // namespace kconfig
