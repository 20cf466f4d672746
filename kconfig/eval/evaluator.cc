// SPDX-License-Identifier: GPL-2.0
// Computation of values.
#include "kconfig/eval/evaluator.hh"

#include "kconfig/base/text.hh"
#include "kconfig/eval/number.hh"

namespace kconfig {

const Evaluator::Rare Evaluator::kNothingRare;

Evaluator::Evaluator(const Tree& tree, Host& host)
    : tree_(tree),
      host_(host),
      old_(tree.profile().is_6_1()),
      states_(tree.symbols.size()),
      exprs_(tree.exprs.size(), 0),
      prompts_(tree.properties.size(), Tristate::no) {
    const Symbol* const fixed[] = {tree.yes, tree.mod, tree.no};
    for (const Symbol* const symbol : fixed) {
        State& state = at(*symbol);
        state.fixed = true;
        state.current.text = symbol->text();
    }
    at(*tree.yes).current.tri = Tristate::yes;
    at(*tree.mod).current.tri = Tristate::mod;
    if (!old_) {
        for (const MenuNode* const choice : tree.choices) {
            const auto& members = tree.details(*choice).choice_members;
            priorities_[choice->sym].assign(members.begin(), members.end());
        }
        return;
    }
    choice_symbol_.resize(tree.symbols.size(), nullptr);
    for (const Symbol& symbol : tree.symbols) {
        for (const Property* const prop : symbol.value_props) {
            if (symbol.is_choice_value && prop->type == PropType::choice) {
                choice_symbol_[symbol.id] = prop_symbol(*prop);
                break;
            }
        }
    }
}

const Symbol* Evaluator::choice_of(const Symbol& symbol) const {
    if (old_) {
        return choice_symbol_[symbol.id];
    }
    return symbol.has_choice ? symbol.choice->sym : nullptr;
}

SymbolType Evaluator::effective_type(const Symbol& symbol) const {
    if (symbol.type != SymbolType::tristate) {
        return symbol.type;
    }
    if (old_ && symbol.is_choice_value && at(symbol).visible == Tristate::yes) {
        return SymbolType::boolean;
    }
    return modules_ == Tristate::no ? SymbolType::boolean : SymbolType::tristate;
}

std::string_view Evaluator::text(const Symbol& symbol) const {
    const Value& current = at(symbol).current;
    return is_logical(symbol.type) ? tri_text(current.tri) : current.text;
}

Tristate Evaluator::value(const Expr* e) {
    if (e == nullptr) {
        return Tristate::yes;
    }
    if (old_) {
        return compute(e);  // 6.1 does not remember the values of expressions
    }
    const std::uint32_t cached = exprs_[e->id];
    if (cached >> 2 == generation_) {
        return static_cast<Tristate>(cached & 3);
    }
    const Tristate result = compute(e);
    exprs_[e->id] = generation_ << 2 | static_cast<std::uint32_t>(result);
    return result;
}

Tristate Evaluator::compute(const Expr* e) {
    switch (e->type) {
        case ExprType::symbol:
            calc(*e->left_symbol());
            return at(*e->left_symbol()).current.tri;
        case ExprType::and_: {
            __builtin_prefetch(e->right());
            // Both sides always: evaluating has effects that must not be missed.
            const Tristate left = value(e->left());
            return tri_and(left, value(e->right()));
        }
        case ExprType::or_: {
            __builtin_prefetch(e->right());
            const Tristate left = value(e->left());
            return tri_or(left, value(e->right()));
        }
        case ExprType::not_:
            return tri_not(value(e->left()));
        default:
            return e->is_comparison() ? compare(e) : Tristate::no;
    }
}

Tristate Evaluator::compare(const Expr* e) {
    const Symbol& left = *e->left_symbol();
    const Symbol& right = *e->right_symbol();
    calc(left);
    calc(right);
    const int order = compare_values(text(left), left.type, text(right), right.type);
    bool holds = false;
    switch (e->type) {
        case ExprType::equal:
            holds = order == 0;
            break;
        case ExprType::unequal:
            holds = order != 0;
            break;
        case ExprType::less:
            holds = order < 0;
            break;
        case ExprType::leq:
            holds = order <= 0;
            break;
        case ExprType::greater:
            holds = order > 0;
            break;
        default:
            holds = order >= 0;
            break;
    }
    return holds ? Tristate::yes : Tristate::no;
}

const Property* Evaluator::active_default(const Symbol& symbol) {
    for (const Property* const prop : symbol.value_props) {
        if (prop->type == PropType::default_value) {
            prompts_[prop->id] = value(prop->visible);
            if (prompts_[prop->id] != Tristate::no) {
                return prop;
            }
        }
    }
    return nullptr;
}

void Evaluator::calc_visibility(const Symbol& symbol) {
    const Symbol* const choice =
        old_ && symbol.is_choice_value ? choice_symbol_[symbol.id] : nullptr;
    Tristate seen = Tristate::no;
    for (const Property* const prop : symbol.value_props) {
        if (!prop->has_text) {
            continue;
        }
        Tristate now = value(prop->visible);
        // 6.1: a member that could only be m is not there when the choice is y.
        if (choice != nullptr && symbol.type == SymbolType::tristate && now == Tristate::mod &&
            at(*choice).current.tri == Tristate::yes) {
            now = Tristate::no;
        }
        prompts_[prop->id] = now;
        seen = tri_or(seen, now);
    }
    State& state = at(symbol);
    if (seen == Tristate::mod &&
        (symbol.type != SymbolType::tristate || modules_ == Tristate::no)) {
        seen = Tristate::yes;
    }
    if (symbol.is_transitional && state.has[0]) {
        seen = Tristate::yes;  // its old value is read, though nobody can set it
    }
    state.visible = seen;
    if (symbol.is_choice_value) {
        return;
    }
    const auto bounded = [&](Tristate t) {
        return t == Tristate::mod && effective_type(symbol) == SymbolType::boolean ? Tristate::yes
                                                                                   : t;
    };
    // No "depends on" means y; nobody selecting or implying means n.
    const Tristate direct = value(symbol.dir_dep);
    state.direct = bounded(direct);
    const Tristate reverse = symbol.rev_dep != nullptr ? value(symbol.rev_dep) : Tristate::no;
    state.reverse = bounded(reverse);
    const Tristate implied = symbol.implied != nullptr ? value(symbol.implied) : Tristate::no;
    state.implied = bounded(implied);
}

void Evaluator::calc(const Symbol& symbol) {
    State& state = at(symbol);
    if (is_valid(state)) {
        repeatable_ = repeatable_ && !state.open;
        return;
    }
    idle_ = false;
    if (old_ && symbol.is_choice_value && state.need_choice) {
        state.need_choice = false;
        calc(*choice_symbol_[symbol.id]);
    }
    state.valid = generation_;
    const Tristate before = state.current.tri;
    Value fresh;
    switch (symbol.type) {
        case SymbolType::integer:
            fresh.text = old_ ? "" : "0";
            break;
        case SymbolType::hex:
            fresh.text = old_ ? "" : "0x0";
            break;
        case SymbolType::string:
            fresh.text = "";
            break;
        case SymbolType::tristate:
            met_tristate_ = true;
            fresh.text = "n";
            break;
        case SymbolType::boolean:
            fresh.text = "n";
            break;
        case SymbolType::unknown:
            state.current.text = symbol.text();
            state.current.tri = Tristate::no;
            return;
    }
    state.write = false;
    state.open = true;
    calc_visibility(symbol);
    if (state.visible != Tristate::no) {
        state.write = true;
    }
    state.current = fresh;  // what a recursive look will see
    if (old_) {
        rare(symbol).choice_current = nullptr;
    }
    if (is_logical(effective_type(symbol))) {
        calc_logical(symbol, fresh);
    } else {
        calc_text(symbol, fresh);
    }
    state.current = fresh;
    if (old_ && symbol.is_choice) {
        rare(symbol).choice_current =
            fresh.tri == Tristate::yes ? calc_choice_6_1(symbol) : nullptr;
    }
    validate_range(symbol);
    state.open = false;
    if (&symbol == tree_.modules && state.current.tri != before) {
        modules_ = state.current.tri;
        repeatable_ = repeatable_ && !met_tristate_;
    }
    if (symbol.is_choice) {
        if (old_) {
            finish_choice_6_1(symbol);
        }
        state.write = false;
    }
    if (symbol.is_transitional) {
        state.write = false;
    }
    if (old_ && state.need_choice) {
        set_all_choice_values(symbol);
    }
}

void Evaluator::calc_logical(const Symbol& symbol, Value& fresh) {
    State& state = at(symbol);
    if (old_ && symbol.is_choice_value && state.visible == Tristate::yes) {
        fresh.tri = rare(*choice_symbol_[symbol.id]).choice_current == &symbol ? Tristate::yes
                                                                               : Tristate::no;
    } else if (choice_node(symbol) != nullptr) {
        calc_choice(*symbol.choice);
        fresh.tri = state.current.tri;
    } else {
        if (state.visible != Tristate::no && state.has[0]) {
            fresh.tri = tri_and(state.user.tri, state.visible);
        } else {
            if (state.reverse != Tristate::no) {
                state.write = true;
            }
            if (!symbol.is_choice) {
                if (const Property* const prop = active_default(symbol)) {
                    const Tristate wanted = value(prop->expr);
                    fresh.tri = tri_and(wanted, prompts_[prop->id]);
                    if (fresh.tri != Tristate::no) {
                        state.write = true;
                    }
                }
                if (state.implied != Tristate::no) {
                    state.write = true;
                    fresh.tri = tri_and(tri_or(fresh.tri, state.implied), state.direct);
                }
            }
        }
        if (state.direct < state.reverse) {
            warn_unmet(symbol);
        }
        fresh.tri = tri_or(fresh.tri, state.reverse);
    }
    if (fresh.tri == Tristate::mod && effective_type(symbol) == SymbolType::boolean) {
        fresh.tri = Tristate::yes;
    }
}

void Evaluator::warn_unmet(const Symbol& symbol) {
    ++warnings_;
    repeatable_ = false;  // it is to be said again
    if (quiet_) {
        return;
    }
    std::string out =
        cat("\nWARNING: unmet direct dependencies detected for ",
            symbol.name != nullptr ? symbol.text() : std::string_view("(null)"), "\n  Depends on [",
            at(symbol).direct == Tristate::mod ? 'm' : 'n', "]: ");
    print(out, symbol.dir_dep, true);
    out.push_back('\n');
    print_reverse(out, symbol.rev_dep, Tristate::yes, "  Selected by [y]:\n");
    print_reverse(out, symbol.rev_dep, Tristate::mod, "  Selected by [m]:\n");
    host_.err(out);
}

void Evaluator::invalidate() {
    ++generation_;
    repeatable_ = !old_;
    idle_ = true;
    met_tristate_ = false;
}

void Evaluator::clear_all() {
    invalidate();
    changed_ = true;
    calc(*tree_.modules);
}

void Evaluator::clear_unless_repeatable() {
    if (!repeatable_) {
        clear_all();
        return;
    }
    changed_ = true;
    calc(*tree_.modules);
}

}  // namespace kconfig
