// SPDX-License-Identifier: GPL-2.0
// From what was written to what it means: dependencies, submenus, checks.
#pragma once

#include "kconfig/base/diagnostics.hh"
#include "kconfig/finalize/simplify.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

/// Propagates dependencies, makes the automatic submenus, flattens if blocks
/// and checks the definitions, in the original's order (which decides the
/// order of the warnings).
class Finalizer {
  public:
    Finalizer(Tree& tree, Diagnostics& diagnostics);

    void run();

  private:
    void finalize(MenuNode& parent, bool inside_choice);
    static void expect(const MenuNode* node);
    void propagate(MenuNode& parent);
    void propagate_property(MenuNode& node, Property& prop, const Expr* base);
    void add_reverse(const Symbol& symbol, const Property& prop);
    void make_submenu(MenuNode& parent);
    void flatten(MenuNode& parent);
    void settle_choice_types(MenuNode& parent);
    void adopt_choice_value(MenuNode& choice, MenuNode& member);
    void set_type(MenuNode& node, SymbolType type);
    void check(MenuNode& node);
    void check_default(const Symbol& symbol, const Property& prop);
    void check_reverse(const Symbol& symbol, const Property& prop);
    void check_range(const Symbol& symbol, const Property& prop);
    bool is_number_source(const Symbol& symbol, const Symbol& value) const;
    Property* add_property(MenuNode& node, PropType type, const Expr* expr);

    Tree& tree_;
    Diagnostics& diagnostics_;
    Simplifier simplifier_;
    // The last condition of a select or imply, since many of one symbol have the same: null for
    // none.
    const Symbol* because_symbol_ = nullptr;
    const Expr* because_dep_ = nullptr;
    const Expr* because_ = nullptr;
};

/// Looks for dependency loops and (6.12) for choice members that are not sane.
/// Every problem is reported and counted.
void check_dependencies(Tree& tree, Diagnostics& diagnostics);

/// 6.12: whether check_dependencies() has plainly nothing to report. Where this says no it may
/// still have nothing.
bool has_no_loops(const Tree& tree);

/// 6.12: how many members of the choice have defaults, or prompts elsewhere, and so must not be.
/// Without @p diagnostics nobody is told.
int insane_choice_members(const MenuNode& choice, Diagnostics* diagnostics);

/// Whether @p text is a value of @p symbol's type.
bool string_valid(const Symbol& symbol, std::string_view text);

}  // namespace kconfig
