// SPDX-License-Identifier: GPL-2.0
// kc explain: why a symbol has its value, and why not another.
#include "kconfig/base/text.hh"
#include "kconfig/explain/explain.hh"
#include "kconfig/tools/kc/command.hh"

namespace kconfig::tools {

namespace {

void explain_alternatives(Workspace& workspace, Explainer& explainer, const Symbol& symbol) {
    Evaluator& evaluator = workspace.evaluator();
    for (const std::string_view value : {"n", "m", "y"}) {
        if (value == evaluator.text(symbol) ||
            (value == "m" && symbol.type != SymbolType::tristate)) {
            continue;
        }
        const Reason why_not = explainer.obstacle(symbol, value);
        workspace.out(why_not.because.empty()
                          ? cat(symbol.text(), " can be ", value, ": the configuration decides\n")
                          : to_text(why_not));
    }
}

}  // namespace

int explain_command(Workspace& workspace, const Arguments& arguments) {
    if (arguments.empty()) {
        workspace.error("explain: name a symbol, or SYMBOL=VALUE");
        return exit_error;
    }
    if (!workspace.load() || !workspace.read_config()) {
        return exit_error;
    }
    Explainer explainer(workspace.evaluator());
    for (const std::string& argument : arguments) {
        const std::size_t equal = argument.find('=');
        if (argument.empty() || equal == 0) {
            workspace.error(cat("explain: ", argument, " names no symbol"));
            return exit_error;
        }
        const Symbol* const symbol = workspace.symbol(argument.substr(0, equal));
        if (symbol == nullptr) {
            return exit_error;
        }
        if (equal != std::string::npos) {
            const Reason why_not = explainer.obstacle(*symbol, argument.substr(equal + 1));
            workspace.out(why_not.because.empty()
                              ? cat(symbol->text(), " can be ", argument.substr(equal + 1),
                                    ": the configuration decides\n")
                              : to_text(why_not));
            continue;
        }
        workspace.out(to_text(explainer.value(*symbol)));
        if (is_logical(symbol->type)) {
            explain_alternatives(workspace, explainer, *symbol);
        }
    }
    return exit_ok;
}

}  // namespace kconfig::tools
