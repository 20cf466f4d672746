// SPDX-License-Identifier: GPL-2.0
// The command line of conf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kconfig/base/host.hh"
#include "kconfig/io/config_file.hh"

namespace kconfig {

/// What conf is to do; the original's modes.
enum class Mode : int {
    oldaskconfig,
    syncconfig,
    oldconfig,
    allnoconfig,
    allyesconfig,
    allmodconfig,
    alldefconfig,
    randconfig,
    defconfig,
    savedefconfig,
    listnewconfig,
    helpnewconfig,
    olddefconfig,
    yes2modconfig,
    mod2yesconfig,
    mod2noconfig,
};

/// All that the command line says.
struct Options {
    Mode mode = Mode::oldaskconfig;
    bool sync = false;
    bool silent = false;
    bool rich = false;
    bool bug_compat = false;
    bool cache = true;
    HeaderStyle header = HeaderStyle::plain;
    std::string kconfig;  ///< The top Kconfig file.
    std::string file;     ///< Of defconfig and savedefconfig.
    std::optional<Dialect> dialect;
    std::uint32_t seed = 1;  ///< What rand() starts from without srand().
};

/// Takes the command line apart; the exit code when the program is to end.
std::optional<int> parse_options(Host& host, int argc, char** argv, Options& options);

}  // namespace kconfig
