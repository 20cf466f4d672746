// SPDX-License-Identifier: GPL-2.0
// A configuration cut down to the modules that are in use.
#include "kconfig/solve/local.hh"

#include <algorithm>

#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

std::string module_name(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '-', '_');
    return out;
}

void modules_of(const Expr* e, std::vector<const Symbol*>& out) {
    if (e == nullptr) {
        return;
    }
    if (e->is_and_or() || e->type == ExprType::not_) {
        modules_of(e->left(), out);
        modules_of(e->right(), out);
        return;
    }
    out.push_back(e->left_symbol());
}

}  // namespace

void read_makefile(std::string_view text, std::string_view prefix, ModuleMap& modules) {
    const std::string begin = cat("obj-$(", prefix);
    while (!text.empty()) {
        // One logical line: backslashes join physical ones.
        std::string line;
        for (bool more = true; more && !text.empty();) {
            const std::size_t end = text.find('\n');
            std::string_view piece = text.substr(0, end);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            more = piece.ends_with('\\');
            if (more) {
                piece.remove_suffix(1);
            }
            append(line, piece, ' ');
        }
        line.resize(std::min(line.size(), line.find('#')));
        const std::size_t at = line.find_first_not_of(" \t");
        if (at == std::string::npos || line.compare(at, begin.size(), begin) != 0) {
            continue;
        }
        const std::size_t close = line.find(')', at);
        const std::size_t equal = line.find('=', at);
        if (close == std::string::npos || equal == std::string::npos || equal < close) {
            continue;
        }
        const std::string symbol = line.substr(at + begin.size(), close - at - begin.size());
        for (std::size_t word = equal + 1; word < line.size();) {
            word = line.find_first_not_of(" \t", word);
            if (word == std::string::npos) {
                break;
            }
            const std::size_t end = std::min(line.find_first_of(" \t", word), line.size());
            const std::string_view object = std::string_view(line).substr(word, end - word);
            if (object.ends_with(".o")) {
                const std::string_view base = object.substr(0, object.size() - 2);
                modules[module_name(base.substr(base.rfind('/') + 1))].insert(symbol);
            }
            word = end;
        }
    }
}

std::vector<std::string> read_module_list(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::string_view name = line.substr(0, line.find_first_of(" \t"));
        if (!name.empty() && name != "Module") {  // the heading of lsmod
            out.push_back(module_name(name));
        }
    }
    return out;
}

LocalResult keep_loaded(Evaluator& evaluator, const std::vector<std::string>& loaded,
                        const ModuleMap& modules) {
    LocalResult result;
    std::vector<const Symbol*> needed;
    std::set<const Symbol*> known;
    const auto need = [&](const Symbol& symbol) {
        evaluator.calc(symbol);
        if (evaluator.tri(symbol) == Tristate::mod && known.insert(&symbol).second) {
            needed.push_back(&symbol);
        }
    };
    for (const std::string& name : loaded) {
        const auto found = modules.find(name);
        if (found == modules.end()) {
            result.unknown.push_back(name);
            continue;
        }
        for (const std::string& symbol_name : found->second) {
            if (const Symbol* const symbol = evaluator.tree().find(symbol_name)) {
                need(*symbol);
            }
        }
    }
    for (std::size_t i = 0; i < needed.size(); ++i) {
        std::vector<const Symbol*> others;
        modules_of(needed[i]->dir_dep, others);
        for (const Property* const prop : needed[i]->props) {
            if (prop->has_text) {
                modules_of(prop->visible, others);
            }
        }
        modules_of(needed[i]->rev_dep, others);
        for (const Symbol* const other : others) {
            need(*other);
        }
    }
    for (const Symbol& symbol : evaluator.tree().symbols) {
        if (symbol.type != SymbolType::tristate || symbol.is_choice || symbol.menus.empty() ||
            known.count(&symbol) != 0) {
            continue;
        }
        evaluator.calc(symbol);
        if (evaluator.tri(symbol) == Tristate::mod && evaluator.changeable(symbol)) {
            result.switched_off.push_back(&symbol);
        }
    }
    for (const Symbol* const symbol : result.switched_off) {
        evaluator.assign(*symbol, "n");
    }
    evaluator.clear_all();
    for (const Symbol* const symbol : needed) {
        evaluator.calc(*symbol);
        if (evaluator.tri(*symbol) == Tristate::no) {
            result.lost.push_back(symbol);
        }
    }
    return result;
}

}  // namespace kconfig
