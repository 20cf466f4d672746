// SPDX-License-Identifier: GPL-2.0
// The table behind hash-consed expressions.
#include "kconfig/model/expr.hh"

#include <algorithm>
#include <new>

#include "kconfig/model/tree.hh"

namespace kconfig {

namespace {

std::uint64_t mix(std::uint64_t value) {
    value *= 0x9E3779B97F4A7C15ULL;
    return value ^ (value >> 29);
}

std::uint32_t hash_of(ExprType type, const void* l, const void* r) {
    const auto left = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(l));
    const auto right = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(r));
    return static_cast<std::uint32_t>(mix(mix(left + static_cast<std::uint64_t>(type)) + right) >>
                                      24);
}

}  // namespace

std::string_view type_name(SymbolType type) {
    switch (type) {
        case SymbolType::boolean:
            return "bool";
        case SymbolType::tristate:
            return "tristate";
        case SymbolType::integer:
            return "integer";
        case SymbolType::hex:
            return "hex";
        case SymbolType::string:
            return "string";
        case SymbolType::unknown:
            break;
    }
    return "unknown";
}

std::string_view prop_name(PropType type) {
    switch (type) {
        case PropType::prompt:
            return "prompt";
        case PropType::comment:
            return "comment";
        case PropType::menu:
            return "menu";
        case PropType::default_value:
            return "default";
        case PropType::choice:
            return "choice";
        case PropType::select:
            return "select";
        case PropType::imply:
            return "imply";
        case PropType::range:
            return "range";
        case PropType::symbol:
            return "symbol";
        case PropType::unknown:
            break;
    }
    return "unknown";
}

std::uint16_t Expr::bit_of(const Symbol& symbol) {
    return static_cast<std::uint16_t>(1U << symbol.id % 16);
}

ExprTable::ExprTable(std::size_t slots) : slots_(slots) {}

const Expr* ExprTable::symbol(const Symbol* symbol) {
    if (symbol->id >= by_symbol_.size()) {
        by_symbol_.resize(std::max<std::size_t>(symbol->id + 1, by_symbol_.size() * 2), 0);
    }
    std::uint32_t& known = by_symbol_[symbol->id];
    if (known != 0) {
        return &all_[known - 1];
    }
    Expr& made = add(ExprType::symbol, symbol, nullptr);
    made.symbols = Expr::bit_of(*symbol);
    known = made.id + 1;
    return &made;
}

const Expr* ExprTable::join(ExprType type, const Expr* l, const Expr* r) {
    if (l == nullptr) {
        return r;
    }
    return r != nullptr ? make(type, l, r) : l;
}

const Expr* ExprTable::make(ExprType type, const void* l, const void* r) {
    const std::uint32_t hash = hash_of(type, l, r);
    const std::uint32_t tag = hash >> kNumberBits;
    std::size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot] != 0) {
        if (slots_[slot] >> kNumberBits == tag) {
            const Expr& e = all_[(slots_[slot] & kNumberMask) - 1];
            if (e.lhs == l && e.rhs == r && e.type == type) {
                return &e;
            }
        }
        slot = (slot + 1) & (slots_.size() - 1);
    }
    Expr& made = add(type, l, r);
    made.symbols = symbols_of(made);
    slots_[slot] = (hash & ~kNumberMask) | (made.id + 1);
    if (++used_slots_ * 4 > slots_.size() * 3) {
        grow();
    }
    return &made;
}

Expr& ExprTable::add(ExprType type, const void* l, const void* r) {
    if (all_.size() >= kNumberMask) {
        throw std::bad_alloc();  // more cannot be numbered
    }
    Expr& made = all_.emplace_back();
    made.type = type;
    made.id = static_cast<std::uint32_t>(all_.size() - 1);
    made.lhs = l;
    made.rhs = r;
    return made;
}

std::uint16_t ExprTable::symbols_of(const Expr& e) {
    if (e.type == ExprType::not_) {
        return e.left()->symbols;
    }
    if (e.is_and_or()) {
        return e.left()->symbols | e.right()->symbols;
    }
    return Expr::bit_of(*e.left_symbol()) | Expr::bit_of(*e.right_symbol());
}

void ExprTable::grow() {
    std::vector<std::uint32_t> bigger(slots_.size() * 2, 0);
    for (const std::uint32_t old : slots_) {
        if (old == 0) {
            continue;
        }
        const Expr& e = all_[(old & kNumberMask) - 1];
        std::size_t slot = hash_of(e.type, e.lhs, e.rhs) & (bigger.size() - 1);
        while (bigger[slot] != 0) {
            slot = (slot + 1) & (bigger.size() - 1);
        }
        bigger[slot] = old;
    }
    slots_.swap(bigger);
}

}  // namespace kconfig
