// SPDX-License-Identifier: GPL-2.0
// From file name to finished tree.
#include "kconfig/model/load.hh"

#include "kconfig/finalize/finalizer.hh"
#include "kconfig/parse/parser.hh"

namespace kconfig {

std::unique_ptr<Tree> load_tree(std::string_view name, Profile profile, Diagnostics& diagnostics,
                                ShellRunner shell, Details details) {
    auto tree = std::make_unique<Tree>(profile);
    tree->keeps_details = details == Details::kept;
    Parser(*tree, diagnostics, std::move(shell)).parse(name);
    if (diagnostics.exit_code() != 0) {
        return nullptr;
    }
    tree->seal();
    Finalizer(*tree, diagnostics).run();
    for (const MenuNode* const choice : tree->choices) {
        for (const MenuNode* node = next_node(choice, choice); node != nullptr;
             node = next_node(node, choice)) {
            if (node->sym != nullptr) {
                node->sym->choice = choice_menu(*node->sym);
                node->sym->has_choice = node->sym->choice != nullptr;
            }
        }
    }
    check_dependencies(*tree, diagnostics);
    if (diagnostics.exit_code() != 0) {
        return nullptr;
    }
    return tree;
}

}  // namespace kconfig
