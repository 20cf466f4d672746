// SPDX-License-Identifier: GPL-2.0
// kc lint, search, savedefconfig and tree.
#include <algorithm>
#include <regex>

#include "kconfig/base/text.hh"
#include "kconfig/lint/lint.hh"
#include "kconfig/tools/kc/command.hh"

namespace kconfig::tools {

namespace {

constexpr std::string_view kChecks[] = {"undefined-symbol", "dead-symbol",  "unused-symbol",
                                        "unreachable-menu", "unmet-select", "select-never"};

bool matches(const std::regex& pattern, std::string_view text) {
    return std::regex_search(text.begin(), text.end(), pattern);
}

// JSON text: control characters and bytes that are no UTF-8 are escaped.
std::string json(std::string_view text) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            append(out, '\\', c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || byte >= 0x7f) {
            append(out, "\\u00", kDigits[byte >> 4], kDigits[byte & 15]);
        } else {
            out.push_back(c);
        }
    }
    return out += '"';
}

void append_node(std::string& out, Evaluator& evaluator, const MenuNode& node) {
    std::string expr;
    out += "{";
    const char* separator = "";
    const auto field = [&](std::string_view name, std::string_view value) {
        append(out, separator, json(name), ':', value);
        separator = ",";
    };
    const Symbol* const symbol = node.sym;
    field("kind", json(symbol == nullptr   ? prop_name(node.prompt->type)
                       : symbol->is_choice ? std::string_view("choice")
                                           : std::string_view("symbol")));
    if (node.prompt != nullptr) {
        field("prompt", json(node.prompt->text));
    }
    if (symbol != nullptr) {
        if (symbol->name != nullptr) {
            field("name", json(symbol->text()));
        }
        field("type", json(type_name(symbol->type)));
        evaluator.calc(*symbol);
        if (!symbol->is_choice) {
            field("value", json(evaluator.text(*symbol)));
            field("written", evaluator.writes(*symbol) ? "true" : "false");
        }
    }
    field("visible", evaluator.node_visible(node) ? "true" : "false");
    if (node.dep != nullptr) {
        evaluator.print(expr, node.dep, false);
        field("depends", json(expr));
    }
    if (node.has_help) {
        field("help", json(evaluator.tree().help(node)));
    }
    field("file", json(node.file->name));
    field("line", cat(node.line));
    if (node.list != nullptr) {
        append(out, separator, "\"children\":[");
        for (const MenuNode* child = node.list; child != nullptr; child = child->next) {
            if (child->prompt == nullptr && child->sym == nullptr) {
                continue;
            }
            append_node(out, evaluator, *child);
            out += ",";
        }
        if (out.back() == ',') {
            out.pop_back();
        }
        out += "]";
    }
    out += "}";
}

void print_tree(Workspace& workspace, const MenuNode& parent, std::size_t indent) {
    Evaluator& evaluator = workspace.evaluator();
    for (const MenuNode* node = parent.list; node != nullptr; node = node->next) {
        if (evaluator.node_visible(*node)) {
            std::string line(indent, ' ');
            append(line, node->prompt->text);
            if (node->sym != nullptr && node->sym->name != nullptr) {
                append(line, "  ", node->sym->text(), '=', evaluator.text(*node->sym));
            }
            workspace.out(line += '\n');
            print_tree(workspace, *node, indent + 2);
        }
    }
}

}  // namespace

int lint_command(Workspace& workspace, const Arguments& arguments) {
    for (const std::string& name : arguments) {
        if (std::find(std::begin(kChecks), std::end(kChecks), name) == std::end(kChecks)) {
            std::string message = cat("lint: there is no check ", name, "; there are");
            for (const std::string_view check : kChecks) {
                append(message, ' ', check);
            }
            workspace.error(message);
            return exit_error;
        }
    }
    if (!workspace.load()) {
        return exit_error;
    }
    std::size_t count = 0;
    for (const Finding& one : lint(workspace.tree(), workspace.host())) {
        const auto wanted = std::find(arguments.begin(), arguments.end(), one.check);
        if (!arguments.empty() && wanted == arguments.end()) {
            continue;
        }
        ++count;
        workspace.out(cat(one.file != nullptr ? one.file->name : std::string("<none>"), ':',
                          one.line, ": ", one.check, ": ", one.text, '\n'));
    }
    return count == 0 ? exit_ok : exit_unmet;
}

int search_command(Workspace& workspace, const Arguments& arguments) {
    if (arguments.size() != 1) {
        workspace.error("search: name a regular expression");
        return exit_error;
    }
    std::regex pattern;
    try {
        pattern.assign(arguments[0], std::regex::extended | std::regex::icase);
    } catch (const std::regex_error& error) {
        workspace.error(cat("search: ", arguments[0],
                            " is no regular expression: ", std::string_view(error.what())));
        return exit_error;
    }
    if (!workspace.load() || !workspace.read_config_if_any()) {
        return exit_error;
    }
    Evaluator& evaluator = workspace.evaluator();
    evaluator.clear_all();
    std::size_t count = 0;
    for (const MenuNode& node : workspace.tree().nodes) {
        if (node.sym == nullptr || node.sym->is_choice) {
            continue;
        }
        const std::string_view prompt =
            node.prompt != nullptr ? node.prompt->text : std::string_view();
        const bool by_name = matches(pattern, node.sym->text());
        const bool by_prompt = !by_name && matches(pattern, prompt);
        const bool by_help =
            !by_name && !by_prompt && matches(pattern, workspace.tree().help(node));
        if (!by_name && !by_prompt && !by_help) {
            continue;
        }
        ++count;
        evaluator.calc(*node.sym);
        workspace.out(cat(node.sym->text(), '=', evaluator.text(*node.sym), "  \"", prompt, "\"  (",
                          node.file->name, ':', node.line, ')', by_help ? "  [in its help]" : "",
                          '\n'));
    }
    if (count == 0) {
        workspace.error(cat("search: nothing matches ", arguments[0]));
        return exit_unmet;
    }
    return exit_ok;
}

int savedefconfig_command(Workspace& workspace, const Arguments& arguments) {
    if (arguments.size() > 1 || (!arguments.empty() && arguments[0].starts_with('-'))) {
        workspace.error("savedefconfig: takes at most one file, and no options");
        return exit_error;
    }
    if (!workspace.load() || !workspace.read_config()) {
        return exit_error;
    }
    const std::string target = arguments.empty() ? "defconfig" : arguments[0];
    if (!workspace.files().write_defconfig(target)) {
        workspace.error(cat("cannot write ", target));
        return exit_error;
    }
    return exit_ok;
}

int tree_command(Workspace& workspace, const Arguments& arguments) {
    const bool as_json = arguments.size() == 1 && arguments[0] == "--json";
    if (!arguments.empty() && !as_json) {
        workspace.error("tree: the only option is --json");
        return exit_error;
    }
    if (!workspace.load() || !workspace.read_config_if_any()) {
        return exit_error;
    }
    workspace.evaluator().clear_all();
    if (!as_json) {
        print_tree(workspace, workspace.tree().root, 0);
        return exit_ok;
    }
    std::string out =
        cat("{\"title\":", json(workspace.tree().root.prompt->text), ",\"entries\":[");
    for (const MenuNode* node = workspace.tree().root.list; node != nullptr; node = node->next) {
        if (node->prompt == nullptr && node->sym == nullptr) {
            continue;
        }
        append_node(out, workspace.evaluator(), *node);
        out += ',';
    }
    if (out.back() == ',') {
        out.pop_back();
    }
    workspace.out(out += "]}\n");
    return exit_ok;
}

}  // namespace kconfig::tools
