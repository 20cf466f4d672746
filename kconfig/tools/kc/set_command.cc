// SPDX-License-Identifier: GPL-2.0
// kc set: the smallest change that gives symbols their values.
#include "kconfig/base/text.hh"
#include "kconfig/solve/solver.hh"
#include "kconfig/tools/kc/command.hh"

namespace kconfig::tools {

namespace {

void print_solution(Workspace& workspace, const Solution& solution, std::size_t number) {
    const std::size_t count = solution.assignments.size();
    std::string out = cat("Solution ", number, ": ", count, count == 1 ? " change" : " changes");
    if (solution.side_effects != 0) {
        append(out, ", ", solution.side_effects,
               solution.side_effects == 1 ? " other value follows" : " other values follow");
    }
    out += '\n';
    for (const Assignment& one : solution.assignments) {
        const MenuNode& node = *one.symbol->menus.front();
        append(out, "  ", one.symbol->text(), '=', one.value, "  (", node.file->name, ':',
               node.line, ")\n");
    }
    workspace.out(out);
}

bool write_solution(Workspace& workspace, const Solution& solution) {
    for (const Assignment& one : solution.assignments) {
        workspace.evaluator().assign(*one.symbol, one.value);
    }
    workspace.evaluator().clear_all();
    return workspace.files().write(workspace.config_name().c_str());
}

}  // namespace

int set_command(Workspace& workspace, const Arguments& arguments) {
    bool dry_run = false;
    std::vector<std::string> wanted;
    for (const std::string& argument : arguments) {
        if (argument == "-n" || argument == "--dry-run") {
            dry_run = true;
        } else if (argument.starts_with('-')) {
            workspace.error(cat("set: unknown option ", argument, " (the only one is -n)"));
            return exit_error;
        } else {
            wanted.push_back(argument);
        }
    }
    if (wanted.empty()) {
        workspace.error("set: name SYMBOL=VALUE, more than once if need be");
        return exit_error;
    }
    if (!workspace.load() || !workspace.read_config()) {
        return exit_error;
    }
    std::vector<Assignment> goals;
    for (const std::string& one : wanted) {
        const std::size_t equal = one.find('=');
        if (equal == std::string::npos) {
            workspace.error(cat("set: ", one, " is not of the form SYMBOL=VALUE"));
            return exit_error;
        }
        const Symbol* const symbol = workspace.symbol(one.substr(0, equal));
        if (symbol == nullptr) {
            return exit_error;
        }
        std::string value = one.substr(equal + 1);
        if (symbol->type == SymbolType::string && value.size() >= 2 && value.front() == '"' &&
            value.back() == '"') {
            value = value.substr(1, value.size() - 2);  // as .config has it
        }
        goals.push_back({symbol, std::move(value)});
    }
    const SolveResult result = solve(workspace.evaluator(), goals);
    if (!result.solutions.empty() && result.solutions[0].assignments.empty()) {
        workspace.out("Nothing has to change.\n");
        return exit_ok;
    }
    for (std::size_t i = 0; i < result.solutions.size(); ++i) {
        print_solution(workspace, result.solutions[i], i + 1);
    }
    if (!result.solutions.empty()) {
        workspace.out(result.smallest
                          ? "No smaller set of changes gets there.\n"
                          : "Each change is needed; whether other, smaller sets exist was not "
                            "proven.\n");
        if (!dry_run && !write_solution(workspace, result.solutions[0])) {
            workspace.error(cat("cannot write ", workspace.config_name()));
            return exit_error;
        }
        return exit_ok;
    }
    workspace.out(result.impossible ? "There is no way:\n"
                                    : "No way was found. What stands in the way:\n");
    for (const Reason& reason : result.proof) {
        workspace.out(to_text(reason, 2));
    }
    return exit_unmet;
}

}  // namespace kconfig::tools
