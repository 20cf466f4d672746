// SPDX-License-Identifier: GPL-2.0
// kmenu: the configuration as menus in the terminal.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "kconfig/base/text.hh"
#include "kconfig/io/files.hh"
#include "kconfig/model/load.hh"
#include "kconfig/probe/probe.hh"
#include "kconfig/tools/kmenu/ui.hh"

namespace {

using namespace kconfig;

std::string text_of(const char* value, const char* fallback) {
    return value != nullptr ? value : fallback;
}

}  // namespace

int main(int argc, char** argv) {
    kmenu::ScreenHost host;
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        host.out(
            "Usage: kmenu [KCONFIG-FILE]\n"
            "\n"
            "Edits $KCONFIG_CONFIG (or .config) in the menus of KCONFIG-FILE (or Kconfig).\n"
            "MENUCONFIG_COLOR=mono switches colours off, blackbg sets a black background,\n"
            "classic a white one; else the terminal's own stays.\n"
            "MENUCONFIG_MODE=single_menu shows all menus as one.\n"
            "\n"
            "Exit code: 0 saved, or left without saving, 1 interrupted with unsaved changes (they\n"
            "are in .config.rescue then), or an error.\n");
        return argc == 2 && std::string_view(argv[1]) == "--help" ? 0 : 1;
    }
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
        host.err(
            "kmenu: standard input and output must be a terminal; conf and kc do without one\n");
        return 1;
    }
    const std::optional<Dialect> dialect = detect_dialect(host);
    if (!dialect) {
        host.err("kmenu: KCONFIG_PROFILE must be 6.1, 6.12 or next\n");
        return 1;
    }
    Profile profile;
    profile.dialect = *dialect;
    Diagnostics diagnostics(host, MessageStyle::rich);
    std::unique_ptr<Tree> tree;
    {
        ProbeCache probes(host, default_probe_directory(host));
        tree = load_tree(argc == 2 ? argv[1] : "Kconfig", profile, diagnostics, probes.runner());
    }
    if (tree == nullptr) {
        return diagnostics.exit_code();
    }
    Evaluator evaluator(*tree, host);
    evaluator.set_quiet(true);
    ConfigFiles files(evaluator);
    files.set_message({});
    const std::string config = files.config_name();
    if (!files.read(nullptr)) {
        evaluator.clear_all();  // there is no file yet: to be saved
    }
    const bool single = text_of(host.env("MENUCONFIG_MODE"), "") == "single_menu";
    int code = 0;
    {
        kmenu::Model model(evaluator, files, single);
        kmenu::Screen screen(text_of(host.env("MENUCONFIG_COLOR"), ""));
        if (!screen.works()) {
            host.err(cat("kmenu: the terminal ", text_of(host.env("TERM"), "(TERM is not set)"),
                         " cannot place its cursor; use conf --oldaskconfig there\n"));
            return 1;
        }
        host.keep(true);
        code = kmenu::Ui(screen, model, host, config).run();
    }
    host.keep(false);
    if (file_exists(cat(config, ".rescue"))) {
        host.out(cat("kmenu: unsaved changes of an interrupted session are in ", config,
                     ".rescue; kmenu offers them when it is started again\n"));
    }
    std::fflush(nullptr);
    std::_Exit(code);
}
