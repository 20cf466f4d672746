// SPDX-License-Identifier: GPL-2.0
// What kmenu shows and does.
#include "kconfig/tools/kmenu/model.hh"

#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/diff/diff.hh"
#include "kconfig/explain/explain.hh"

namespace kconfig::kmenu {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

bool is_menu(const MenuNode& node) {
    return node.prompt != nullptr && node.prompt->type == PropType::menu;
}

// Whether the node's children are a screen of their own.
bool opens(const MenuNode& node, bool single_menu) {
    if (node.sym != nullptr && node.sym->is_choice) {
        return true;
    }
    return is_menu(node) && !single_menu;
}

}  // namespace

Model::Model(Evaluator& evaluator, ConfigFiles& files, bool single_menu)
    : evaluator_(evaluator),
      files_(files),
      incremental_(evaluator),
      menu_(&evaluator.tree().root),
      single_menu_(single_menu) {
    remember_saved();
}

void Model::remember_saved() {
    saved_.clear();
    for (const Symbol& symbol : evaluator_.tree().symbols) {
        if (!symbol.menus.empty() && !symbol.is_choice) {
            saved_[symbol.id] = written_value(evaluator_, symbol);
        }
    }
}

std::vector<std::string> Model::changed() {
    std::vector<std::string> out;
    for (const auto& [id, before] : saved_) {
        const Symbol& symbol = evaluator_.tree().symbols[id];
        const std::string now = written_value(evaluator_, symbol);
        if (now != before) {
            out.push_back(cat(symbol.text(), ": ", before, " -> ", now));
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

void Model::set_show_all(bool all) {
    show_all_ = all;
    stale_ = true;
}

const std::vector<Row>& Model::rows() {
    if (stale_) {
        rows_.clear();
        add_rows(*menu_, 0);
        stale_ = false;
    }
    return rows_;
}

std::string Model::state_of(const MenuNode& node) {
    const Symbol* const symbol = node.sym;
    if (symbol == nullptr) {
        return node.prompt->type == PropType::comment ? "*** " : "    ";
    }
    evaluator_.calc(*symbol);
    if (symbol->is_choice) {
        return "    ";
    }
    if (!is_logical(symbol->type)) {
        return cat('(', evaluator_.text(*symbol), ") ");
    }
    const char state = " M*"[static_cast<int>(evaluator_.tri(*symbol))];
    if (evaluator_.choice_of(*symbol) != nullptr && evaluator_.visible(*symbol) == Tristate::yes) {
        return evaluator_.tri(*symbol) == Tristate::yes ? "(X) " : "( ) ";
    }
    if (!evaluator_.changeable(*symbol)) {
        return cat('-', state, "- ");
    }
    if (evaluator_.effective_type(*symbol) == SymbolType::boolean) {
        return cat('[', state, "] ");
    }
    return evaluator_.reverse(*symbol) == Tristate::mod ? cat('{', state, "} ")
                                                        : cat('<', state, "> ");
}

void Model::add_row(const MenuNode& node, std::size_t indent, bool visible) {
    Row row{&node, {}, indent, !visible, opens(node, single_menu_)};
    row.text = state_of(node);
    append(row.text, node.prompt != nullptr ? node.prompt->text : node.sym->label());
    const Symbol* const symbol = node.sym;
    if (node.prompt != nullptr && node.prompt->type == PropType::comment) {
        row.text += " ***";
    }
    if (symbol != nullptr && symbol->is_choice) {
        for (const Symbol* const member : evaluator_.choice_members(node)) {
            evaluator_.calc(*member);
            if (evaluator_.tri(*member) == Tristate::yes && !member->menus.empty() &&
                member->menus.front()->prompt != nullptr) {
                append(row.text, " (", member->menus.front()->prompt->text, ')');
                break;
            }
        }
    } else if (symbol != nullptr && !evaluator_.has_value(*symbol) &&
               evaluator_.changeable(*symbol)) {
        row.text += " (NEW)";
    }
    if (row.enters) {
        bool any = false;
        for (const MenuNode* child = node.list; child != nullptr && !any; child = child->next) {
            any = evaluator_.node_visible(*child);
        }
        row.text += any || show_all_ ? "  --->" : "  ----";
    }
    rows_.push_back(std::move(row));
}

void Model::add_rows(const MenuNode& parent, std::size_t indent) {
    for (const MenuNode* node = parent.list; node != nullptr; node = node->next) {
        const bool visible = evaluator_.node_visible(*node);
        const bool nameless =
            node->prompt == nullptr && (node->sym == nullptr || node->sym->is_choice);
        if (nameless || (!visible && !show_all_)) {
            continue;
        }
        add_row(*node, indent, visible);
        if (!rows_.back().enters) {
            add_rows(*node, indent + 2);
        }
    }
}

std::string Model::path() const {
    std::string out;
    for (const MenuNode* node = menu_; node != nullptr; node = node->parent) {
        if (node->prompt != nullptr && opens(*node, single_menu_) &&
            node != &evaluator_.tree().root) {
            out = out.empty() ? cat(node->prompt->text) : cat(node->prompt->text, " > ", out);
        }
    }
    return out;
}

bool Model::enter(const MenuNode& node) {
    if (!opens(node, single_menu_) || node.list == nullptr) {
        return false;
    }
    menu_ = &node;
    stale_ = true;
    return true;
}

bool Model::leave(const MenuNode*& from) {
    from = menu_;
    const MenuNode* above = menu_->parent;
    while (above != nullptr && above != &evaluator_.tree().root && !opens(*above, single_menu_)) {
        above = above->parent;
    }
    if (above == nullptr) {
        return false;
    }
    menu_ = above;
    stale_ = true;
    return true;
}

bool Model::jump(const Symbol& symbol, const MenuNode*& to) {
    const MenuNode* target = nullptr;
    for (const MenuNode* const node : symbol.menus) {
        if (target == nullptr || (node->prompt != nullptr && target->prompt == nullptr)) {
            target = node;
        }
    }
    if (target == nullptr) {
        return false;
    }
    const MenuNode* above = target->parent;
    while (above != nullptr && above != &evaluator_.tree().root && !opens(*above, single_menu_)) {
        above = above->parent;
    }
    menu_ = above != nullptr ? above : &evaluator_.tree().root;
    stale_ = true;
    to = target;
    if (!evaluator_.node_visible(*target)) {
        show_all_ = true;
    }
    return true;
}

bool Model::apply(const MenuNode& node, std::string_view value, Change& change) {
    const Symbol* const symbol = node.sym;
    if (symbol == nullptr || symbol->is_choice || node.prompt == nullptr) {
        return false;
    }
    evaluator_.calc(*symbol);
    if (!evaluator_.changeable(*symbol) || !evaluator_.text_within_range(*symbol, value)) {
        return false;
    }
    const Symbol* const choice = evaluator_.choice_of(*symbol);
    if (choice != nullptr && evaluator_.visible(*symbol) == Tristate::yes && value != "y") {
        return false;  // another member has to be chosen instead
    }
    change.node = &node;
    change.saved.emplace_back(symbol, evaluator_.save(*symbol));
    if (choice != nullptr && value == "y") {
        const MenuNode& menu = *choice->menus.front();
        for (const Symbol* const member : evaluator_.choice_members(menu)) {
            change.saved.emplace_back(member, evaluator_.save(*member));
        }
    }
    if (!evaluator_.assign(*symbol, value)) {
        return false;
    }
    incremental_.changed(*symbol);
    stale_ = true;
    return true;
}

bool Model::set(const MenuNode& node, std::string_view value) {
    Change change{};
    std::string text(value);
    if (node.sym != nullptr && node.sym->type == SymbolType::hex && !text.starts_with("0x") &&
        !text.starts_with("0X")) {
        text.insert(0, "0x");
    }
    if (!apply(node, text, change)) {
        return false;
    }
    changes_.push_back(std::move(change));
    evaluator_.set_changed(true);
    return true;
}

std::string Model::next_value(const MenuNode& node) {
    const Symbol* const symbol = node.sym;
    if (symbol == nullptr || symbol->is_choice || !is_logical(symbol->type)) {
        return {};
    }
    evaluator_.calc(*symbol);
    Tristate state = evaluator_.tri(*symbol);
    if (evaluator_.choice_of(*symbol) != nullptr) {
        return state == Tristate::yes ? "" : "y";
    }
    for (int i = 0; i < 2; ++i) {
        state = static_cast<Tristate>((static_cast<int>(state) + 1) % 3);
        if (evaluator_.tri_within_range(*symbol, state)) {
            return std::string(tri_text(state));
        }
    }
    return {};
}

bool Model::toggle(const MenuNode& node) {
    const std::string next = next_value(node);
    return !next.empty() && set(node, next);
}

void Model::take_back(const Change& change) {
    for (auto saved = change.saved.rbegin(); saved != change.saved.rend(); ++saved) {
        evaluator_.restore(*saved->first, saved->second);
    }
    for (const auto& [symbol, saved] : change.saved) {
        incremental_.changed(*symbol);
    }
    stale_ = true;
}

const MenuNode* Model::undo() {
    if (changes_.empty()) {
        return nullptr;
    }
    const Change change = std::move(changes_.back());
    changes_.pop_back();
    take_back(change);
    return change.node;
}

Preview Model::preview(const MenuNode& node, std::string_view value) {
    Preview out;
    if (value.empty() || node.sym == nullptr) {
        return out;
    }
    const bool was_changed = evaluator_.changed();
    // The first pass finds who may change, the second compares.
    Change change{};
    if (!apply(node, value, change)) {
        return out;
    }
    const std::vector<std::uint32_t> touched = incremental_.touched();
    std::vector<std::pair<const Symbol*, std::string>> after;
    for (const std::uint32_t id : touched) {
        const Symbol& symbol = evaluator_.tree().symbols[id];
        if (&symbol != node.sym && !symbol.is_choice && symbol.name != nullptr) {
            after.emplace_back(&symbol, written_value(evaluator_, symbol));
        }
    }
    take_back(change);
    for (const auto& [symbol, then] : after) {
        const std::string now = written_value(evaluator_, *symbol);
        if (now != then && !(now == "(absent)" && then == "n") &&
            !(now == "n" && then == "(absent)")) {
            out.changes.push_back(cat(symbol->text(), ": ", now, " -> ", then));
        }
    }
    evaluator_.set_changed(was_changed);
    return out;
}

std::vector<std::string> Model::explain(const MenuNode& node) {
    std::vector<std::string> out;
    const Symbol* const symbol = node.sym;
    if (symbol == nullptr || symbol->is_choice) {
        return out;
    }
    const auto add = [&](const std::string& text) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            out.push_back(text.substr(at, end - at));
            at = end == std::string::npos ? text.size() : end + 1;
        }
    };
    Explainer explainer(evaluator_, 2);
    add(to_text(explainer.value(*symbol)));
    const std::string next = next_value(node);
    if (!next.empty()) {
        const Preview preview = this->preview(node, next);
        std::string line = cat("Space makes it ", next);
        for (std::size_t i = 0; i < preview.changes.size() && i < 3; ++i) {
            append(line, i == 0 ? ", and " : ", ", preview.changes[i]);
        }
        if (preview.changes.size() > 3) {
            append(line, " and ", preview.changes.size() - 3, " more");
        }
        out.push_back(std::move(line));
    } else if (is_logical(symbol->type)) {
        const Tristate now = evaluator_.tri(*symbol);
        const Reason why = explainer.obstacle(*symbol, now == Tristate::no ? "y" : "n");
        if (!why.because.empty()) {
            add(to_text(why));
        }
    }
    return out;
}

std::string Model::help(const MenuNode& node) {
    return extended_help(evaluator_, node);
}

std::vector<const Symbol*> Model::search(std::string_view text, std::size_t limit) {
    std::string wanted = lower(text);
    if (wanted.starts_with("config_")) {
        wanted.erase(0, 7);
    }
    std::vector<std::pair<int, const Symbol*>> found;
    if (wanted.empty()) {
        return {};
    }
    for (const Symbol& symbol : evaluator_.tree().symbols) {
        if (symbol.menus.empty() || symbol.is_choice || symbol.name == nullptr) {
            continue;
        }
        const std::string name = lower(symbol.text());
        int rank = name == wanted ? 0 : name.starts_with(wanted) ? 1 : 4;
        if (rank == 4 && name.find(wanted) != std::string::npos) {
            rank = 2;
        }
        for (const MenuNode* const node : symbol.menus) {
            if (rank == 4 && node->prompt != nullptr &&
                lower(node->prompt->text).find(wanted) != std::string::npos) {
                rank = 3;
            }
        }
        if (rank < 4) {
            found.emplace_back(rank, &symbol);
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second->text() < b.second->text();
    });
    std::vector<const Symbol*> out;
    for (std::size_t i = 0; i < found.size() && i < limit; ++i) {
        out.push_back(found[i].second);
    }
    return out;
}

bool Model::load(const std::string& name) {
    if (!files_.read(name.c_str())) {
        return false;
    }
    changes_.clear();
    incremental_.changed(*evaluator_.tree().modules);
    evaluator_.set_changed(true);
    stale_ = true;
    return true;
}

bool Model::save(const std::string& name) {
    if (!files_.write(name.c_str())) {
        return false;
    }
    incremental_.changed(*evaluator_.tree().modules);
    remember_saved();
    stale_ = true;
    return true;
}

}  // namespace kconfig::kmenu
