// SPDX-License-Identifier: GPL-2.0
// Proofs of values.
#include "kconfig/explain/explain.hh"

#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/finalize/finalizer.hh"

namespace kconfig {

namespace {

Reason at(const SourceFile* file, int line, std::string text) {
    return {std::move(text), file, line, {}};
}

Reason at(const Property& prop, std::string text) {
    return at(prop.file, prop.line, std::move(text));
}

Tristate wanted_state(std::string_view text) {
    return text == "y" ? Tristate::yes : text == "m" ? Tristate::mod : Tristate::no;
}

void move_into(std::vector<Reason>& to, std::vector<Reason> from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

std::string Explainer::show(const Expr* e) {
    std::string out;
    evaluator_.print(out, e, false);
    return out;
}

std::string Explainer::assignment(const Symbol& symbol) {
    evaluator_.calc(symbol);
    const std::string_view text = evaluator_.text(symbol);
    return symbol.type == SymbolType::string ? cat(symbol.label(), " = \"", text, '"')
                                             : cat(symbol.label(), " = ", text);
}

Reason Explainer::symbol_is(const Symbol& symbol, int depth, bool follow_low) {
    const MenuNode* const node = symbol.menus.empty() ? nullptr : symbol.menus.front();
    Reason reason = at(node != nullptr ? node->file : nullptr, node != nullptr ? node->line : 0,
                       assignment(symbol));
    if (node == nullptr) {
        if (!symbol.is_constant && symbol.type == SymbolType::unknown) {
            reason.text = cat(symbol.label(), " = n (no Kconfig file defines it)");
        }
        return reason;
    }
    if (depth <= 0 || std::find(path_.begin(), path_.end(), &symbol) != path_.end()) {
        return reason;
    }
    path_.push_back(&symbol);
    if (follow_low && is_logical(symbol.type)) {
        // For a value that is too low, what hides the symbol says most.
        reason.because = hidden_at(symbol, Tristate::mod, depth - 1);
        if (reason.because.empty()) {
            reason.because = value_reasons(symbol, depth - 1);
        }
    } else {
        reason.because = value_reasons(symbol, depth - 1);
    }
    path_.pop_back();
    return reason;
}

std::vector<Reason> Explainer::below_at(const Expr* e, Tristate wanted, int depth) {
    std::vector<Reason> out;
    if (e == nullptr || evaluator_.value(e) >= wanted) {
        return out;
    }
    switch (e->type) {
        case ExprType::and_:
            out = below_at(e->left(), wanted, depth);
            move_into(out, below_at(e->right(), wanted, depth));
            return out;
        case ExprType::or_: {
            Reason none = at(nullptr, 0, cat("none of ", show(e)));
            none.because = below_at(e->left(), wanted, depth);
            move_into(none.because, below_at(e->right(), wanted, depth));
            out.push_back(std::move(none));
            return out;
        }
        case ExprType::symbol:
            out.push_back(symbol_is(*e->left_symbol(), depth, true));
            return out;
        case ExprType::not_: {
            Reason negated = at(nullptr, 0, cat(show(e), " is not ", tri_char(wanted)));
            negated.because = above_at(e->left(), Tristate::no, depth);
            out.push_back(std::move(negated));
            return out;
        }
        default: {
            Reason compared = at(nullptr, 0, cat(show(e), " does not hold"));
            for (const Symbol* const side : {e->left_symbol(), e->right_symbol()}) {
                if (!side->is_constant && !side->menus.empty()) {
                    compared.because.push_back(symbol_is(*side, depth, false));
                }
            }
            out.push_back(std::move(compared));
            return out;
        }
    }
}

// The parts of an expression that lift it above a limit.
std::vector<Reason> Explainer::above_at(const Expr* e, Tristate limit, int depth) {
    std::vector<Reason> out;
    if (e == nullptr || evaluator_.value(e) <= limit) {
        return out;
    }
    if (e->is_and_or()) {
        out = above_at(e->left(), limit, depth);
        move_into(out, above_at(e->right(), limit, depth));
    } else if (e->type == ExprType::symbol) {
        out.push_back(symbol_is(*e->left_symbol(), depth, false));
    } else {
        out.push_back(at(nullptr, 0, cat(show(e), " holds")));
    }
    return out;
}

std::vector<Reason> Explainer::below(const Expr* e, Tristate wanted) {
    return below_at(e, wanted, depth_);
}

// What "depends on" and "if" around a definition forbid, innermost first.
std::vector<Reason> Explainer::block_deps(const MenuNode& node, Tristate wanted, int depth) {
    std::vector<Reason> out;
    const Tree& tree = evaluator_.tree();
    for (const MenuNode* block = &node; block != nullptr;
         block = tree.details(*block).written_parent) {
        for (const WrittenDep* dep = tree.details(*block).written_deps; dep != nullptr;
             dep = dep->next) {
            if (evaluator_.value(dep->expr) >= wanted) {
                continue;
            }
            const bool is_if = block != &node && block->prompt == nullptr && block->sym == nullptr;
            Reason reason = at(dep->file, dep->line,
                               cat(is_if ? "inside if " : "depends on ", show(dep->expr)));
            reason.because = below_at(dep->expr, wanted, depth);
            out.push_back(std::move(reason));
        }
    }
    return out;
}

std::vector<Reason> Explainer::hidden(const Symbol& symbol, Tristate wanted) {
    return hidden_at(symbol, wanted, depth_);
}

std::vector<Reason> Explainer::hidden_at(const Symbol& symbol, Tristate wanted, int depth) {
    evaluator_.calc(symbol);
    std::vector<Reason> out;
    if (symbol.menus.empty()) {
        out.push_back(at(nullptr, 0, "no Kconfig file defines it"));
        return out;
    }
    if (evaluator_.visible(symbol) >= wanted) {
        return out;
    }
    bool has_prompt = false;
    for (const MenuNode* const node : symbol.menus) {
        std::vector<Reason> found = block_deps(*node, wanted, depth);
        if (node->prompt != nullptr) {
            has_prompt = true;
            if (found.empty() && evaluator_.value(node->prompt->visible) < wanted) {
                Reason reason =
                    at(*node->prompt, cat("its prompt needs ", show(node->prompt->visible)));
                reason.because = below_at(node->prompt->visible, wanted, depth);
                found.push_back(std::move(reason));
            }
        }
        if (symbol.menus.size() > 1 && !found.empty()) {
            Reason place = at(node->file, node->line, "in this definition:");
            place.because = std::move(found);
            out.push_back(std::move(place));
        } else {
            move_into(out, std::move(found));
        }
    }
    if (!has_prompt) {
        out.insert(out.begin(), at(symbol.menus.front()->file, symbol.menus.front()->line,
                                   "it has no prompt: only default, select and imply can set it"));
    }
    return out;
}

void Explainer::selectors(const Expr* e, Tristate at_least, std::vector<Reason>& out, int depth,
                          std::string_view verb) {
    if (e == nullptr) {
        return;
    }
    if (e->type == ExprType::or_) {
        selectors(e->left(), at_least, out, depth, verb);
        selectors(e->right(), at_least, out, depth, verb);
        return;
    }
    if (evaluator_.value(e) < at_least) {
        return;
    }
    const Expr* first = e;
    while (first->type == ExprType::and_) {
        first = first->left();
    }
    Reason reason = at(nullptr, 0, cat(verb, " ", show(e)));
    if (first->type == ExprType::symbol) {
        const Symbol& by = *first->left_symbol();
        if (!by.menus.empty()) {
            reason.file = by.menus.front()->file;
            reason.line = by.menus.front()->line;
        }
        if (depth > 0) {
            reason.because.push_back(symbol_is(by, depth - 1, false));
        }
    }
    out.push_back(std::move(reason));
}

std::vector<Reason> Explainer::logical_reasons(const Symbol& symbol, int depth) {
    std::vector<Reason> out;
    const Tristate now = evaluator_.tri(symbol);
    const Symbol* const choice = evaluator_.choice_of(symbol);
    const bool seen = evaluator_.visible(symbol) != Tristate::no;
    if (choice != nullptr && seen) {
        const MenuNode& menu = *choice->menus.front();
        const bool by_user =
            evaluator_.has_value(symbol) && evaluator_.given(symbol, Source::user).tri == now;
        out.push_back(at(menu.file, menu.line,
                         cat("member of the choice \"", menu.prompt->text, '"',
                             by_user ? ", as the configuration says" : ", by its default")));
        return out;
    }
    if (seen && evaluator_.has_value(symbol)) {
        const Tristate given = evaluator_.given(symbol, Source::user).tri;
        out.push_back(at(nullptr, 0, cat("the configuration says ", tri_char(given))));
        if (given > evaluator_.visible(symbol)) {
            Reason limit = at(
                nullptr, 0,
                cat("its dependencies allow ", tri_char(evaluator_.visible(symbol)), " at most"));
            limit.because = hidden_at(symbol, given, depth);
            out.push_back(std::move(limit));
        }
    } else {
        if (const Property* const prop = evaluator_.active_default(symbol)) {
            out.push_back(at(*prop, cat("default ", show(prop->expr))));
        } else if (evaluator_.reverse(symbol) == Tristate::no) {
            out.push_back(at(nullptr, 0, "no default applies"));
        }
        selectors(symbol.implied, Tristate::mod, out, depth, "implied by");
        if (!seen && now == Tristate::no) {
            move_into(out, hidden_at(symbol, Tristate::mod, depth));
        }
    }
    if (evaluator_.reverse(symbol) != Tristate::no) {
        selectors(symbol.rev_dep, Tristate::mod, out, depth, "selected by");
    }
    return out;
}

std::vector<Reason> Explainer::text_reasons(const Symbol& symbol) {
    std::vector<Reason> out;
    const bool seen = evaluator_.visible(symbol) != Tristate::no;
    std::string_view base;
    if (seen && evaluator_.has_value(symbol)) {
        base = evaluator_.given(symbol, Source::user).text;
        out.push_back(at(nullptr, 0, cat("the configuration says ", base)));
    } else if (const Property* const prop = evaluator_.active_default(symbol)) {
        const Symbol* const from = prop_symbol(*prop);
        base = from != nullptr ? evaluator_.text(*from) : std::string_view();
        out.push_back(at(*prop, cat("default ", show(prop->expr))));
    } else {
        out.push_back(at(nullptr, 0, "no default applies"));
    }
    if (const Property* const range = evaluator_.active_range(symbol)) {
        if (base != evaluator_.text(symbol)) {
            out.push_back(at(*range, cat("moved into the range ", show(range->expr))));
        }
    }
    return out;
}

std::vector<Reason> Explainer::value_reasons(const Symbol& symbol, int depth) {
    evaluator_.calc(symbol);
    if (symbol.menus.empty()) {
        return {};
    }
    return is_logical(symbol.type) ? logical_reasons(symbol, depth) : text_reasons(symbol);
}

Reason Explainer::value(const Symbol& symbol) {
    path_.clear();
    return symbol_is(symbol, depth_ + 1, false);
}

Reason Explainer::obstacle(const Symbol& symbol, std::string_view wanted) {
    path_.assign(1, &symbol);
    evaluator_.calc(symbol);
    const MenuNode* const node = symbol.menus.empty() ? nullptr : symbol.menus.front();
    Reason out = at(node != nullptr ? node->file : nullptr, node != nullptr ? node->line : 0,
                    cat(symbol.label(), " cannot be ", wanted));
    if (node == nullptr) {
        out.because.push_back(at(nullptr, 0, "no Kconfig file defines it"));
        return out;
    }
    if (!is_logical(symbol.type)) {
        out.because = hidden_at(symbol, Tristate::mod, depth_);
        if (!string_valid(symbol, wanted)) {
            out.because.push_back(
                at(nullptr, 0, cat("that is no value of type ", type_name(symbol.type))));
        } else if (!evaluator_.text_within_range(symbol, wanted)) {
            const Property& range = *evaluator_.active_range(symbol);
            out.because.push_back(at(range, cat("it is outside the range ", show(range.expr))));
        }
        return out;
    }
    const Tristate state = wanted_state(wanted);
    if (wanted != "y" && wanted != "m" && wanted != "n") {
        out.because.push_back(
            at(nullptr, 0, cat("that is no value of type ", type_name(symbol.type))));
        return out;
    }
    if (state == Tristate::mod && evaluator_.effective_type(symbol) != SymbolType::tristate) {
        out.because.push_back(at(nullptr, 0,
                                 symbol.type == SymbolType::boolean
                                     ? "it is bool: y or n"
                                     : "modules are switched off (MODULES = n)"));
        return out;
    }
    if (state < evaluator_.reverse(symbol)) {
        selectors(symbol.rev_dep, tri_or(Tristate::mod, state), out.because, depth_, "selected by");
    }
    const Symbol* const choice = evaluator_.choice_of(symbol);
    if (choice != nullptr && evaluator_.visible(symbol) != Tristate::no &&
        evaluator_.tri(symbol) != state) {
        const MenuNode& menu = *choice->menus.front();
        if (state == Tristate::no) {
            out.because.push_back(at(menu.file, menu.line,
                                     cat("one member of the choice \"", menu.prompt->text,
                                         "\" has to be set: give another one y")));
        }
        for (const Symbol* const member : evaluator_.choice_members(menu)) {
            evaluator_.calc(*member);
            if (member != &symbol && evaluator_.tri(*member) == Tristate::yes) {
                out.because.push_back(
                    at(menu.file, menu.line,
                       cat("the choice \"", menu.prompt->text, "\" is ", member->text())));
            }
        }
    }
    if (state != Tristate::no && evaluator_.tri(symbol) < state) {
        move_into(out.because, hidden_at(symbol, state, depth_));
    } else if (state < evaluator_.tri(symbol) && out.because.empty() &&
               evaluator_.visible(symbol) == Tristate::no) {
        out.because = hidden_at(symbol, Tristate::mod, depth_);
        move_into(out.because, value_reasons(symbol, depth_));
    }
    return out;
}

std::string to_text(const Reason& reason, std::size_t indent) {
    std::string out = cat(std::string(indent, ' '), reason.text);
    if (reason.file != nullptr) {
        append(out, "  (", reason.file->name, ':', reason.line, ')');
    }
    out.push_back('\n');
    for (const Reason& child : reason.because) {
        out += to_text(child, indent + 2);
    }
    return out;
}

}  // namespace kconfig
