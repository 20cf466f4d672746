// SPDX-License-Identifier: GPL-2.0
// What kmenu shows and does.
#include "kconfig/tools/kmenu/model.hh"

#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/diff/diff.hh"
#include "kconfig/io/files.hh"

namespace kconfig::kmenu {

Model::Model(Evaluator& evaluator, ConfigFiles& files, bool single_menu)
    : evaluator_(evaluator),
      files_(files),
      menu_(&evaluator.tree().root),
      single_menu_(single_menu),
      unsaved_load_(evaluator.changed()) {}

// Made when they are first needed: the first screen does without them.
IncrementalEvaluator& Model::incremental() {
    if (!incremental_) {
        incremental_.emplace(evaluator_);
    }
    return *incremental_;
}

void Model::remember_saved() {
    if (!saved_.empty()) {
        return;
    }
    saved_.reserve(evaluator_.tree().symbols.size());
    for (const Symbol& symbol : evaluator_.tree().symbols) {
        const bool counts = !symbol.menus.empty() && !symbol.is_choice;
        saved_.push_back(counts ? written_value(evaluator_, symbol) : std::string());
    }
}

std::vector<std::string> Model::changed() {
    std::vector<std::string> out;
    if (saved_.empty()) {
        return out;  // nothing was ever set
    }
    for (const Symbol& symbol : evaluator_.tree().symbols) {
        if (symbol.menus.empty() || symbol.is_choice) {
            continue;
        }
        const std::string now = written_value(evaluator_, symbol);
        if (now != saved_[symbol.id]) {
            out.push_back(cat(symbol.text(), ": ", saved_[symbol.id], " -> ", now));
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

bool Model::modified() {
    if (modified_stale_) {
        modified_ = !changed().empty();
        modified_stale_ = false;
    }
    return modified_ || unsaved_load_;
}

bool Model::apply(const MenuNode& node, std::string_view value, Change& change) {
    const Symbol* const symbol = node.sym;
    if (symbol == nullptr || node.prompt == nullptr) {
        return false;
    }
    // The choices of 6.1 can be questions themselves: changeable() knows.
    evaluator_.calc(*symbol);
    if (!evaluator_.changeable(*symbol) || !evaluator_.text_within_range(*symbol, value)) {
        return false;
    }
    const Symbol* const choice = evaluator_.choice_of(*symbol);
    if (choice != nullptr && evaluator_.visible(*symbol) == Tristate::yes && value != "y") {
        return false;  // another member has to be chosen instead
    }
    remember_saved();
    incremental();  // before the change: it computes everything once
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
    incremental().changed(*symbol);
    stale_ = modified_stale_ = true;
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
    if (symbol == nullptr || !is_logical(symbol->type)) {
        return {};
    }
    evaluator_.calc(*symbol);
    if (symbol->is_choice && !evaluator_.changeable(*symbol)) {
        return {};
    }
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
        incremental().changed(*symbol);
    }
    stale_ = modified_stale_ = true;
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

bool Model::load(const std::string& name) {
    remember_saved();
    // A directory would be read as a file without lines.
    if (is_directory(name) || !files_.read(name.c_str())) {
        return false;
    }
    changes_.clear();
    incremental_.reset();
    evaluator_.clear_all();
    unsaved_load_ = true;
    stale_ = modified_stale_ = true;
    return true;
}

bool Model::save(const std::string& name) {
    if (!files_.write(name.c_str())) {
        return false;
    }
    incremental_.reset();
    evaluator_.clear_all();
    evaluator_.set_changed(false);
    saved_.clear();
    remember_saved();
    modified_ = modified_stale_ = unsaved_load_ = false;
    stale_ = true;
    return true;
}

bool Model::keep_copy(const std::string& name) {
    OutputFile file(name);
    if (!file.is_open()) {
        return false;
    }
    file.write(files_.dot_config());
    return file.close();
}

}  // namespace kconfig::kmenu
