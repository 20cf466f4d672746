// SPDX-License-Identifier: GPL-2.0
// The parsed Kconfig files: symbols, properties and the menu tree.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kconfig/base/arena.hh"
#include "kconfig/base/names.hh"
#include "kconfig/base/sequence.hh"
#include "kconfig/compat/profile.hh"
#include "kconfig/model/expr.hh"
#include "kconfig/model/types.hh"

namespace kconfig {

struct MenuNode;
struct Symbol;

/// A Kconfig file, named as the source statement wrote it.
struct SourceFile {
    std::string name;
    SourceFile* parent = nullptr;  ///< 6.1: who sourced it last.
    int resume_line = 0;           ///< 6.1: the line to go on at after it.
};

/// One property of a symbol or menu, where it was written. Here and below: a line of the
/// processor's cache, or two, since most properties and nodes are come upon in no order.
struct alignas(64) Property {
    PropType type = PropType::unknown;
    bool has_text = false;
    std::uint32_t id = 0;
    int line = 0;
    const Expr* visible = nullptr;  ///< The condition ("if ..."), after finalizing
                                    ///< with the dependencies of its place.
    const Expr* expr = nullptr;     ///< The value, selected symbol or range.
    MenuNode* menu = nullptr;
    const SourceFile* file = nullptr;
    std::string_view text;  ///< Of prompts, menus and comments.
};

static_assert(sizeof(void*) != 8 || sizeof(Property) == 64);

/// A configuration symbol, a quoted constant, or a choice (without a name,
/// except for 6.1's named choices).
struct alignas(64) Symbol {
    // What evaluating needs comes first, to lie together.
    std::uint32_t id = 0;  ///< Dense index, in order of creation.
    SymbolType type = SymbolType::unknown;
    bool is_constant = false;
    bool is_choice = false;
    bool is_optional = false;      ///< 6.1: a choice that may have no member set.
    bool is_choice_value = false;  ///< Member of a choice.
    bool is_transitional = false;  ///< next: read, never written.
    bool checked_props = false;    ///< Its definition has been checked.
    bool has_choice = false;       ///< Whether choice is not null.
    const Expr* dir_dep = nullptr;
    const Expr* rev_dep = nullptr;
    const Expr* implied = nullptr;
    ShortList<Property*, 2> value_props;  ///< Those of props that its own value follows from: all
                                          ///< but what it selects and implies.
    ShortList<Property*, 2> props;        ///< All, in order.
    const Name* name = nullptr;           ///< Null for an unnamed choice.
    ShortList<MenuNode*, 1> menus;        ///< Its definitions, in order.
    const MenuNode* listed_in = nullptr;  ///< The choice that lists it (6.12).
    const MenuNode* choice = nullptr;     ///< choice_menu(), once finalizing is over.

    /// Appends @p prop, whose type is its own already, to both lists.
    void add(Property* prop) {
        props.push_back(prop);
        if (prop->type != PropType::select && prop->type != PropType::imply) {
            value_props.push_back(prop);
        }
    }

    std::string_view text() const { return name != nullptr ? name->text : std::string_view(); }

    /// The name for messages: "<choice>" where there is none.
    std::string_view label() const { return name != nullptr ? name->text : "<choice>"; }
};

/// A dependency where it was written, for explanations.
struct WrittenDep {
    const Expr* expr = nullptr;
    const SourceFile* file = nullptr;
    int line = 0;
    const WrittenDep* next = nullptr;
};

/// A node of the menu tree: a definition of a symbol, a choice, a menu, a
/// comment, or (until finalizing flattens it) an if block.
struct alignas(64) MenuNode {
    std::uint32_t details = 0;  ///< See Tree::details().
    int line : 31 = 0;
    unsigned has_help : 1 = 0;
    MenuNode* next = nullptr;
    MenuNode* parent = nullptr;
    MenuNode* list = nullptr;
    Symbol* sym = nullptr;
    Property* prompt = nullptr;
    const Expr* dep = nullptr;
    const SourceFile* file = nullptr;
};

static_assert(sizeof(void*) != 8 || sizeof(MenuNode) == 64);

/// What few nodes have, or few people ask for.
struct NodeDetails {
    const Expr* visibility = nullptr;          ///< "visible if", as written.
    const WrittenDep* written_deps = nullptr;  ///< Its own "depends on", last first.
    const MenuNode* written_parent = nullptr;  ///< The block around it in the file.
    std::string_view raw_help;                 ///< As written: see Tree::help().
    ShortList<Symbol*, 1> choice_members;      ///< Of a choice, in order of definition.
};

/// Everything that was read from one set of Kconfig files. After parse() it is
/// not changed any more and may be shared by evaluators on several threads.
class Tree {
  public:
    explicit Tree(Profile profile);
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    const Profile& profile() const { return profile_; }

