// SPDX-License-Identifier: GPL-2.0
// Reading Kconfig files into a finished tree: the library's front door.
#pragma once

#include <memory>
#include <string_view>

#include "kconfig/base/diagnostics.hh"
#include "kconfig/macro/expander.hh"
#include "kconfig/model/tree.hh"

namespace kconfig {

/// What only people ask for: help texts (3 MB of a kernel's tree), the prompts of symbols, and
/// where each dependency was written. Values and .config need none of it.
enum class Details { kept, skipped };

/// Parses @p name and everything it sources, finalizes and checks it. Messages
/// go to the diagnostics; where diagnostics.exit_code() is not 0 afterwards,
/// the tree must not be used and the result is null.
///
/// @p shell answers $(shell,...); an empty function runs the commands.
std::unique_ptr<Tree> load_tree(std::string_view name, Profile profile, Diagnostics& diagnostics,
                                ShellRunner shell = {}, Details details = Details::kept);

}  // namespace kconfig
