// SPDX-License-Identifier: GPL-2.0
// What kmenu knows about an entry: why, what would follow, and where others are.
#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/diff/diff.hh"
#include "kconfig/explain/explain.hh"
#include "kconfig/tools/kmenu/model.hh"

namespace kconfig::kmenu {

namespace {

constexpr std::size_t kPreviewed = 8;  // changes that the pane names

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

}  // namespace

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
    const std::vector<std::uint32_t> touched = incremental().touched();
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

std::vector<std::string> Model::explain(const MenuNode& node, bool with_preview) {
    std::vector<std::string> out;
    const Symbol* const symbol = node.sym;
    if (symbol == nullptr || symbol->is_choice) {
        const bool comment = node.prompt != nullptr && node.prompt->type == PropType::comment;
        out.push_back(cat(symbol != nullptr ? "choice"
                          : comment         ? "comment"
                                            : "menu",
                          "  (", node.file->name, ':', node.line, ')'));
        if (node.dep != nullptr) {
            out.emplace_back("  depends on ");
            evaluator_.print(out.back(), node.dep, true);
        }
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
    if (!next.empty() && !with_preview) {
        out.push_back(cat("Space makes it ", next));
    } else if (!next.empty()) {
        const Preview preview = this->preview(node, next);
        std::string line = cat("Space makes it ", next);
        for (std::size_t i = 0; i < preview.changes.size() && i < kPreviewed; ++i) {
            append(line, i == 0 ? ", and " : ", ", preview.changes[i]);
        }
        if (preview.changes.size() > kPreviewed) {
            append(line, " and ", preview.changes.size() - kPreviewed, " more");
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

}  // namespace kconfig::kmenu
