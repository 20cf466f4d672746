// SPDX-License-Identifier: GPL-2.0
// Expressions and help as text.
#include "kconfig/base/text.hh"
#include "kconfig/eval/evaluator.hh"
#include "kconfig/finalize/simplify.hh"

namespace kconfig {

namespace {

// How tightly an operator binds; parentheses go around looser inner ones.
bool needs_parentheses(ExprType outer, ExprType inner) {
    switch (outer) {
        case ExprType::less:
        case ExprType::leq:
        case ExprType::greater:
        case ExprType::geq:
        case ExprType::equal:
        case ExprType::unequal:
        case ExprType::not_:
            return inner == ExprType::and_ || inner == ExprType::or_;
        case ExprType::and_:
            return inner == ExprType::or_;
        default:
            return false;
    }
}

std::string_view operator_text(ExprType type) {
    switch (type) {
        case ExprType::equal:
            return "=";
        case ExprType::unequal:
            return "!=";
        case ExprType::less:
            return "<";
        case ExprType::leq:
            return "<=";
        case ExprType::greater:
            return ">";
        case ExprType::geq:
            return ">=";
        default:
            return " ";
    }
}

// The original formats such pieces through a buffer of this size.
constexpr std::size_t kPiece = 9999;

}  // namespace

void Evaluator::print_symbol(std::string& out, const Symbol* symbol, bool values) const {
    out.append(symbol->label());
    if (!values || symbol->name == nullptr || symbol->type == SymbolType::unknown) {
        return;
    }
    const std::string_view now = text(*symbol);
    append(out, " [=", now.data() != nullptr ? now : std::string_view("(null)"), ']');
}

void Evaluator::print_inner(std::string& out, const Expr* e, bool values, ExprType outer) const {
    if (e == nullptr) {
        out.push_back('y');
        return;
    }
    const bool parentheses = needs_parentheses(outer, e->type);
    if (parentheses) {
        out.push_back('(');
    }
    switch (e->type) {
        case ExprType::symbol:
            print_symbol(out, e->left_symbol(), values);
            break;
        case ExprType::not_:
            out.push_back('!');
            print_inner(out, e->left(), values, ExprType::not_);
            break;
        case ExprType::or_:
        case ExprType::and_:
            print_inner(out, e->left(), values, e->type);
            out += e->type == ExprType::or_ ? " || " : " && ";
            print_inner(out, e->right(), values, e->type);
            break;
        default:
            if (e->type == ExprType::range) {
                out.push_back('[');
            }
            print_symbol(out, e->left_symbol(), values);
            out.append(operator_text(e->type));
            print_symbol(out, e->right_symbol(), values);
            if (e->type == ExprType::range) {
                out.push_back(']');
            }
            break;
    }
    if (parentheses) {
        out.push_back(')');
    }
}

void Evaluator::print(std::string& out, const Expr* e, bool values) const {
    print_inner(out, e, values, ExprType::none);
}

void Evaluator::print_reverse_inner(std::string& out, const Expr* e, Tristate only,
                                    std::string_view& title) {
    if (e->type == ExprType::or_) {
        print_reverse_inner(out, e->left(), only, title);
        print_reverse_inner(out, e->right(), only, title);
    } else if (value(e) == only) {
        out.append(title);
        title = {};
        out += "  - ";
        print(out, e, true);
        out.push_back('\n');
    }
}

void Evaluator::print_reverse(std::string& out, const Expr* e, Tristate only,
                              std::string_view title) {
    print_reverse_inner(out, e, only, title);
}

namespace {

void append_dependency(std::string& out, Evaluator& evaluator, const Expr* e,
                       std::string_view prefix) {
    if (!is_yes(evaluator.tree(), e)) {
        out.append(prefix);
        evaluator.print(out, e, true);
        out.push_back('\n');
    }
}

void append_prompt(std::string& out, Evaluator& evaluator, const Property& prompt) {
    append(out, "  Prompt: ", prompt.text, '\n');
    const MenuNode* node = prompt.menu;
    append_dependency(out, evaluator, node->dep, "  Depends on: ");
    if (!same_condition(evaluator.tree(), evaluator.host(), node->dep, prompt.visible)) {
        append_dependency(out, evaluator, prompt.visible, "  Visible if: ");
    }
    constexpr std::size_t kDepth = 8;
    const bool always_look = evaluator.tree().profile().is_6_1();
    bool located = false;
    std::vector<const MenuNode*> path;
    for (; node != &evaluator.tree().root && path.size() < kDepth; node = node->parent) {
        path.push_back(node);
        // Looking for the place to jump to computes values that are printed below.
        if (always_look || !located) {
            located = evaluator.node_visible(*node) || located;
        }
    }
    out += "  Location:\n";
    std::size_t indent = 4;
    for (auto step = path.rbegin(); step != path.rend(); ++step, indent += 2) {
        const MenuNode& menu = **step;
        append(out, std::string(indent, ' '), "-> ",
               menu.prompt != nullptr ? menu.prompt->text
               : menu.sym != nullptr  ? menu.sym->text()
                                      : std::string_view("(null)"));
        if (menu.sym != nullptr) {
            append(out, " (", menu.sym->label(), " [=", evaluator.text(*menu.sym), "])");
        }
        out.push_back('\n');
    }
}

void append_targets(std::string& out, Evaluator& evaluator, const Symbol& symbol, PropType type,
                    std::string_view prefix) {
    bool any = false;
    for (const Property* const prop : symbol.props) {
        if (prop->type == type) {
            out += any ? " && " : prefix;
            any = true;
            evaluator.print(out, prop->expr, true);
        }
    }
    if (any) {
        out.push_back('\n');
    }
}

void append_symbol(std::string& out, Evaluator& evaluator, const Symbol& symbol) {
    if (symbol.name != nullptr) {
        const std::string_view now = evaluator.text(symbol);
        append(out, "Symbol: ", symbol.text(),
               " [=", now.data() != nullptr ? now : std::string_view("(null)"),
               "]\nType  : ", type_name(symbol.type), '\n');
        if (is_number(symbol.type)) {
            if (const Property* const range = evaluator.active_range(symbol)) {
                out += "Range : ";
                evaluator.print(out, range->expr, true);
                out.push_back('\n');
            }
        }
    }
    for (const bool with_prompt : {true, false}) {
        for (const MenuNode* const node : symbol.menus) {
            if ((node->prompt != nullptr) != with_prompt) {
                continue;
            }
            append(out, "Defined at ", node->file->name, ':', node->line, '\n');
            if (with_prompt) {
                append_prompt(out, evaluator, *node->prompt);
            } else {
                append_dependency(out, evaluator, node->dep, "  Depends on: ");
            }
        }
    }
    append_targets(out, evaluator, symbol, PropType::select, "Selects: ");
    if (symbol.rev_dep != nullptr) {
        evaluator.print_reverse(out, symbol.rev_dep, Tristate::yes, "Selected by [y]:\n");
        evaluator.print_reverse(out, symbol.rev_dep, Tristate::mod, "Selected by [m]:\n");
        evaluator.print_reverse(out, symbol.rev_dep, Tristate::no, "Selected by [n]:\n");
    }
    append_targets(out, evaluator, symbol, PropType::imply, "Implies: ");
    if (symbol.implied != nullptr) {
        evaluator.print_reverse(out, symbol.implied, Tristate::yes, "Implied by [y]:\n");
        evaluator.print_reverse(out, symbol.implied, Tristate::mod, "Implied by [m]:\n");
        evaluator.print_reverse(out, symbol.implied, Tristate::no, "Implied by [n]:\n");
    }
    out += "\n\n";
}

}  // namespace

std::string symbol_help(Evaluator& evaluator, const Symbol& symbol) {
    std::string out;
    append_symbol(out, evaluator, symbol);
    return out;
}

std::string extended_help(Evaluator& evaluator, const MenuNode& node) {
    std::string out;
    std::string text = "There is no help available for this option.";
    if (node.has_help) {
        if (node.sym->name != nullptr) {
            const char* const prefix = evaluator.host().env("CONFIG_");
            append(out, prefix != nullptr ? prefix : "CONFIG_", node.sym->text(), ":\n\n");
        }
        text = evaluator.tree().help(node);
    }
    text.push_back('\n');
    out += text.substr(0, kPiece);
    if (node.sym != nullptr) {
        append_symbol(out, evaluator, *node.sym);
    }
    return out;
}

}  // namespace kconfig
