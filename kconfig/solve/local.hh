// SPDX-License-Identifier: GPL-2.0
// A configuration cut down to the modules that are in use.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kconfig/eval/evaluator.hh"

namespace kconfig {

/// Which symbols build a module, by the module's name (with '_' for '-').
using ModuleMap = std::map<std::string, std::set<std::string>>;

/// Adds the lines "obj-$(CONFIG_X) += name.o" of a Makefile.
void read_makefile(std::string_view text, std::string_view prefix, ModuleMap& modules);

/// The names at the beginning of the lines of lsmod or /proc/modules.
std::vector<std::string> read_module_list(std::string_view text);

/// What was done.
struct LocalResult {
    std::vector<std::string> unknown;  ///< Loaded, but no Makefile builds them.
    std::vector<const Symbol*> switched_off;
    std::vector<const Symbol*> lost;  ///< Needed, but no longer set: to be reported.
};

/// Switches off every m that none of the loaded modules needs. Whatever a needed
/// symbol depends on or is selected by stays.
LocalResult keep_loaded(Evaluator& evaluator, const std::vector<std::string>& loaded,
                        const ModuleMap& modules);

}  // namespace kconfig
