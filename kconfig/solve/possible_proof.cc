// SPDX-License-Identifier: GPL-2.0
// Why a symbol can never have a value.
#include "kconfig/base/text.hh"
#include "kconfig/solve/possible.hh"

namespace kconfig {

namespace {

constexpr unsigned kNo = 1;
constexpr unsigned kMod = 2;
constexpr unsigned kYes = 4;
constexpr int kProofDepth = 5;

unsigned mask_of(std::string_view value) {
    return value == "y" ? kYes : value == "m" ? kMod : value == "n" ? kNo : 0;
}

void show_values(std::string& out, unsigned set) {
    const char* separator = "";
    for (unsigned i = 0; i < 3; ++i) {
        if ((set >> i & 1U) != 0) {
            append(out, separator, "nmy"[i]);
            separator = " or ";
        }
    }
}

}  // namespace

// The parts of an expression that keep it from any of the wanted states.
std::vector<Reason> PossibleValues::blockers(const Expr* e, unsigned wanted, int depth) const {
    std::vector<Reason> out;
    if (e == nullptr || (of(e) & wanted) != 0) {
        return out;
    }
    if (e->is_and_or()) {
        for (const Expr* const side : {e->left(), e->right()}) {
            for (Reason& one : blockers(side, wanted, depth)) {
                out.push_back(std::move(one));
            }
        }
        return out;
    }
    if (e->type == ExprType::symbol) {
        const Symbol& symbol = *e->left_symbol();
        Reason reason;
        if (symbol.menus.empty()) {
            reason.text = cat(symbol.label(), symbol.is_constant ? "" : " is defined nowhere");
        } else {
            reason.text = cat(symbol.label(), " can only be ");
            show_values(reason.text, of(symbol));
            reason.file = symbol.menus.front()->file;
            reason.line = symbol.menus.front()->line;
            if (depth > 0) {
                reason.because = reasons(symbol, wanted, depth - 1);
            }
        }
        out.push_back(std::move(reason));
        return out;
    }
    Reason reason{"", nullptr, 0, {}};
    if (e->type == ExprType::not_ && e->left()->type == ExprType::symbol) {
        const Symbol& symbol = *e->left()->left_symbol();
        reason.text = cat(symbol.label(), " can only be ");
        show_values(reason.text, of(symbol));
        if (!symbol.menus.empty()) {
            reason.file = symbol.menus.front()->file;
            reason.line = symbol.menus.front()->line;
        }
    } else if (e->is_comparison()) {
        constexpr std::string_view kOperators[] = {"=", "!=", "<", "<=", ">", ">="};
        const auto which =
            static_cast<std::size_t>(e->type) - static_cast<std::size_t>(ExprType::equal);
        reason.text = cat(e->left_symbol()->label(), ' ', kOperators[which], ' ',
                          e->right_symbol()->label(), " never holds");
        for (const Symbol* const side : {e->left_symbol(), e->right_symbol()}) {
            if (!side->menus.empty()) {
                reason.file = side->menus.front()->file;
                reason.line = side->menus.front()->line;
            }
        }
    } else {
        return out;
    }
    out.push_back(std::move(reason));
    return out;
}

std::vector<Reason> PossibleValues::reasons(const Symbol& symbol, unsigned wanted,
                                            int depth) const {
    std::vector<Reason> out;
    bool asked = false;
    for (const Property* const prop : symbol.props) {
        const bool is_default = prop->type == PropType::default_value;
        if (!prop->has_text && !is_default) {
            continue;
        }
        asked = asked || prop->has_text;
        Reason reason{prop->has_text ? "its prompt is never seen" : "this default never gives it",
                      prop->file,
                      prop->line,
                      {}};
        if (contradictory_[prop->id] != 0) {
            reason.because.push_back({"the condition contradicts itself", nullptr, 0, {}});
        } else {
            reason.because = blockers(prop->visible, is_default ? ~kNo : wanted, depth);
            if (reason.because.empty() && is_default) {
                reason.because = blockers(prop->expr, wanted, depth);
            }
        }
        if (!reason.because.empty()) {
            out.push_back(std::move(reason));
        }
    }
    if (!asked && symbol.rev_dep == nullptr && symbol.implied == nullptr) {
        out.push_back({"it has no prompt, and nothing selects it",
                       symbol.menus.front()->file,
                       symbol.menus.front()->line,
                       {}});
    }
    if (symbol.rev_dep != nullptr && (wanted & kNo) == 0) {
        Reason reason{"no symbol that selects it can do so", nullptr, 0, {}};
        reason.because = blockers(symbol.rev_dep, wanted, 0);
        out.push_back(std::move(reason));
    }
    return out;
}

Reason PossibleValues::why_not(const Symbol& symbol, std::string_view value) const {
    if (symbol.menus.empty()) {
        return {cat(symbol.label(), " is defined nowhere"), nullptr, 0, {}};
    }
    Reason out{cat(symbol.label(), " can never be ", value),
               symbol.menus.front()->file,
               symbol.menus.front()->line,
               {}};
    if (const Property* const range = fixed_range(symbol)) {
        out.because.push_back({cat("its range is ", range->expr->left_symbol()->text(), " to ",
                                   range->expr->right_symbol()->text()),
                               range->file,
                               range->line,
                               {}});
        return out;
    }
    if (!is_logical(symbol.type)) {
        out.because.push_back(
            {"nobody is ever asked for it, and no default is that", nullptr, 0, {}});
        return out;
    }
    if ((mask_of(value) & kNo) == 0) {
        out.because = reasons(symbol, mask_of(value), kProofDepth);
    }
    if (out.because.empty()) {
        Reason only{"whatever is answered, it is ", nullptr, 0, {}};
        show_values(only.text, of(symbol));
        if (symbol.rev_dep != nullptr && (of(symbol.rev_dep) & mask_of(value)) == 0 &&
            mask_of(value) == kNo) {
            only.because.push_back({"it is always selected", nullptr, 0, {}});
        }
        for (const Property* const prop : symbol.props) {
            if (prop->type == PropType::default_value) {
                only.because.push_back(
                    {"nobody is asked, and this default applies", prop->file, prop->line, {}});
                break;
            }
        }
        out.because.push_back(std::move(only));
    }
    return out;
}

}  // namespace kconfig
