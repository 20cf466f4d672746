// SPDX-License-Identifier: GPL-2.0
// kc local: keep only what the loaded modules need.
#include <filesystem>

#include "kconfig/base/file_text.hh"
#include "kconfig/base/text.hh"
#include "kconfig/io/files.hh"
#include "kconfig/modes/bulk.hh"
#include "kconfig/solve/local.hh"
#include "kconfig/tools/kc/command.hh"

namespace kconfig::tools {

namespace {

namespace fs = std::filesystem;

// All Makefiles of a source tree. With an error the map is not complete.
ModuleMap scan(const std::string& root, std::string_view prefix, std::error_code& error) {
    ModuleMap modules;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator at(root, options, error), end; !error && at != end;
         at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (name == "Documentation" || name == ".git") {
            at.disable_recursion_pending();
        } else if (name == "Makefile" || name == "Kbuild") {
            if (const std::optional<FileText> text = read_file(at->path().string())) {
                read_makefile(text->view(), prefix, modules);
            }
        }
    }
    return modules;
}

}  // namespace

int local_command(Workspace& workspace, const Arguments& arguments) {
    bool builtin = false;
    std::string list = "/proc/modules";
    for (const std::string& argument : arguments) {
        if (argument == "--builtin") {
            builtin = true;
        } else if (argument.starts_with('-')) {
            workspace.error(cat("local: unknown option ", argument));
            return exit_error;
        } else {
            list = argument;
        }
    }
    const std::optional<FileText> text = read_file(list);
    if (!text || text->unreadable) {
        workspace.error(cat("local: cannot read the list of modules ", list, why_unreadable(list)));
        return exit_error;
    }
    if (!workspace.load() || !workspace.read_config()) {
        return exit_error;
    }
    const char* const srctree = workspace.host().env("srctree");
    const std::string root = srctree != nullptr && *srctree ? srctree : ".";
    std::error_code error;
    const ModuleMap modules = scan(root, workspace.files().prefix(), error);
    if (error) {
        workspace.error(cat("local: cannot look for Makefiles in ", root, ": ", error.message(),
                            "; nothing was changed"));
        return exit_error;
    }
    const LocalResult result =
        keep_loaded(workspace.evaluator(), read_module_list(text->view()), modules);
    for (const std::string& name : result.unknown) {
        workspace.host().err(cat("kc: no Makefile builds the module ", name, '\n'));
    }
    for (const Symbol* const symbol : result.lost) {
        workspace.host().err(cat("kc: ", symbol->text(), " was needed and could not be kept\n"));
    }
    if (builtin) {
        rewrite_tristates(workspace.evaluator(), Tristate::mod, Tristate::yes);
    }
    if (!workspace.files().write(workspace.config_name().c_str())) {
        workspace.error(cat("cannot write ", workspace.config_name()));
        return exit_error;
    }
    workspace.out(cat("switched off ", result.switched_off.size(), " modules\n"));
    return result.lost.empty() ? exit_ok : exit_unmet;
}

}  // namespace kconfig::tools
