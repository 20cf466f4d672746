// SPDX-License-Identifier: GPL-2.0
// Puts parsed statements into the tree.
#pragma once

#include <string_view>

#include "kconfig/base/diagnostics.hh"
#include "kconfig/lex/lexer.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

/// Keeps the place in the menu tree while the parser goes through the files.
class TreeBuilder {
  public:
    /// New entries and properties get the file and line that @p lexer is at.
    TreeBuilder(Tree& tree, Diagnostics& diagnostics, const Lexer& lexer);

    void add_entry(Symbol* symbol);
    /// Children of the current entry follow.
    MenuNode* begin_menu();
    void end_menu();
    void add_dep(const Expr* dep);
    void add_visibility(const Expr* condition);
    void set_type(SymbolType type);
    Property* add_prompt(PropType type, std::string_view text, const Expr* condition);
    Property* add_expr(PropType type, const Expr* expr, const Expr* condition);

    MenuNode* menu() const { return menu_; }

    MenuNode* entry() const { return entry_; }

    void set_entry(MenuNode* entry) { entry_ = entry; }

  private:
    SourcePoint place() const;

    Tree& tree_;
    Diagnostics& diagnostics_;
    const Lexer& lexer_;
    MenuNode* menu_;
    MenuNode* entry_;
    MenuNode** last_;
};

}  // namespace kconfig
