// SPDX-License-Identifier: GPL-2.0
// Values worth a try, and the questions that a value can depend on.
#include "kconfig/solve/candidates.hh"

#include <algorithm>
#include <cstdio>
#include <set>

#include "kconfig/eval/number.hh"
#include "kconfig/finalize/finalizer.hh"

namespace kconfig {

namespace {

constexpr int kDecimal = 10;
constexpr int kHexadecimal = 16;

void add(std::vector<std::string>& values, std::string value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) {
        values.push_back(std::move(value));
    }
}

std::string number_text(long long number, SymbolType type) {
    char text[32];
    std::snprintf(text, sizeof text, type == SymbolType::hex ? "0x%llx" : "%lld", number);
    return text;
}

void add_near(std::vector<std::string>& values, const Symbol& symbol, std::string_view text) {
    if (!is_number(symbol.type)) {
        add(values, std::string(text));
        return;
    }
    const int base = symbol.type == SymbolType::hex ? kHexadecimal : kDecimal;
    const long long at = parse_number(text, base);
    for (const long long number : {at, at + 1, at - 1}) {
        if (number >= 0 || symbol.type == SymbolType::integer) {
            add(values, number_text(number, symbol.type));
        }
    }
}

std::vector<std::string> states(const Symbol& symbol) {
    return symbol.type == SymbolType::tristate ? std::vector<std::string>{"n", "y", "m"}
                                               : std::vector<std::string>{"n", "y"};
}

// Walks backwards over everything that is read while a value is computed.
class Behind {
  public:
    Behind(Evaluator& evaluator, std::size_t limit) : evaluator_(evaluator), limit_(limit) {}

    void symbol(const Symbol& symbol);

    std::vector<Choices> result();

  private:
    void expr(const Expr* e);

    Evaluator& evaluator_;
    std::size_t limit_;
    std::set<const Symbol*> known_;
    std::set<const Expr*> walked_;
    std::vector<const Symbol*> todo_;
    std::vector<std::pair<const Symbol*, const Symbol*>> comparisons_;
};

void Behind::symbol(const Symbol& symbol) {
    if (known_.insert(&symbol).second) {
        todo_.push_back(&symbol);
    }
}

void Behind::expr(const Expr* e) {
    if (e == nullptr || !walked_.insert(e).second) {
        return;
    }
    if (e->is_and_or() || e->type == ExprType::not_) {
        expr(e->left());
        expr(e->right());
        return;
    }
    symbol(*e->left_symbol());
    if (e->right_symbol() != nullptr) {
        symbol(*e->right_symbol());
        comparisons_.emplace_back(e->left_symbol(), e->right_symbol());
    }
}

std::vector<Choices> Behind::result() {
    std::vector<const Symbol*> asked;
    symbol(*evaluator_.tree().modules);
    while (!todo_.empty()) {
        const Symbol& symbol = *todo_.back();
        todo_.pop_back();
        for (const Expr* const e : {symbol.dir_dep, symbol.rev_dep, symbol.implied}) {
            expr(e);
        }
        bool has_prompt = false;
        for (const Property* const prop : symbol.props) {
            has_prompt = has_prompt || prop->has_text;
            expr(prop->visible);
            expr(prop->expr);
        }
        if (const Symbol* const choice = evaluator_.choice_of(symbol)) {
            this->symbol(*choice);
        }
        if (symbol.is_choice) {
            for (const Symbol* const member : evaluator_.choice_members(*symbol.menus.front())) {
                this->symbol(*member);
            }
        } else if (has_prompt) {
            asked.push_back(&symbol);
        }
        if (asked.size() > limit_) {
            return {};
        }
    }
    std::sort(asked.begin(), asked.end(),
              [](const Symbol* a, const Symbol* b) { return a->id < b->id; });
    std::vector<Choices> out;
    for (const Symbol* const symbol : asked) {
        Choices one{symbol, {}, is_logical(symbol->type)};
        if (one.all) {
            one.values = states(*symbol);
        }
        for (const auto& [left, right] : comparisons_) {
            if (!one.all && (left == symbol || right == symbol)) {
                const Symbol& other = left == symbol ? *right : *left;
                evaluator_.calc(other);
                add_near(one.values, *symbol, evaluator_.text(other));
            }
        }
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace

bool comparison_holds(ExprType type, int order) {
    switch (type) {
        case ExprType::equal:
            return order == 0;
        case ExprType::unequal:
            return order != 0;
        case ExprType::less:
            return order < 0;
        case ExprType::leq:
            return order <= 0;
        case ExprType::greater:
            return order > 0;
        default:
            return order >= 0;
    }
}

std::vector<std::string> values_beside(Evaluator& evaluator, const Symbol& side,
                                       const Symbol& other) {
    if (is_logical(side.type)) {
        return states(side);
    }
    std::vector<std::string> values;
    evaluator.calc(other);
    add_near(values, side, evaluator.text(other));
    if (side.type == SymbolType::string) {
        values.emplace_back();  // differs from everything else
    }
    return values;
}

bool fits_range(Evaluator& evaluator, const Symbol& symbol, const Property& range,
                std::string_view value) {
    if (!string_valid(symbol, value)) {
        return false;
    }
    const int base = symbol.type == SymbolType::hex ? kHexadecimal : kDecimal;
    const long long number = parse_number(value, base);
    const auto bound = [&](const Symbol& by) {
        evaluator.calc(by);
        return parse_number(evaluator.text(by), by.type == SymbolType::hex ? kHexadecimal : base);
    };
    return number >= bound(*range.expr->left_symbol()) &&
           number <= bound(*range.expr->right_symbol());
}

std::vector<Choices> questions_behind(Evaluator& evaluator, const std::vector<const Symbol*>& goals,
                                      std::size_t limit) {
    Behind behind(evaluator, limit);
    for (const Symbol* const goal : goals) {
        behind.symbol(*goal);
    }
    return behind.result();
}

}  // namespace kconfig
