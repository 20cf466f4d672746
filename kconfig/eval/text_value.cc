// SPDX-License-Identifier: GPL-2.0
// Values of string, int and hex symbols, and their ranges.
#include "kconfig/eval/evaluator.hh"
#include "kconfig/eval/number.hh"

namespace kconfig {

void Evaluator::calc_text(const Symbol& symbol, Value& fresh) {
    State& state = at(symbol);
    if (state.visible != Tristate::no && state.has[0]) {
        fresh.text = state.user.text;
        return;
    }
    const Property* const prop = active_default(symbol);
    const Symbol* const from = prop != nullptr ? prop_symbol(*prop) : nullptr;
    if (from != nullptr) {
        state.write = true;
        calc(*from);
        fresh.text = text_to_copy(*from);
    }
}

const Property* Evaluator::active_range(const Symbol& symbol) {
    for (const Property* const prop : symbol.value_props) {
        if (prop->type == PropType::range) {
            prompts_[prop->id] = value(prop->visible);
            if (prompts_[prop->id] != Tristate::no) {
                return prop;
            }
        }
    }
    return nullptr;
}

long long Evaluator::range_value(const Symbol& symbol, int base) {
    calc(symbol);
    if (symbol.type == SymbolType::integer) {
        base = 10;
    } else if (symbol.type == SymbolType::hex) {
        base = 16;
    }
    return parse_number(text_to_copy(symbol), base);
}

void Evaluator::validate_range(const Symbol& symbol) {
    if (!is_number(symbol.type)) {
        return;
    }
    const int base = symbol.type == SymbolType::integer ? 10 : 16;
    const Property* const prop = active_range(symbol);
    if (prop == nullptr) {
        return;
    }
    const long long number = parse_number(at(symbol).current.text, base);
    const Symbol* bound = prop->expr->left_symbol();
    if (number >= range_value(*bound, base)) {
        bound = prop->expr->right_symbol();
        if (number <= range_value(*bound, base)) {
            return;
        }
    }
    at(symbol).current.text = text_to_copy(*bound);
}

}  // namespace kconfig
