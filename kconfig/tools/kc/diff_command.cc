// SPDX-License-Identifier: GPL-2.0
// kc diff: what differs between two configurations.
#include "kconfig/base/text.hh"
#include "kconfig/diff/diff.hh"
#include "kconfig/tools/kc/command.hh"

namespace kconfig::tools {

int diff_command(Workspace& workspace, const Arguments& arguments) {
    const bool as_fragment =
        !arguments.empty() && (arguments[0] == "-m" || arguments[0] == "--fragment");
    const Arguments names(arguments.begin() + (as_fragment ? 1 : 0), arguments.end());
    for (const std::string& name : names) {
        if (name.starts_with('-')) {
            workspace.error(cat("diff: unknown option ", name, " (the only one is -m)"));
            return exit_error;
        }
    }
    if (names.size() != 2) {
        workspace.error("diff: name two configurations");
        return exit_error;
    }
    if (!workspace.load() || !workspace.read_config(names[0])) {
        return exit_error;
    }
    Evaluator other(workspace.tree(), workspace.host());
    other.set_quiet(true);
    ConfigFiles other_files(other);
    other_files.set_message({});
    if (!workspace.read_config(other_files, names[1])) {
        return exit_error;
    }
    const std::vector<Difference> found = differences(workspace.evaluator(), other);
    for (const Difference& one : found) {
        if (!as_fragment) {
            workspace.out(cat(one.symbol->text(), ": ", one.before, " -> ", one.after, '\n'));
        } else if (const std::string line = fragment_line(other, other_files.prefix(), one);
                   !line.empty()) {
            workspace.out(line + '\n');
        }
    }
    return found.empty() ? exit_ok : exit_unmet;
}

}  // namespace kconfig::tools
