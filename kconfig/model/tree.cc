// SPDX-License-Identifier: GPL-2.0
// Construction of the model.
#include "kconfig/model/tree.hh"

#include <algorithm>

#include "kconfig/base/help.hh"
#include "kconfig/base/text.hh"

namespace kconfig {

Tree::Tree(Profile profile) : profile_(profile) {
    yes = fixed_symbol("y");
    mod = fixed_symbol("m");
    no = fixed_symbol("n");
    node_details_.emplace_back();
}

Symbol* Tree::new_symbol(const Name* name) {
    Symbol& made = symbols.emplace_back();
    made.id = static_cast<std::uint32_t>(symbols.size() - 1);
    made.name = name;
    name_hashes_.push_back(name != nullptr ? name->hash : 0);
    return &made;
}

Symbol* Tree::fixed_symbol(std::string_view text) {
    Name& name = names.intern(text);
    Symbol* const made = new_symbol(&name);
    made->type = SymbolType::tristate;
    made->is_constant = true;
    name.plain = made;
    name.constant = made;
    name.choice = made;
    return made;
}

Symbol* Tree::plain_symbol(Name& name) {
    if (name.plain == nullptr) {
        name.plain = new_symbol(&name);
    }
    return name.plain;
}

const Expr* Tree::plain_expr(Name& name) {
    if (name.expr == nullptr) {
        name.expr = exprs.symbol(plain_symbol(name));
    }
    return name.expr;
}

Symbol* Tree::constant_symbol(Name& name) {
    if (name.constant == nullptr) {
        name.constant = new_symbol(&name);
        name.constant->is_constant = true;
    }
    return name.constant;
}

Symbol* Tree::choice_symbol(Name* name) {
    if (name != nullptr && name->choice != nullptr) {
        return name->choice;
    }
    Symbol* const made = new_symbol(name);
    made->is_choice = true;
    if (name != nullptr) {
        name->choice = made;
    }
    return made;
}

const Symbol* Tree::find(std::string_view text) const {
    const Name* const name = names.find(text);
    if (name == nullptr) {
        return nullptr;
    }
    // Both may exist in 6.1; the original's chain holds the younger one first.
    if (name->choice != nullptr && (name->plain == nullptr || name->choice->id > name->plain->id)) {
        return name->choice;
    }
    return name->plain;
}

std::string Tree::help(const MenuNode& node) const {
    std::string text;
    read_help(details(node).raw_help, 0, &text);
    return text;
}

MenuNode* Tree::add_node() {
    return &nodes.emplace_back();
}

NodeDetails& Tree::make_details(MenuNode& node) {
    if (node.details == 0) {
        node.details = static_cast<std::uint32_t>(node_details_.size());
        node_details_.emplace_back();
    }
    return node_details_[node.details];
}

Property* Tree::add_property() {
    Property& made = properties.emplace_back();
    made.id = static_cast<std::uint32_t>(properties.size() - 1);
    return &made;
}

SourceFile* Tree::file_record(std::string_view name) {
    const auto known = file_by_name_.find(name);
    if (known != file_by_name_.end()) {
        return known->second;
    }
    SourceFile& made = files_.emplace_back();
    made.name = std::string(name);
    file_by_name_.emplace(made.name, &made);
    dependencies.push_back(&made);
    return &made;
}

const SourceFile* Tree::file(std::string_view name) {
    return file_record(name);
}

void Tree::seal() {
    // A bucket's chain begins with the youngest symbol; y, m and n are in none.
    const std::uint32_t size = profile_.hash_size();
    const std::size_t first = std::size_t{std::max({yes->id, mod->id, no->id})} + 1;
    std::vector<std::uint32_t> end(size, 0);
    for (std::size_t id = first; id < symbols.size(); ++id) {
        ++end[name_hashes_[id] % size];
    }
    std::uint32_t total = 0;
    for (std::uint32_t& bucket : end) {
        total += bucket;
        bucket = total;
    }
    hash_order_.resize(total);
    for (std::size_t id = first; id < symbols.size(); ++id) {
        hash_order_[--end[name_hashes_[id] % size]] = &symbols[id];
    }
}

const MenuNode* choice_menu(const Symbol& symbol) {
    for (const MenuNode* const node : symbol.menus) {
        if (node->prompt == nullptr) {
            continue;
        }
        const MenuNode* above = node->parent;
        while (above != nullptr && above->sym == nullptr) {
            above = above->parent;
        }
        return above != nullptr && above->sym->is_choice ? above : nullptr;
    }
    return nullptr;
}

}  // namespace kconfig
