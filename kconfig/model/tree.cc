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
    root.id = 0;
}

Symbol* Tree::new_symbol(const Name* name) {
    Symbol& made = symbols.emplace_back();
    made.id = static_cast<std::uint32_t>(symbols.size() - 1);
    made.name = name;
    made.name_hash = name != nullptr ? name->hash : 0;
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

std::string MenuNode::help() const {
    std::string text;
    read_help(raw_help, 0, &text);
    return text;
}

MenuNode* Tree::add_node() {
    MenuNode& made = nodes.emplace_back();
    made.id = static_cast<std::uint32_t>(nodes.size());  // 0 is the root
    return &made;
}

Property* Tree::add_property() {
    Property& made = properties.emplace_back();
    made.id = static_cast<std::uint32_t>(properties.size() - 1);
    return &made;
}

SourceFile* Tree::file_record(std::string_view name) {
    const auto before = [](const SourceFile* a, std::string_view b) { return a->name < b; };
    const auto at = std::lower_bound(file_by_name_.begin(), file_by_name_.end(), name, before);
    if (at != file_by_name_.end() && (*at)->name == name) {
        return *at;
    }
    SourceFile& made = files_.emplace_back();
    made.name = std::string(name);
    file_by_name_.insert(at, &made);
    dependencies.push_back(&made);
    return &made;
}

const SourceFile* Tree::file(std::string_view name) {
    return file_record(name);
}

void Tree::seal() {
    // A bucket's chain begins with the youngest symbol; y, m and n are in none.
    const std::uint32_t size = profile_.hash_size();
    const auto listed = [this](const Symbol& symbol) {
        return &symbol != yes && &symbol != mod && &symbol != no;
    };
    std::vector<std::uint32_t> end(size, 0);
    std::vector<std::uint32_t> bucket_of(symbols.size(), 0);
    for (const Symbol& symbol : symbols) {
        bucket_of[symbol.id] = symbol.name_hash % size;
        end[bucket_of[symbol.id]] += listed(symbol) ? 1 : 0;
    }
    std::uint32_t total = 0;
    for (std::uint32_t& bucket : end) {
        total += bucket;
        bucket = total;
    }
    hash_order_.resize(total);
    for (const Symbol& symbol : symbols) {
        if (listed(symbol)) {
            hash_order_[--end[bucket_of[symbol.id]]] = &symbol;
        }
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
