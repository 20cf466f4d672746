// SPDX-License-Identifier: GPL-2.0
// Checks of single definitions.
#include "kconfig/base/text.hh"
#include "kconfig/finalize/finalizer.hh"

namespace kconfig {

namespace {

SourcePoint point(const Property& prop) {
    return {prop.file, prop.line, 0};
}

bool integer_valid(std::string_view text) {
    if (!text.empty() && text.front() == '-') {
        text.remove_prefix(1);
    }
    if (text.empty() || (text.front() == '0' && text.size() > 1)) {
        return false;
    }
    return std::all_of(text.begin(), text.end(), is_digit);
}

bool hex_valid(std::string_view text) {
    if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        text.remove_prefix(2);
    }
    return !text.empty() && std::all_of(text.begin(), text.end(), is_hex_digit);
}

}  // namespace

bool string_valid(const Symbol& symbol, std::string_view text) {
    switch (symbol.type) {
        case SymbolType::string:
            return true;
        case SymbolType::integer:
            return integer_valid(text);
        case SymbolType::hex:
            return hex_valid(text);
        case SymbolType::boolean:
        case SymbolType::tristate:
            return !text.empty() &&
                   std::string_view("yYmMnN").find(text[0]) != std::string_view::npos;
        case SymbolType::unknown:
            break;
    }
    return false;
}

bool Finalizer::is_number_source(const Symbol& symbol, const Symbol& value) const {
    return is_number(value.type) ||
           (value.type == SymbolType::unknown && string_valid(symbol, value.text()));
}

void Finalizer::check(MenuNode& node) {
    const Symbol& symbol = *node.sym;
    if (symbol.type == SymbolType::unknown) {
        diagnostics_.warn({node.file, node.line, 0}, "config symbol defined without type",
                          "add bool, tristate, int, hex or string");
    }
    if (symbol.is_choice && node.prompt == nullptr && tree_.profile().is_6_1()) {
        diagnostics_.warn({node.file, node.line, 0}, "choice must have a prompt");
    }
    for (const Property* const prop : symbol.props) {
        switch (prop->type) {
            case PropType::default_value:
                check_default(symbol, *prop);
                break;
            case PropType::select:
            case PropType::imply:
                check_reverse(symbol, *prop);
                break;
            case PropType::range:
                check_range(symbol, *prop);
                break;
            default:
                break;
        }
    }
}

void Finalizer::check_default(const Symbol& symbol, const Property& prop) {
    const Symbol* const value = prop_symbol(prop);
    if (value == nullptr) {
        if (symbol.type == SymbolType::string || is_number(symbol.type)) {
            diagnostics_.warn(point(prop), cat("default for config symbol '", symbol.text(),
                                               "' must be a single symbol"));
        }
        return;
    }
    if (is_number(symbol.type) && !is_number_source(symbol, *value)) {
        diagnostics_.warn(point(prop), cat('\'', symbol.text(), "': number is invalid"),
                          "give a number of the symbol's type, or an int or hex symbol");
    }
    if (!symbol.is_choice) {
        return;
    }
    bool contained = false;
    if (tree_.profile().is_6_1()) {
        // Members have been adopted before their choice is checked.
        for (const Property* const other : value->props) {
            if (other->type == PropType::choice) {
                contained = prop_symbol(*other) == &symbol;
                break;
            }
        }
    } else {
        const MenuNode* const choice = choice_menu(*value);
        contained = choice != nullptr && choice->sym == &symbol;
    }
    if (!contained) {
        diagnostics_.warn(point(prop), cat("choice default symbol '", value->text(),
                                           "' is not contained in the choice"));
    }
}

void Finalizer::check_reverse(const Symbol& symbol, const Property& prop) {
    const std::string_view use = prop_name(prop.type);
    const Symbol& target = *prop_symbol(prop);
    if (!is_logical(symbol.type)) {
        diagnostics_.warn(point(prop), cat("config symbol '", symbol.text(), "' uses ", use,
                                           ", but is not bool or tristate"));
    } else if (target.type != SymbolType::unknown && !is_logical(target.type)) {
        diagnostics_.warn(point(prop), cat('\'', target.text(), "' has wrong type. '", use,
                                           "' only accept arguments of bool and tristate type"));
    }
}

void Finalizer::check_range(const Symbol& symbol, const Property& prop) {
    if (!is_number(symbol.type)) {
        diagnostics_.warn(point(prop), "range is only allowed for int or hex symbols");
    }
    if (!is_number_source(symbol, *prop.expr->left_symbol()) ||
        !is_number_source(symbol, *prop.expr->right_symbol())) {
        diagnostics_.warn(point(prop), "range is invalid");
    }
}

int insane_choice_members(const MenuNode& choice, Diagnostics* diagnostics) {
    const auto complain = [&](const Property& prop, std::string_view what) {
        if (diagnostics != nullptr) {
            diagnostics->report({prop.file, prop.line, 0}, what);
        }
    };
    int bad = 0;
    for (const MenuNode* node = next_node(&choice, &choice); node != nullptr;
         node = next_node(node, &choice)) {
        if (node->sym == nullptr) {
            continue;
        }
        bool is_bad = false;
        for (const Property* const prop : node->sym->props) {
            if (prop->type == PropType::default_value) {
                complain(*prop, "error: defaults for choice values not supported");
                is_bad = true;
            }
            if (prop->menu != node && prop->type == PropType::prompt &&
                prop->menu->parent != node->parent) {
                complain(*prop, "error: choice value has a prompt outside its choice group");
                is_bad = true;
            }
        }
        bad += is_bad ? 1 : 0;
    }
    return bad;
}

}  // namespace kconfig
