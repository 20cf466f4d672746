// SPDX-License-Identifier: GPL-2.0
// Differences between two configurations.
#include "kconfig/diff/diff.hh"

#include <algorithm>

#include "kconfig/base/text.hh"
#include "kconfig/io/config_file.hh"

namespace kconfig {

namespace {

constexpr std::string_view kAbsent = "(absent)";

}  // namespace

std::string written_value(Evaluator& evaluator, const Symbol& symbol) {
    evaluator.calc(symbol);
    if (!evaluator.writes(symbol)) {
        return std::string(kAbsent);
    }
    const std::string_view text = evaluator.text(symbol);
    return symbol.type == SymbolType::string ? quoted(text) : std::string(text);
}

std::vector<Difference> differences(Evaluator& before, Evaluator& after) {
    std::vector<Difference> out;
    for (const Symbol& symbol : before.tree().symbols) {
        if (symbol.is_choice || symbol.is_constant || symbol.menus.empty()) {
            continue;
        }
        std::string old_value = written_value(before, symbol);
        std::string new_value = written_value(after, symbol);
        if (old_value != new_value) {
            out.push_back({&symbol, std::move(old_value), std::move(new_value)});
        }
    }
    std::sort(out.begin(), out.end(), [](const Difference& a, const Difference& b) {
        return a.symbol->text() < b.symbol->text();
    });
    return out;
}

std::string fragment_line(Evaluator& after, std::string_view prefix, const Difference& one) {
    after.calc(*one.symbol);
    if (after.visible(*one.symbol) == Tristate::no) {
        return {};
    }
    if (one.before == kAbsent && after.choice_of(*one.symbol) == nullptr &&
        after.default_text(*one.symbol) == after.text(*one.symbol)) {
        return {};  // it gets that by itself as soon as it is there
    }
    if (is_logical(one.symbol->type) && after.tri(*one.symbol) == Tristate::no) {
        return cat("# ", prefix, one.symbol->text(), " is not set");
    }
    return cat(prefix, one.symbol->text(), '=', one.after);
}

}  // namespace kconfig
