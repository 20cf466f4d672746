// SPDX-License-Identifier: GPL-2.0
// Single answers that bring a symbol closer to a value.
#include "kconfig/solve/repairs.hh"

#include <algorithm>

#include "kconfig/eval/number.hh"

namespace kconfig {

namespace {

class Repairs {
  public:
    Repairs(Evaluator& evaluator, std::vector<Assignment>& out)
        : evaluator_(evaluator), out_(out) {}

    void symbol(const Symbol& symbol, std::string_view wanted);

  private:
    void raise(const Expr* e, Tristate wanted);
    void lower(const Expr* e, Tristate limit);
    void raise_symbol(const Symbol& symbol, Tristate wanted);
    void lower_symbol(const Symbol& symbol, Tristate limit);
    void compare(const Expr* e, bool make_true);
    void answer(const Symbol& symbol, std::string_view value);
    void visible(const Symbol& symbol, Tristate wanted);
    void defaults(const Symbol& symbol, std::string_view wanted);

    bool has_prompt(const Symbol& symbol) const {
        return std::any_of(symbol.props.begin(), symbol.props.end(),
                           [](const Property* prop) { return prop->has_text; });
    }

    Evaluator& evaluator_;
    std::vector<Assignment>& out_;
    int depth_ = 0;
};

constexpr int kMaxDepth = 12;  // through symbols that have no prompt

void Repairs::answer(const Symbol& symbol, std::string_view value) {
    if (symbol.is_constant || symbol.is_choice || symbol.menus.empty() || !has_prompt(symbol)) {
        return;
    }
    Assignment made{&symbol, std::string(value)};
    if (std::find(out_.begin(), out_.end(), made) == out_.end()) {
        out_.push_back(std::move(made));
    }
}

void Repairs::raise(const Expr* e, Tristate wanted) {
    if (e == nullptr || evaluator_.value(e) >= wanted) {
        return;
    }
    switch (e->type) {
        case ExprType::and_:
        case ExprType::or_:
            raise(e->left(), wanted);
            raise(e->right(), wanted);
            return;
        case ExprType::not_:
            lower(e->left(), tri_not(wanted));
            return;
        case ExprType::symbol:
            raise_symbol(*e->left_symbol(), wanted);
            return;
        default:
            compare(e, true);
    }
}

void Repairs::lower(const Expr* e, Tristate limit) {
    if (e == nullptr || evaluator_.value(e) <= limit) {
        return;
    }
    switch (e->type) {
        case ExprType::and_:
        case ExprType::or_:
            lower(e->left(), limit);
            lower(e->right(), limit);
            return;
        case ExprType::not_:
            raise(e->left(), tri_not(limit));
            return;
        case ExprType::symbol:
            lower_symbol(*e->left_symbol(), limit);
            return;
        default:
            compare(e, false);
    }
}

void Repairs::raise_symbol(const Symbol& symbol, Tristate wanted) {
    if (symbol.is_constant || symbol.menus.empty()) {
        return;
    }
    if (symbol.is_choice) {
        visible(symbol, wanted);
        return;
    }
    if (symbol.type == SymbolType::tristate && wanted == Tristate::mod) {
        answer(symbol, "m");
    }
    answer(symbol, "y");
    if (++depth_ < kMaxDepth) {
        if (!has_prompt(symbol)) {
            defaults(symbol, tri_text(wanted));
        }
        raise(symbol.rev_dep, wanted);
        raise(symbol.implied, wanted);
    }
    --depth_;
}

void Repairs::lower_symbol(const Symbol& symbol, Tristate limit) {
    if (symbol.is_constant || symbol.menus.empty()) {
        return;
    }
    evaluator_.calc(symbol);
    if (symbol.type == SymbolType::tristate && limit == Tristate::mod) {
        answer(symbol, "m");
    }
    answer(symbol, "n");
    if (const Symbol* const choice = evaluator_.choice_of(symbol)) {
        for (const Symbol* const other : evaluator_.choice_members(*choice->menus.front())) {
            if (other != &symbol) {
                answer(*other, "y");
            }
        }
    }
    if (++depth_ < kMaxDepth) {
        lower(symbol.rev_dep, limit);
        lower(symbol.implied, limit);
        if (!has_prompt(symbol) || evaluator_.visible(symbol) == Tristate::no) {
            for (const Property* const prop : symbol.props) {
                if (prop->type == PropType::default_value) {
                    lower(prop->visible, limit);
                    lower(prop->expr, limit);
                }
            }
            // Seen, it can be answered with n.
            visible(symbol, Tristate::mod);
        }
    }
    --depth_;
}

void Repairs::compare(const Expr* e, bool make_true) {
    const Symbol* const sides[] = {e->left_symbol(), e->right_symbol()};
    for (int i = 0; i < 2; ++i) {
        const Symbol& side = *sides[i];
        const Symbol& other = *sides[1 - i];
        if (side.is_constant || side.menus.empty()) {
            continue;
        }
        const std::string_view now = evaluator_.text(side);
        std::vector<std::string> values;
        if (is_logical(side.type)) {
            values = {"n", "y"};
            if (side.type == SymbolType::tristate) {
                values.emplace_back("m");
            }
        } else {
            evaluator_.calc(other);
            values.emplace_back(evaluator_.text(other));
            if (is_number(side.type)) {
                const int base = side.type == SymbolType::hex ? 16 : 10;
                const long long at = parse_number(evaluator_.text(other), base);
                if (base == 10) {
                    values.push_back(std::to_string(at + 1));
                    values.push_back(std::to_string(at - 1));
                }
            }
        }
        for (const std::string& value : values) {
            const int order =
                i == 0 ? compare_values(value, side.type, evaluator_.text(other), other.type)
                       : compare_values(evaluator_.text(other), other.type, value, side.type);
            const bool holds = (e->type == ExprType::equal && order == 0) ||
                               (e->type == ExprType::unequal && order != 0) ||
                               (e->type == ExprType::less && order < 0) ||
                               (e->type == ExprType::leq && order <= 0) ||
                               (e->type == ExprType::greater && order > 0) ||
                               (e->type == ExprType::geq && order >= 0);
            if (holds != make_true || value == now) {
                continue;
            }
            answer(side, value);
            if (!has_prompt(side) && is_logical(side.type)) {
                symbol(side, value);
            }
        }
    }
}

// What would let the user see one of the prompts.
void Repairs::visible(const Symbol& symbol, Tristate wanted) {
    for (const Property* const prop : symbol.props) {
        if (prop->has_text) {
            raise(prop->visible, wanted);
        }
    }
}

// What would make a default give the value.
void Repairs::defaults(const Symbol& symbol, std::string_view wanted) {
    for (const Property* const prop : symbol.props) {
        if (prop->type != PropType::default_value) {
            continue;
        }
        raise(prop->visible, Tristate::mod);
        if (is_logical(symbol.type)) {
            const Tristate state = wanted == "y"   ? Tristate::yes
                                   : wanted == "m" ? Tristate::mod
                                                   : Tristate::no;
            raise(prop->visible, state);
            raise(prop->expr, state);
        }
    }
}

void Repairs::symbol(const Symbol& symbol, std::string_view wanted) {
    if (++depth_ >= kMaxDepth) {
        --depth_;
        return;
    }
    evaluator_.calc(symbol);
    answer(symbol, wanted);
    if (!is_logical(symbol.type)) {
        visible(symbol, Tristate::mod);
        defaults(symbol, wanted);
        if (const Property* const range = evaluator_.active_range(symbol)) {
            lower(range->visible, Tristate::no);
        }
    } else {
        const Tristate state = wanted == "y"   ? Tristate::yes
                               : wanted == "m" ? Tristate::mod
                                               : Tristate::no;
        const Tristate now = evaluator_.tri(symbol);
        if (now < state || (wanted == "m" && now != state)) {
            visible(symbol, state);
            raise_symbol(symbol, state);
            if (wanted == "m" && evaluator_.tree().modules != evaluator_.tree().no) {
                raise_symbol(*evaluator_.tree().modules, Tristate::yes);
            }
        }
        if (now > state) {
            visible(symbol, Tristate::mod);
            lower_symbol(symbol, state);
        }
        if (evaluator_.choice_of(symbol) != nullptr) {
            visible(*evaluator_.choice_of(symbol), Tristate::yes);
        }
    }
    --depth_;
}

}  // namespace

void find_repairs(Evaluator& evaluator, const Assignment& wanted, std::vector<Assignment>& out) {
    Repairs(evaluator, out).symbol(*wanted.symbol, wanted.value);
}

}  // namespace kconfig
