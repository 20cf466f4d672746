// SPDX-License-Identifier: GPL-2.0
// Answers of the user.
#include "kconfig/base/text.hh"
#include "kconfig/eval/evaluator.hh"
#include "kconfig/eval/number.hh"
#include "kconfig/finalize/finalizer.hh"

namespace kconfig {

namespace {

// The state that a text beginning with y, m or n (either case) stands for.
bool leading_state(std::string_view text, Tristate& state) {
    switch (text.empty() ? '\0' : text.front()) {
        case 'y':
        case 'Y':
            state = Tristate::yes;
            return true;
        case 'm':
        case 'M':
            state = Tristate::mod;
            return true;
        case 'n':
        case 'N':
            state = Tristate::no;
            return true;
        default:
            return false;
    }
}

bool has_hex_prefix(std::string_view text) {
    return text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

}  // namespace

bool Evaluator::changeable(const Symbol& symbol) const {
    const State& state = at(symbol);
    return (old_ || !symbol.is_choice) && state.visible > state.reverse;
}

bool Evaluator::tri_within_range(const Symbol& symbol, Tristate wanted) const {
    const State& state = at(symbol);
    const SymbolType type = effective_type(symbol);
    if (state.visible == Tristate::no || !is_logical(type)) {
        return false;
    }
    if (type == SymbolType::boolean && wanted == Tristate::mod) {
        return false;
    }
    if (state.visible <= state.reverse) {
        return false;
    }
    if (old_ && symbol.is_choice_value && state.visible == Tristate::yes) {
        return wanted == Tristate::yes;
    }
    return wanted >= state.reverse && wanted <= state.visible;
}

bool Evaluator::text_within_range(const Symbol& symbol, std::string_view text) {
    switch (symbol.type) {
        case SymbolType::string:
            return true;
        case SymbolType::integer:
        case SymbolType::hex: {
            if (!string_valid(symbol, text)) {
                return false;
            }
            const Property* const prop = active_range(symbol);
            if (prop == nullptr) {
                return true;
            }
            const int base = symbol.type == SymbolType::integer ? 10 : 16;
            const long long number = parse_number(text, base);
            return number >= range_value(*prop->expr->left_symbol(), base) &&
                   number <= range_value(*prop->expr->right_symbol(), base);
        }
        case SymbolType::boolean:
        case SymbolType::tristate: {
            Tristate wanted = Tristate::no;
            return leading_state(text, wanted) && tri_within_range(symbol, wanted);
        }
        case SymbolType::unknown:
            break;
    }
    return false;
}

bool Evaluator::set_tri(const Symbol& symbol, Tristate wanted) {
    State& state = at(symbol);
    const Tristate before = state.current.tri;
    given_changed();
    if (old_) {
        if (before != wanted && !tri_within_range(symbol, wanted)) {
            return false;
        }
        state.has[0] = true;
        if (symbol.is_choice_value && wanted == Tristate::yes) {
            const Symbol& choice = *choice_symbol_[symbol.id];
            rare(choice).choice_given[0] = &symbol;
            at(choice).has[0] = true;
            for (const Symbol* const member : members_6_1(choice)) {
                if (at(*member).visible != Tristate::no) {
                    at(*member).has[0] = true;
                }
            }
        }
    } else {
        if (!tri_within_range(symbol, wanted)) {
            return false;
        }
        state.has[0] = true;
    }
    state.user.tri = wanted;
    if (before != wanted) {
        clear_all();
    }
    return true;
}

bool Evaluator::set_text(const Symbol& symbol, std::string_view text) {
    if (is_logical(symbol.type)) {
        Tristate wanted = Tristate::no;
        return leading_state(text, wanted) && set_tri(symbol, wanted);
    }
    if (!text_within_range(symbol, text)) {
        return false;
    }
    State& state = at(symbol);
    given_changed();
    state.has[0] = true;
    const std::string_view before = state.user.text;
    if (symbol.type == SymbolType::hex && !has_hex_prefix(text)) {
        state.user.text = texts_.keep(cat("0x", text));
    } else if (before.data() == nullptr || before != text) {
        state.user.text = texts_.keep(text);
    } else {
        return true;
    }
    clear_all();
    return true;
}

Tristate Evaluator::toggle(const Symbol& symbol) {
    if (choice_node(symbol) != nullptr) {
        set_choice(*symbol.choice, symbol);
        return Tristate::yes;
    }
    const Tristate before = at(symbol).current.tri;
    Tristate wanted = before;
    do {
        wanted = wanted == Tristate::no    ? Tristate::mod
                 : wanted == Tristate::mod ? Tristate::yes
                                           : Tristate::no;
        if (set_tri(symbol, wanted)) {
            break;
        }
    } while (before != wanted);
    return wanted;
}

void Evaluator::give(const Symbol& symbol, Source source, Tristate value) {
    given_changed();
    given_value(symbol, source).tri = value;
    at(symbol).has[static_cast<int>(source)] = true;
}

void Evaluator::give(const Symbol& symbol, Source source, std::string_view text) {
    given_changed();
    given_value(symbol, source).text = texts_.keep(text);
    at(symbol).has[static_cast<int>(source)] = true;
}

void Evaluator::mark_given(const Symbol& symbol, Source source, bool given) {
    given_changed();
    at(symbol).has[static_cast<int>(source)] = given;
}

void Evaluator::reset_given(Source source) {
    given_changed();
    const int which = static_cast<int>(source);
    for (State& state : states_) {
        state.has[which] = false;
        if (source == Source::user) {
            state.user = Value();
        }
    }
    for (const MenuNode* const choice : tree_.choices) {
        at(*choice->sym).has[which] = old_;
    }
    for (Rare& rare : rare_) {
        if (source == Source::auto_conf) {
            rare.auto_conf = Value();
        }
        rare.choice_given[which] = nullptr;
    }
}

Evaluator::Saved Evaluator::save(const Symbol& symbol) const {
    const State& state = at(symbol);
    Saved saved{state.user, state.has[0], {}, false, nullptr, {}};
    if (const Symbol* const choice = choice_of(symbol)) {
        saved.choice_given = at(*choice).user;
        saved.choice_has = at(*choice).has[0];
        saved.choice_member = rare(*choice).choice_given[0];
        if (!old_) {
            saved.priority = priorities_.at(choice);
        }
    }
    return saved;
}

void Evaluator::restore(const Symbol& symbol, const Saved& saved) {
    given_changed();
    State& state = at(symbol);
    state.user = saved.given;
    state.has[0] = saved.has;
    if (const Symbol* const choice = choice_of(symbol)) {
        at(*choice).user = saved.choice_given;
        at(*choice).has[0] = saved.choice_has;
        if (old_) {
            rare(*choice).choice_given[0] = saved.choice_member;
        }
        if (!old_) {
            priorities_[choice] = saved.priority;
        }
    }
}

bool Evaluator::assign(const Symbol& symbol, std::string_view text) {
    if (!is_logical(symbol.type)) {
        if (!string_valid(symbol, text)) {
            return false;
        }
        give(symbol, Source::user, text);
        return true;
    }
    Tristate wanted = Tristate::no;
    if (text.size() != 1 || !leading_state(text, wanted) ||
        (wanted == Tristate::mod && symbol.type == SymbolType::boolean)) {
        return false;
    }
    give(symbol, Source::user, wanted);
    if (const Symbol* const choice = choice_of(symbol)) {
        if (!old_) {
            prioritize(*symbol.choice, symbol, true);
        } else if (wanted == Tristate::yes) {
            rare(*choice).choice_given[0] = &symbol;
            give(*choice, Source::user, Tristate::yes);
        }
    }
    return true;
}

std::string_view Evaluator::default_text(const Symbol& symbol) {
    calc_visibility(symbol);
    calc(*tree_.modules);
    const State& state = at(symbol);
    Tristate wanted = Tristate::no;
    std::string_view text = "";
    if (const Property* const prop = active_default(symbol)) {
        if (is_logical(symbol.type)) {
            const Tristate given = value(prop->expr);
            wanted = tri_and(given, prompts_[prop->id]);
        } else if (const Symbol* const from = prop_symbol(*prop)) {
            calc(*from);
            text = at(*from).current.text;
        }
    }
    wanted = tri_or(wanted, state.reverse);
    if (wanted == Tristate::mod &&
        ((!symbol.is_choice_value && at(*tree_.modules).current.tri == Tristate::no) ||
         symbol.type == SymbolType::boolean)) {
        wanted = Tristate::yes;
    }
    wanted = tri_or(wanted, state.implied);
    if (is_logical(symbol.type)) {
        return tri_text(wanted);
    }
    if (text.empty() && !old_) {
        if (symbol.type == SymbolType::integer) {
            return "0";
        }
        if (symbol.type == SymbolType::hex) {
            return "0x0";
        }
    }
    return text;
}

bool Evaluator::node_visible(const MenuNode& node) {
    if (node.prompt == nullptr) {
        return false;
    }
    const Expr* const visibility = tree_.details(node).visibility;
    if (visibility != nullptr && value(visibility) == Tristate::no) {
        return false;
    }
    const Symbol* const symbol = node.sym;
    if (symbol != nullptr) {
        calc(*symbol);
    } else {
        prompts_[node.prompt->id] = value(node.prompt->visible);
    }
    if (prompts_[node.prompt->id] != Tristate::no) {
        return true;
    }
    if (symbol == nullptr || at(*symbol).current.tri == Tristate::no) {
        return false;
    }
    for (const MenuNode* child = node.list; child != nullptr; child = child->next) {
        if (node_visible(*child)) {
            if (old_) {
                at(*symbol).has[0] = true;  // as 6.1 does
            }
            return true;
        }
    }
    return false;
}

}  // namespace kconfig
