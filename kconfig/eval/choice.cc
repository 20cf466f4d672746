// SPDX-License-Identifier: GPL-2.0
// Which member of a choice is set.
#include <algorithm>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

namespace {

// The entries of a choice that are symbols, in the order of the files.
template <typename Visit>
void for_each_member(const MenuNode& choice, Visit visit) {
    for (const MenuNode* node = next_node(&choice, &choice); node != nullptr;
         node = next_node(node, &choice)) {
        if (node->sym != nullptr && visit(*node->sym)) {
            return;
        }
    }
}

}  // namespace

const ShortList<Symbol*, 1>& Evaluator::members_6_1(const Symbol& choice) const {
    return tree_.details(*members_property(choice)->menu).choice_members;
}

const Property* Evaluator::members_property(const Symbol& choice) const {
    for (const Property* const prop : choice.value_props) {
        if (prop->type == PropType::choice) {
            return prop;
        }
    }
    return nullptr;
}

std::vector<const Symbol*> Evaluator::choice_members(const MenuNode& choice) const {
    if (old_) {
        const Property* const prop = members_property(*choice.sym);
        if (prop == nullptr) {
            return {};
        }
        return {tree_.details(*prop->menu).choice_members.begin(),
                tree_.details(*prop->menu).choice_members.end()};
    }
    std::vector<const Symbol*> members;
    for_each_member(choice, [&](const Symbol& symbol) {
        members.push_back(&symbol);
        return false;
    });
    return members;
}

const Symbol* Evaluator::choice_default(const MenuNode& choice) {
    if (old_) {
        return choice_default_6_1(*choice.sym);
    }
    for (const Property* const prop : choice.sym->value_props) {
        if (prop->type != PropType::default_value) {
            continue;
        }
        prompts_[prop->id] = value(prop->visible);
        if (prompts_[prop->id] == Tristate::no) {
            continue;
        }
        const Symbol* const wanted = prop_symbol(*prop);
        if (at(*wanted).visible != Tristate::no) {
            return wanted;
        }
    }
    const Symbol* first = nullptr;
    for_each_member(choice, [&](const Symbol& symbol) {
        first = at(symbol).visible != Tristate::no ? &symbol : nullptr;
        return first != nullptr;
    });
    return first;
}

const Symbol* Evaluator::calc_choice(const MenuNode& choice) {
    const std::vector<const Symbol*>& priority = priorities_[choice.sym];
    const Symbol* result = nullptr;
    // The user's y with the highest priority. (By index: evaluating a member may
    // come back here, but does not change the order.)
    for (std::size_t i = 0; i < priority.size() && result == nullptr; ++i) {
        const Symbol& symbol = *priority[i];
        calc_visibility(symbol);
        const State& state = at(symbol);
        if (state.visible != Tristate::no && state.has[0] && state.user.tri == Tristate::yes) {
            result = &symbol;
        }
    }
    // Else the default, unless the user said n to it.
    if (result == nullptr) {
        result = choice_default(choice);
        if (result != nullptr && at(*result).has[0] && at(*result).user.tri == Tristate::no) {
            result = nullptr;
        }
    }
    // Else the first that the user said nothing about.
    if (result == nullptr) {
        for_each_member(choice, [&](const Symbol& symbol) {
            const State& state = at(symbol);
            const bool fits = state.visible != Tristate::no && !state.has[0];
            result = fits ? &symbol : nullptr;
            return fits;
        });
    }
    // Else the n that was given first.
    for (std::size_t i = priority.size(); i > 0 && result == nullptr; --i) {
        if (at(*priority[i - 1]).visible != Tristate::no) {
            result = priority[i - 1];
        }
    }
    for_each_member(choice, [&](const Symbol& symbol) {
        State& state = at(symbol);
        if (state.visible != Tristate::no) {
            state.current.tri = &symbol == result ? Tristate::yes : Tristate::no;
            state.valid = generation_;
            state.write = true;
        }
        return false;
    });
    return result;
}

void Evaluator::prioritize(const MenuNode& choice, const Symbol& symbol, bool first) {
    given_changed();
    std::vector<const Symbol*>& order = priorities_[choice.sym];
    const auto place = std::find(order.begin(), order.end(), &symbol);
    if (place == order.end()) {
        return;
    }
    if (first) {
        std::rotate(order.begin(), place, place + 1);
    } else {
        std::rotate(place, place + 1, order.end());
    }
}

void Evaluator::set_choice(const MenuNode& choice, const Symbol& member) {
    if (old_) {
        set_tri(member, Tristate::yes);
        return;
    }
    bool changed = false;
    given_changed();
    for_each_member(choice, [&](const Symbol& symbol) {
        State& state = at(symbol);
        if (state.visible == Tristate::no) {
            return false;
        }
        const Tristate wanted = &symbol == &member ? Tristate::yes : Tristate::no;
        changed = changed || state.current.tri != wanted;
        state.user.tri = wanted;
        state.has[0] = true;
        prioritize(choice, symbol, true);
        return false;
    });
    if (changed) {
        clear_all();
    }
}

// --- 6.1: the choice is a symbol with a value of its own ----------------------

const Symbol* Evaluator::choice_default_6_1(const Symbol& choice) {
    for (const Property* const prop : choice.value_props) {
        if (prop->type != PropType::default_value) {
            continue;
        }
        prompts_[prop->id] = value(prop->visible);
        if (prompts_[prop->id] == Tristate::no) {
            continue;
        }
        const Symbol* const wanted = prop_symbol(*prop);
        if (at(*wanted).visible != Tristate::no) {
            return wanted;
        }
    }
    for (const Symbol* const member : members_6_1(choice)) {
        if (at(*member).visible != Tristate::no) {
            return member;
        }
    }
    return nullptr;
}

const Symbol* Evaluator::calc_choice_6_1(const Symbol& choice) {
    State& state = at(choice);
    bool all_answered = state.has[0];
    for (const Symbol* const member : members_6_1(choice)) {
        calc_visibility(*member);
        if (at(*member).visible != Tristate::no) {
            all_answered = all_answered && at(*member).has[0];
        }
    }
    state.has[0] = state.has[0] && all_answered;
    const Symbol* const wanted = rare(choice).choice_given[0];
    if (wanted != nullptr && at(*wanted).visible != Tristate::no) {
        return wanted;
    }
    const Symbol* const fallback = choice_default_6_1(choice);
    if (fallback == nullptr) {
        state.current.tri = Tristate::no;
    }
    return fallback;
}

void Evaluator::finish_choice_6_1(const Symbol& symbol) {
    const bool write = at(symbol).write;
    for (const Symbol* const member : members_6_1(symbol)) {
        if (write && at(*member).visible != Tristate::no) {
            at(*member).write = true;
        }
    }
}

void Evaluator::set_choice_value(const Symbol& choice, Source source, const Symbol* member) {
    rare(choice).choice_given[static_cast<int>(source)] = member;
}

void Evaluator::set_all_choice_values(const Symbol& choice) {
    // A member can be marked too; it has nothing to settle.
    if (const Property* const prop = members_property(choice)) {
        for (const Symbol* const member : tree_.details(*prop->menu).choice_members) {
            if (!at(*member).has[0]) {
                at(*member).user.tri = Tristate::no;
            }
        }
    }
    State& state = at(choice);
    state.has[0] = true;
    state.valid = 0;
    state.need_choice = false;
}

}  // namespace kconfig
