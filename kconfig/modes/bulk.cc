// SPDX-License-Identifier: GPL-2.0
// allyesconfig, randconfig and their like.
#include "kconfig/modes/bulk.hh"

#include <chrono>
#include <cstdlib>
#include <string>

#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

bool out_of_range(Host& host) {
    host.err("KCONFIG_PROBABILITY: Numerical result out of range\n");
    return false;
}

Tristate random_state(const Symbol& symbol, const Probabilities& chances, GlibcRandom& random) {
    const int draw = random.next() % 100;
    if (symbol.type != SymbolType::tristate) {
        return draw < chances.bool_yes ? Tristate::yes : Tristate::no;
    }
    if (draw < chances.tristate_yes) {
        return Tristate::yes;
    }
    return draw < chances.tristate_yes + chances.tristate_mod ? Tristate::mod : Tristate::no;
}

Tristate new_state(const Symbol& symbol, NewValue value, const Probabilities& chances,
                   GlibcRandom* random) {
    switch (value) {
        case NewValue::yes:
            return Tristate::yes;
        case NewValue::mod:
            return Tristate::mod;
        case NewValue::random:
            return random_state(symbol, chances, *random);
        case NewValue::no:
        case NewValue::defaults:
            break;
    }
    return Tristate::no;
}

// 6.12: the members without a value get their turn in random order; the first
// drawn comes first, behind whatever the user said.
void randomize_choice(Evaluator& evaluator, const MenuNode& choice, GlibcRandom& random) {
    const std::vector<const Symbol*> members = evaluator.choice_members(choice);
    int count = 0;
    for (const Symbol* const member : members) {
        count += evaluator.has_value(*member) ? 0 : 1;
    }
    for (; count > 0; --count) {
        int draw = random.next() % count;
        for (const Symbol* const member : members) {
            draw -= evaluator.has_value(*member) ? 0 : 1;
            if (draw < 0) {
                evaluator.give(*member, Source::user, Tristate::yes);
                evaluator.prioritize(choice, *member, false);
                break;
            }
        }
    }
}

bool set_all_6_12(Evaluator& evaluator, NewValue value, const Probabilities& chances,
                  GlibcRandom* random) {
    const Tree& tree = evaluator.tree();
    for (const MenuNode* node = next_node(&tree.root, &tree.root); node != nullptr;
         node = next_node(node, &tree.root)) {
        const Symbol* const symbol = node->sym;
        if (symbol == nullptr || node->prompt == nullptr || evaluator.has_value(*symbol) ||
            !is_logical(symbol->type) || symbol->is_choice_value) {
            continue;
        }
        if (symbol->is_choice) {
            if (value == NewValue::random) {
                randomize_choice(evaluator, *node, *random);
            }
        } else if (value != NewValue::defaults) {
            evaluator.give(*symbol, Source::user, new_state(*symbol, value, chances, random));
        }
    }
    evaluator.clear_all();
    return true;
}

// 6.1: sets one random member of a choice that is y.
bool randomize_choice_6_1(Evaluator& evaluator, const Symbol& choice, GlibcRandom& random) {
    if (evaluator.tri(choice) != Tristate::yes) {
        return false;
    }
    const std::vector<const Symbol*> members = evaluator.choice_members(*choice.menus.front());
    if (members.empty()) {
        return false;
    }
    const std::size_t chosen = static_cast<std::size_t>(random.next()) % members.size();
    for (std::size_t i = 0; i < members.size(); ++i) {
        evaluator.give(*members[i], Source::user, i == chosen ? Tristate::yes : Tristate::no);
        evaluator.forget_value(*members[i]);
    }
    evaluator.set_choice_value(choice, Source::user, members[chosen]);
    evaluator.mark_given(choice, Source::user, true);
    evaluator.forget_value(choice);
    return true;
}

