// SPDX-License-Identifier: GPL-2.0
// The least sets that are closed under the rules of evaluation.
#include "kconfig/solve/possible.hh"

#include <algorithm>
#include <array>

#include "kconfig/base/text.hh"
#include "kconfig/eval/number.hh"
#include "kconfig/lint/lint.hh"
#include "kconfig/solve/candidates.hh"

namespace kconfig {

namespace {

constexpr unsigned kNo = 1;
constexpr unsigned kMod = 2;
constexpr unsigned kYes = 4;
constexpr std::size_t kMostTexts = 40;

struct Tables {
    std::array<std::array<unsigned char, 8>, 8> lower{};
    std::array<std::array<unsigned char, 8>, 8> higher{};
};

constexpr Tables make_tables() {
    Tables out;
    for (unsigned left = 0; left < 8; ++left) {
        for (unsigned right = 0; right < 8; ++right) {
            for (unsigned a = 0; a < 3; ++a) {
                for (unsigned b = 0; b < 3; ++b) {
                    if ((left >> a & 1U) != 0 && (right >> b & 1U) != 0) {
                        out.lower[left][right] |= static_cast<unsigned char>(1U << std::min(a, b));
                        out.higher[left][right] |= static_cast<unsigned char>(1U << std::max(a, b));
                    }
                }
            }
        }
    }
    return out;
}

constexpr Tables kTables = make_tables();

// The minima, and the maxima, of a state from each of two sets.
unsigned lower_of(unsigned left, unsigned right) {
    return kTables.lower[left & 7U][right & 7U];
}

unsigned higher_of(unsigned left, unsigned right) {
    return kTables.higher[left & 7U][right & 7U];
}

unsigned mask_of(std::string_view value) {
    return value == "y" ? kYes : value == "m" ? kMod : value == "n" ? kNo : 0;
}

bool has_prompt(const Symbol& symbol) {
    return std::any_of(symbol.props.begin(), symbol.props.end(),
                       [](const Property* prop) { return prop->has_text; });
}

int base_of(const Symbol& symbol) {
    return symbol.type == SymbolType::hex ? 16 : 10;
}

bool in_range(const Symbol& symbol, const Property& range, std::string_view value) {
    const long long number = parse_number(value, base_of(symbol));
    return number >= parse_number(range.expr->left_symbol()->text(), base_of(symbol)) &&
           number <= parse_number(range.expr->right_symbol()->text(), base_of(symbol));
}

}  // namespace

const Property* fixed_range(const Symbol& symbol) {
    if (!is_number(symbol.type)) {
        return nullptr;
    }
    const Property* prompt = nullptr;
    const Property* range = nullptr;
    for (const Property* const prop : symbol.props) {
        if (prop->has_text) {
            if (prompt != nullptr) {
                return nullptr;
            }
            prompt = prop;
        } else if (prop->type == PropType::range && range == nullptr) {
            range = prop;
        } else if (prop->type == PropType::default_value &&
                   (prop_symbol(*prop) == nullptr || !prop_symbol(*prop)->menus.empty())) {
            return nullptr;  // hidden, it may copy anything
        }
    }
    const bool always =
        range != nullptr &&
        (range->visible == nullptr || (prompt != nullptr && range->visible == prompt->visible));
    const bool constant = always && range->expr->left_symbol()->menus.empty() &&
                          range->expr->right_symbol()->menus.empty();
    return constant ? range : nullptr;
}

PossibleValues::PossibleValues(const Tree& tree)
    : tree_(tree),
      symbols_(tree.symbols.size(), 0),
      exprs_(tree.exprs.size(), 0),
      texts_(tree.symbols.size()),
      contradictory_(tree.properties.size(), 0) {
    for (const Property& prop : tree.properties) {
        contradictory_[prop.id] = contradicts_itself(prop.visible) ? 1 : 0;
    }
    collect_texts();
    for (const Symbol& symbol : tree.symbols) {
        if (&symbol == tree.yes || &symbol == tree.mod) {
            symbols_[symbol.id] = static_cast<unsigned char>(&symbol == tree.yes ? kYes : kMod);
        } else if (symbol.menus.empty() || !is_logical(symbol.type)) {
            symbols_[symbol.id] =
                static_cast<unsigned char>(kNo);  // as a condition, whatever its text
        }
    }
    for (bool again = true; again;) {
        while (grow()) {
        }
        // What waits for itself is seen with its provisional n.
        again = false;
        for (const Symbol& symbol : tree.symbols) {
            if (symbols_[symbol.id] == 0 && !symbol.menus.empty()) {
                symbols_[symbol.id] = static_cast<unsigned char>(kNo);
                again = true;
            }
        }
    }
}

// One pass over everything; false when nothing was added.
bool PossibleValues::grow() {
    bool grown = false;
    // Operands are older than what is made of them.
    tree_.exprs.for_each(
        [this](const Expr& e) { exprs_[e.id] = static_cast<unsigned char>(compute(e)); });
    for (const Symbol& symbol : tree_.symbols) {
        if (is_logical(symbol.type) && !symbol.menus.empty()) {
            const unsigned now = symbols_[symbol.id] | compute(symbol);
            grown = grown || now != symbols_[symbol.id];
            symbols_[symbol.id] = static_cast<unsigned char>(now);
        }
    }
    return grown;
}

// Symbols that nobody can answer have one of their defaults.
void PossibleValues::collect_texts() {
    for (const Symbol& symbol : tree_.symbols) {
        Texts& texts = texts_[symbol.id];
        if (is_logical(symbol.type)) {
            texts.any = true;
            continue;
        }
        if (symbol.menus.empty()) {
            texts.list.emplace_back(symbol.text());
            continue;
        }
        texts.list.emplace_back(symbol.type == SymbolType::integer ? "0"
                                : symbol.type == SymbolType::hex   ? "0x0"
                                                                   : "");
        texts.any = has_prompt(symbol);
        for (const Property* const prop : symbol.props) {
            if (prop->type == PropType::range) {
                texts.any = true;  // it may move a default
            } else if (prop->type == PropType::default_value) {
                const Symbol* const from = prop_symbol(*prop);
                if (from == nullptr || !from->menus.empty() || is_logical(from->type)) {
                    texts.any = true;
                } else {
                    texts.list.emplace_back(from->text());
                    // An unconditional default ends the search.
                    if (prop->visible == nullptr && texts.list.size() == 2) {
                        texts.list.erase(texts.list.begin());
                        break;
                    }
                }
            }
        }
        texts.any = texts.any || texts.list.size() > kMostTexts;
    }
}

unsigned PossibleValues::compared(const Expr& e) const {
    const Symbol& left = *e.left_symbol();
    const Symbol& right = *e.right_symbol();
    const auto values = [this](const Symbol& symbol, Texts& into) {
        if (!is_logical(symbol.type)) {
            return &texts_[symbol.id];
        }
        for (const std::string_view text : {"n", "m", "y"}) {
            if ((symbols_[symbol.id] & mask_of(text)) != 0) {
                into.list.emplace_back(text);
            }
        }
        return static_cast<const Texts*>(&into);
    };
    Texts left_states;
    Texts right_states;
    const Texts& a = *values(left, left_states);
    const Texts& b = *values(right, right_states);
    if (a.any || b.any) {
        return kNo | kYes;
    }
    unsigned out = 0;
    for (const std::string& x : a.list) {
        for (const std::string& y : b.list) {
            out |=
                comparison_holds(e.type, compare_values(x, left.type, y, right.type)) ? kYes : kNo;
        }
    }
    return out;
}

unsigned PossibleValues::compute(const Expr& e) const {
    switch (e.type) {
        case ExprType::and_:
            return lower_of(of(e.left()), of(e.right()));
        case ExprType::or_:
            return higher_of(of(e.left()), of(e.right()));
        case ExprType::not_: {
            const unsigned inner = of(e.left());
            return (inner & kMod) | ((inner & kNo) != 0 ? kYes : 0) |
                   ((inner & kYes) != 0 ? kNo : 0);
        }
        case ExprType::symbol:
            return symbols_[e.left_symbol()->id];
        default:
            return e.is_comparison() ? compared(e) : kNo;
    }
}

unsigned PossibleValues::condition(const Property& prop) const {
    return contradictory_[prop.id] != 0 ? kNo : of(prop.visible);
}

unsigned PossibleValues::prompts(const Symbol& symbol) const {
    unsigned seen = kNo;
    for (const Property* const prop : symbol.props) {
        if (prop->has_text) {
            seen = higher_of(seen, condition(*prop));
        }
    }
    return seen;
}

// Defaults and implications, for who is not asked or does not answer.
unsigned PossibleValues::without_answer(const Symbol& symbol) const {
    unsigned fresh = 0;
    bool falls_through = true;
    for (const Property* const prop : symbol.props) {
        if (prop->type != PropType::default_value) {
            continue;
        }
        const unsigned when = condition(*prop);
        fresh |= lower_of(when & ~kNo, of(prop->expr));
        if (when != 0 && (when & kNo) == 0) {
            falls_through = false;
            break;
        }
        if (when == 0) {
            return fresh;  // not known yet
        }
    }
    if (falls_through) {
        fresh |= kNo;
    }
    if (symbol.implied == nullptr) {
        return fresh;
    }
    const unsigned implied = of(symbol.implied);
    unsigned out = (implied & kNo) != 0 ? fresh : 0;
    out |= lower_of(higher_of(fresh, implied & ~kNo), of(symbol.dir_dep));
    return out;
}

unsigned PossibleValues::compute(const Symbol& symbol) const {
    const unsigned seen = prompts(symbol);
    unsigned out = 0;
    if (symbol.is_choice || symbol.is_choice_value) {
        out = kNo | (seen & ~kNo);
        if ((seen & kMod) != 0) {
            out |= kYes;
        }
    } else {
        out = without_answer(symbol);
        if ((seen & kMod) != 0) {
            out |= kNo | kMod;
        }
        if ((seen & kYes) != 0) {
            out |= kNo | kMod | kYes;
        }
    }
    if (symbol.is_transitional) {
        out |= kNo | kMod | kYes;
    }
    if (symbol.rev_dep != nullptr) {
        out = higher_of(out, of(symbol.rev_dep));
    }
    if ((out & kMod) == 0) {
        return out;
    }
    if (symbol.type == SymbolType::boolean) {
        return (out & ~kMod) | kYes;
    }
    // Without modules m is y.
    const unsigned modules = symbols_[tree_.modules->id];
    if ((modules & kNo) != 0) {
        out |= kYes;
    }
    return (modules & ~kNo) != 0 ? out : out & ~kMod;
}

bool PossibleValues::may_be(const Symbol& symbol, std::string_view value) const {
    if (is_logical(symbol.type)) {
        return (symbols_[symbol.id] & mask_of(value)) != 0;
    }
    const Texts& texts = texts_[symbol.id];
    if (const Property* const range = fixed_range(symbol);
        range != nullptr && !in_range(symbol, *range, value) &&
        std::find(texts.list.begin(), texts.list.end(), value) == texts.list.end()) {
        return false;
    }
    if (texts.any && has_prompt(symbol) && (prompts(symbol) & ~kNo) == 0) {
        // Nobody will ever be asked: constants are all there is.
        for (const Property* const prop : symbol.props) {
            const Symbol* const from = prop_symbol(*prop);
            if (prop->type == PropType::range || (prop->type == PropType::default_value &&
                                                  (from == nullptr || !from->menus.empty()))) {
                return true;
            }
        }
        return std::find(texts.list.begin(), texts.list.end(), value) != texts.list.end();
    }
    return texts.any || std::find(texts.list.begin(), texts.list.end(), value) != texts.list.end();
}

}  // namespace kconfig