    /// The symbol for @p name as a definition or reference uses it.
    Symbol* plain_symbol(Name& name);
    /// The same as an expression.
    const Expr* plain_expr(Name& name);
    /// The symbol for a quoted text.
    Symbol* constant_symbol(Name& name);
    /// A choice: a new unnamed one when @p name is null.
    Symbol* choice_symbol(Name* name);

    /// The symbol that a .config line means: never a constant (save y, m, n).
    const Symbol* find(std::string_view name) const;

    MenuNode* add_node();

    /// What is kept of @p node beside itself; empty where nothing is.
    const NodeDetails& details(const MenuNode& node) const { return node_details_[node.details]; }

    /// The same to be filled in.
    NodeDetails& make_details(MenuNode& node);

    /// The help text of a node without its indentation.
    std::string help(const MenuNode& node) const;
    Property* add_property();
    const SourceFile* file(std::string_view name);
    SourceFile* file_record(std::string_view name);

    /// Symbols in the order of the original's hash table; made by seal().
    const std::vector<const Symbol*>& hash_order() const { return hash_order_; }

    /// Ends the construction: computes hash_order().
    void seal();

    MenuNode root;
    bool keeps_details = true;  ///< Else there is nothing of what Details::skipped leaves out.
    NameTable names;
    ExprTable exprs;
    TextArena text;
    Symbol* yes = nullptr;
    Symbol* mod = nullptr;
    Symbol* no = nullptr;
    Symbol* modules = nullptr;  ///< The symbol with "modules"; else no.
    StableSequence<Symbol> symbols;
    StableSequence<MenuNode> nodes;
    StableSequence<Property> properties;
    StableSequence<WrittenDep> written_deps;
    std::vector<const MenuNode*> choices;  ///< In order of definition.
    /// Files in the order in which auto.conf.cmd lists them.
    std::vector<const SourceFile*> dependencies;
    /// Stands for the file of what lies behind the last one's end.
    const SourceFile nowhere{"<none>", nullptr, 0};
    /// Environment variables that the files used, in order of first use.
    std::vector<std::pair<std::string, std::string>> environment;
    /// The text of the files, as long as messages may want to show it.
    std::vector<std::unique_ptr<char[]>> buffers;

  private:
    Symbol* new_symbol(const Name* name);
    Symbol* fixed_symbol(std::string_view text);

    Profile profile_;
    StableSequence<NodeDetails> node_details_;  // the first is that of nodes without any
    StableSequence<SourceFile> files_;
    std::unordered_map<std::string_view, SourceFile*> file_by_name_;
    std::vector<std::uint32_t> name_hashes_;  // of the symbols' names, by their ids
    std::vector<const Symbol*> hash_order_;
};

/// The next node in depth-first order below @p root; null at the end.
inline MenuNode* next_node(const MenuNode* node, const MenuNode* root) {
    if (node->list != nullptr) {
        return node->list;
    }
    while (node != root && node->next == nullptr) {
        node = node->parent;
    }
    return node == root ? nullptr : node->next;
}

/// The symbol that a select, imply or default property names; else null.
inline const Symbol* prop_symbol(const Property& prop) {
    return prop.expr != nullptr && prop.expr->type == ExprType::symbol ? prop.expr->left_symbol()
                                                                       : nullptr;
}

/// The choice that @p symbol is a member of; null for others. 6.12 looks at
/// the place of the first definition with a prompt; 6.1 at its P_CHOICE.
const MenuNode* choice_menu(const Symbol& symbol);

}  // namespace kconfig