bool set_all_6_1(Evaluator& evaluator, NewValue value, const Probabilities& chances,
                 GlibcRandom* random) {
    const std::vector<const Symbol*>& symbols = evaluator.tree().hash_order();
    const bool is_random = value == NewValue::random;
    bool changed = false;
    for (const Symbol* const symbol : symbols) {
        if (evaluator.has_value(*symbol) || evaluator.is_current(*symbol) ||
            !is_logical(evaluator.effective_type(*symbol))) {
            continue;
        }
        changed = true;
        if (value == NewValue::defaults) {
            continue;
        }
        const bool mark = !(symbol->is_choice && is_random);
        evaluator.give(*symbol, Source::user, new_state(*symbol, value, chances, random));
        evaluator.mark_given(*symbol, Source::user, mark);
    }
    evaluator.clear_all();
    if (!is_random) {
        for (const Symbol* const symbol : symbols) {
            if ((symbol->is_choice && !evaluator.has_value(*symbol)) || symbol->is_choice_value) {
                evaluator.need_choice_values(*symbol);
            }
        }
    }
    for (const Symbol* const symbol : symbols) {
        if (evaluator.has_value(*symbol) || !symbol->is_choice) {
            continue;
        }
        evaluator.calc(*symbol);
        if (is_random) {
            changed = randomize_choice_6_1(evaluator, *symbol, *random) || changed;
        } else {
            evaluator.set_all_choice_values(*symbol);
            changed = true;
        }
    }
    return changed;
}

}  // namespace

bool read_probabilities(Host& host, Probabilities& out) {
    const char* text = host.env("KCONFIG_PROBABILITY");
    int numbers[3] = {0, 0, 0};
    int count = 0;
    while (text != nullptr && *text != '\0' && count < 3) {
        char* end = nullptr;
        const int number = static_cast<int>(std::strtol(text, &end, 10));
        if (number < 0 || number > 100) {
            return out_of_range(host);
        }
        numbers[count++] = number;
        text = *end == ':' ? end + 1 : end;
    }
    switch (count) {
        case 1:
            out.bool_yes = numbers[0];
            out.tristate_mod = numbers[0] / 2;
            out.tristate_yes = numbers[0] - out.tristate_mod;
            break;
        case 2:
            out.tristate_yes = numbers[0];
            out.tristate_mod = numbers[1];
            out.bool_yes = numbers[0] + numbers[1];
            break;
        case 3:
            out.bool_yes = numbers[0];
            out.tristate_yes = numbers[1];
            out.tristate_mod = numbers[2];
            break;
        default:
            break;
    }
    return out.tristate_yes + out.tristate_mod <= 100 || out_of_range(host);
}

std::uint32_t random_seed(Host& host) {
    std::uint32_t seed = 0;
    bool is_set = false;
    if (const char* const text = host.env("KCONFIG_SEED"); text != nullptr && *text != '\0') {
        char* end = nullptr;
        seed = static_cast<std::uint32_t>(std::strtol(text, &end, 0));
        is_set = *end == '\0';
    }
    if (!is_set) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
        seed = static_cast<std::uint32_t>((micros / 1000000 + 1) * (micros % 1000000 + 1));
    }
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string hex;
    for (std::uint32_t rest = seed; rest != 0 || hex.empty(); rest /= 16) {
        hex.insert(hex.begin(), kDigits[rest % 16]);
    }
    host.out(cat("KCONFIG_SEED=0x", hex, '\n'));
    return seed;
}

bool set_all_new(Evaluator& evaluator, NewValue value, const Probabilities& chances,
                 GlibcRandom* random) {
    return evaluator.tree().profile().is_6_1() ? set_all_6_1(evaluator, value, chances, random)
                                               : set_all_6_12(evaluator, value, chances, random);
}

void rewrite_tristates(Evaluator& evaluator, Tristate from, Tristate to) {
    for (const Symbol* const symbol : evaluator.tree().hash_order()) {
        if (evaluator.effective_type(*symbol) == SymbolType::tristate &&
            evaluator.given(*symbol, Source::user).tri == from) {
            evaluator.poke(*symbol, to);
        }
    }
    evaluator.clear_all();
}

}  // namespace kconfig
