// SPDX-License-Identifier: GPL-2.0
// kc merge: put configuration fragments together.
#include "kconfig/base/text.hh"
#include "kconfig/io/files.hh"
#include "kconfig/merge/merge.hh"
#include "kconfig/modes/bulk.hh"
#include "kconfig/tools/kc/command.hh"

namespace kconfig::tools {

namespace {

struct Options {
    MergeOptions merge;
    bool merge_only = false;
    bool all_no = false;
    bool strict = false;
    bool quiet = false;
    std::string output;
    Arguments files;
};

bool parse(Workspace& workspace, const Arguments& arguments, Options& options) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "-m") {
            options.merge_only = true;
        } else if (argument == "-n") {
            options.all_no = true;
        } else if (argument == "-r") {
            options.merge.report_redundant = true;
        } else if (argument == "-y") {
            options.merge.builtin_wins = true;
        } else if (argument == "-s") {
            options.strict = true;
        } else if (argument == "-Q") {
            options.merge.quiet_overrides = true;
        } else if (argument == "-q") {
            options.merge.quiet_overrides = options.quiet = true;
        } else if (argument == "--for") {
            options.merge.annotations_for =
                ++i < arguments.size() ? parse_version(arguments[i]) : std::nullopt;
            if (!options.merge.annotations_for) {
                workspace.error("merge: --for needs a version, such as 6.12");
                return false;
            }
        } else if (argument == "-O" || argument == "-o") {
            if (++i == arguments.size()) {
                workspace.error(cat(argument, " needs an argument"));
                return false;
            }
            options.output = argument == "-o" ? arguments[i] : cat(arguments[i], "/.config");
            if (argument == "-O" && !is_directory(arguments[i])) {
                workspace.error(cat("output directory ", arguments[i], " does not exist"));
                return false;
            }
        } else if (argument.starts_with('-')) {
            workspace.error(cat("merge: unknown option ", argument));
            return false;
        } else {
            options.files.push_back(argument);
        }
    }
    if (options.files.empty()) {
        workspace.error("merge: name the base configuration and the fragments");
        return false;
    }
    return true;
}

void report(Workspace& workspace, const LostRequest& lost) {
    const Request& request = lost.request;
    std::string out = cat("Value requested for ", workspace.files().prefix(), request.symbol,
                          " not in final .config\nRequested value:  ", request.where.text, "  (",
                          request.where.file, ':', request.where.line, ")\nActual value:     ",
                          lost.actual.empty() ? "" : workspace.files().prefix(), lost.actual, '\n');
    out += "Because: ";
    out += to_text(lost.why, 2).substr(2);
    workspace.host().err(out += '\n');
}

bool write_merged(Workspace& workspace, const FragmentMerger& merger, const std::string& target) {
    OutputFile file(target);
    if (!file.is_open()) {
        workspace.error(cat("cannot write ", target));
        return false;
    }
    for (const ConfigLine& line : merger.lines()) {
        file.write(cat(line.text, '\n'));
    }
    if (!file.close()) {
        workspace.error(cat("cannot write ", target));
        return false;
    }
    return true;
}

}  // namespace

int merge_command(Workspace& workspace, const Arguments& arguments) {
    Options options;
    if (!parse(workspace, arguments, options)) {
        return exit_error;
    }
    if (const char* const prefix = workspace.host().env("CONFIG_")) {
        options.merge.prefix = prefix;
    }
    FragmentMerger merger(options.merge, [&](std::string_view text) { workspace.out(text); });
    const auto say = [&](std::string_view text) {
        if (!options.quiet) {
            workspace.out(text);
        }
    };
    say(cat("Using ", options.files[0], " as base\n"));
    bool usable = merger.add_base(options.files[0]);
    for (std::size_t i = 1; i < options.files.size() && usable; ++i) {
        say(cat("Merging ", options.files[i], '\n'));
        usable = merger.add_fragment(options.files[i]);
    }
    if (!usable) {
        workspace.error(merger.error());
        return exit_error;
    }
    if (options.strict && merger.redefined()) {
        workspace.error("a fragment redefines a value, and -s forbids that");
        return exit_error;
    }
    const std::string target = options.output.empty() ? workspace.config_name() : options.output;
    if (options.merge_only) {
        if (!write_merged(workspace, merger, target)) {
            return exit_error;
        }
        say(cat("#\n# merged configuration written to ", target, " (needs make)\n#\n"));
        return exit_ok;
    }
    if (!workspace.load()) {
        return exit_error;
    }
    workspace.evaluator().set_quiet(false);
    if (options.quiet) {
        workspace.files().set_message({});
    }
    workspace.files().read_lines(merger.lines());
    set_all_new(workspace.evaluator(), options.all_no ? NewValue::no : NewValue::defaults, {},
                nullptr);
    if (!workspace.files().write(target.c_str())) {
        workspace.error(cat("cannot write ", target));
        return exit_error;
    }
    workspace.evaluator().set_quiet(true);
    const std::vector<LostRequest> lost = lost_requests(workspace.evaluator(), merger.requests());
    for (const LostRequest& one : lost) {
        report(workspace, one);
    }
    if (!lost.empty()) {
        workspace.error(cat(lost.size(),
                            lost.size() == 1 ? " requested value" : " requested values",
                            " did not survive in ", target));
    }
    return lost.empty() ? exit_ok : exit_unmet;
}

}  // namespace kconfig::tools
