// SPDX-License-Identifier: GPL-2.0
// Writing of .config and defconfig files.
#include <cstring>

#include "kconfig/base/file_text.hh"
#include "kconfig/base/text.hh"
#include "kconfig/io/config_file.hh"
#include "kconfig/io/files.hh"

namespace kconfig {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out.push_back('\\');
        }
        out.push_back(c);
    }
    out.push_back('"');
    return out;
}

// Closes the file. The original does not look whether all of it was written, and puts what a full
// disk left of it in the place of the configuration.
bool ConfigFiles::complete(OutputFile& file, const std::string& name) {
    if (file.close()) {
        return true;
    }
    evaluator_.host().err(cat(name, ": ", std::strerror(file.error()), '\n'));
    return false;
}

void ConfigFiles::append_heading(std::string& out, bool c_style) {
    const std::string_view title = evaluator_.tree().root.prompt->text;
    const std::string_view mark = c_style ? " *" : "#";
    append(out, c_style ? "/*" : "#", '\n', mark, " Automatically generated file; DO NOT EDIT.\n",
           mark, ' ', title, '\n', c_style ? " */" : "#", '\n');
}

void ConfigFiles::append_symbol(std::string& out, const Symbol& symbol, Unset unset, bool escape) {
    if (symbol.type == SymbolType::unknown) {
        return;
    }
    const std::string prefix = this->prefix();
    const std::string_view value = evaluator_.text(symbol);
    if (is_logical(symbol.type) && unset != Unset::assign && value == "n") {
        if (unset == Unset::comment) {
            append(out, "# ", prefix, symbol.text(), " is not set\n");
        }
        return;
    }
    append(out, prefix, symbol.text(), '=');
    if (symbol.type == SymbolType::string && escape) {
        out += quoted(value);
    } else {
        out.append(value);
    }
    out.push_back('\n');
}

std::string ConfigFiles::list_line(const Symbol& symbol) {
    std::string out;
    append_symbol(out, symbol, Unset::assign, true);
    return out;
}

bool ConfigFiles::write_defconfig(const std::string& name) {
    OutputFile file(name);
    if (!file.is_open()) {
        return false;
    }
    evaluator_.clear_all();
    const Tree& tree = evaluator_.tree();
    const bool old = tree.profile().is_6_1();
    std::string out;
    for (const MenuNode* node = next_node(&tree.root, &tree.root); node != nullptr;
         node = next_node(node, &tree.root)) {
        const Symbol* const symbol = node->sym;
        if (symbol == nullptr) {
            if (old) {
                evaluator_.node_visible(*node);
            }
            continue;
        }
        if (symbol->is_choice) {
            continue;
        }
        evaluator_.calc(*symbol);
        if (!evaluator_.writes(*symbol)) {
            continue;
        }
        evaluator_.drop_write(*symbol);
        if (!evaluator_.changeable(*symbol) ||
            evaluator_.text(*symbol) == evaluator_.default_text(*symbol)) {
            continue;
        }
        // A choice's default member needs no line.
        if (const Symbol* const choice = evaluator_.choice_of(*symbol)) {
            const MenuNode& menu = old ? *choice->menus.front() : *evaluator_.choice_node(*symbol);
            const bool is_default = evaluator_.choice_default(menu) == symbol;
            const bool applies =
                !old || (!choice->is_optional && symbol->type == SymbolType::boolean);
            if (is_default && applies && evaluator_.tri(*symbol) == Tristate::yes) {
                continue;
            }
        }
        append_symbol(out, *symbol, Unset::comment, true);
    }
    file.write(out);
    evaluator_.clear_all();  // what has lines in .config is to be found out again
    return complete(file, name);
}

std::string ConfigFiles::dot_config() {
    const Tree& tree = evaluator_.tree();
    std::string out;
    append_heading(out, false);
    if (!evaluator_.changed()) {
        evaluator_.clear_unless_repeatable();
    }
    std::vector<bool> written(tree.symbols.size(), false);
    bool need_newline = false;
    const MenuNode* node = tree.root.list;
    while (node != nullptr) {
        const Symbol* const symbol = node->sym;
        if (symbol == nullptr) {
            if (evaluator_.node_visible(*node)) {
                append(out, "\n#\n# ", node->prompt->text, "\n#\n");
                need_newline = false;
            }
        } else if (!symbol->is_choice && !written[symbol->id]) {
            evaluator_.calc(*symbol);
            if (evaluator_.writes(*symbol)) {
                if (need_newline) {
                    out.push_back('\n');
                    need_newline = false;
                }
                written[symbol->id] = true;
                append_symbol(out, *symbol, Unset::comment, true);
            }
        }
        if (node->list != nullptr) {
            node = node->list;
            continue;
        }
        // Up to the next entry, closing the menus that end here.
        for (;;) {
            if (node->sym == nullptr && evaluator_.node_visible(*node) && node != &tree.root &&
                node->prompt->type == PropType::menu) {
                append(out, "# end of ", node->prompt->text, '\n');
                need_newline = true;
            }
            if (node->next != nullptr) {
                node = node->next;
                break;
            }
            node = node->parent;
            if (node == nullptr) {
                break;
            }
        }
    }
    return out;
}

bool ConfigFiles::write(const char* name) {
    const std::string target = name != nullptr ? name : config_name();
    Host& host = evaluator_.host();
    if (target.empty()) {
        host.err("config name is empty\n");
        return false;
    }
    if (is_directory(target)) {
        host.err(cat(target, ": Is a directory\n"));
        return false;
    }
    if (!make_parent_directory(target)) {
        return false;
    }
    const char* const in_place = host.env("KCONFIG_OVERWRITECONFIG");
    const bool overwrite = in_place != nullptr && *in_place != '\0';
    const std::string temporary = overwrite ? target : cat(target, '.', process_id(), ".tmp");
    OutputFile file(temporary);
    if (!file.is_open()) {
        return false;
    }
    const std::string text = dot_config();
    file.write(text);
    if (!complete(file, temporary)) {
        if (!overwrite) {
            remove_file(temporary);  // the configuration stays as it was
        }
        return false;
    }
    if (!overwrite) {
        const std::optional<FileText> before = read_file(target);
        if (before && before->view() == text) {
            message(cat("No change to ", target));
            remove_file(temporary);
            evaluator_.set_changed(false);
            return true;
        }
        rename_file(target, cat(target, ".old"));
        if (!rename_file(temporary, target)) {
            return false;
        }
    }
    message(cat("configuration written to ", target));
    evaluator_.set_changed(false);
    return true;
}

}  // namespace kconfig
