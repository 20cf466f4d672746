// SPDX-License-Identifier: GPL-2.0
// The command line of conf, as the original takes it, and what ours adds.
#include "kconfig/tools/conf_options.hh"

#include <getopt.h>

#include "kconfig/base/text.hh"
#include "kconfig/modes/bulk.hh"

namespace kconfig {

namespace {

constexpr int kExtra = 256;

enum class Extra : int { profile = kExtra, header_style, bug_compat, rich, no_cache };

const option kLongOptions[] = {
    {"help", no_argument, nullptr, 'h'},
    {"silent", no_argument, nullptr, 's'},
#define KCONFIG_MODE(name, argument) \
    { #name, argument, nullptr, static_cast < int>(Mode::name) }
    KCONFIG_MODE(oldaskconfig, no_argument),
    KCONFIG_MODE(oldconfig, no_argument),
    KCONFIG_MODE(syncconfig, no_argument),
    KCONFIG_MODE(defconfig, required_argument),
    KCONFIG_MODE(savedefconfig, required_argument),
    KCONFIG_MODE(allnoconfig, no_argument),
    KCONFIG_MODE(allyesconfig, no_argument),
    KCONFIG_MODE(allmodconfig, no_argument),
    KCONFIG_MODE(alldefconfig, no_argument),
    KCONFIG_MODE(randconfig, no_argument),
    KCONFIG_MODE(listnewconfig, no_argument),
    KCONFIG_MODE(helpnewconfig, no_argument),
    KCONFIG_MODE(olddefconfig, no_argument),
    KCONFIG_MODE(yes2modconfig, no_argument),
    KCONFIG_MODE(mod2yesconfig, no_argument),
    KCONFIG_MODE(mod2noconfig, no_argument),
#undef KCONFIG_MODE
    {"profile", required_argument, nullptr, static_cast<int>(Extra::profile)},
    {"header-style", required_argument, nullptr, static_cast<int>(Extra::header_style)},
    {"bug-compat", no_argument, nullptr, static_cast<int>(Extra::bug_compat)},
    {"rich", no_argument, nullptr, static_cast<int>(Extra::rich)},
    {"no-cache", no_argument, nullptr, static_cast<int>(Extra::no_cache)},
    {nullptr, 0, nullptr, 0},
};

constexpr char kUsage[] =
    "Generic options:\n"
    "  -h, --help              Print this message and exit.\n"
    "  -s, --silent            Do not print log.\n"
    "\n"
    "Mode options:\n"
    "  --listnewconfig         List new options\n"
    "  --helpnewconfig         List new options and help text\n"
    "  --oldaskconfig          Start a new configuration using a line-oriented program\n"
    "  --oldconfig             Update a configuration using a provided .config as base\n"
    "  --syncconfig            Similar to oldconfig but generates configuration in\n"
    "                          include/{generated/,config/}\n"
    "  --olddefconfig          Same as oldconfig but sets new symbols to their default value\n"
    "  --defconfig <file>      New config with default defined in <file>\n"
    "  --savedefconfig <file>  Save the minimal current configuration to <file>\n"
    "  --allnoconfig           New config where all options are answered with no\n"
    "  --allyesconfig          New config where all options are answered with yes\n"
    "  --allmodconfig          New config where all options are answered with mod\n"
    "  --alldefconfig          New config with all symbols set to default\n"
    "  --randconfig            New config with random answer to all options\n"
    "  --yes2modconfig         Change answers from yes to mod if possible\n"
    "  --mod2yesconfig         Change answers from mod to yes if possible\n"
    "  --mod2noconfig          Change answers from mod to no if possible\n"
    "  (If none of the above is given, --oldaskconfig is the default)\n";

void print_usage(Host& host, std::string_view program) {
    host.out(cat("Usage: ", program, " [options] <kconfig-file>\n\n", kUsage));
}

bool take_extra(Host& host, int option, Options& options) {
    const std::string_view argument = optarg != nullptr ? optarg : "";
    switch (static_cast<Extra>(option)) {
        case Extra::profile:
            options.dialect = parse_dialect(argument);
            if (!options.dialect) {
                host.err(cat("conf: unknown profile '", argument, "': use 6.1, 6.12 or next\n"));
            }
            return options.dialect.has_value();
        case Extra::header_style:
            if (argument != "plain" && argument != "enabled") {
                host.err(
                    cat("conf: unknown header style '", argument, "': use plain or enabled\n"));
                return false;
            }
            options.header = argument == "enabled" ? HeaderStyle::enabled : HeaderStyle::plain;
            return true;
        case Extra::bug_compat:
            options.bug_compat = true;
            return true;
        case Extra::rich:
            options.rich = true;
            return true;
        case Extra::no_cache:
            options.cache = false;
            return true;
    }
    return true;
}

}  // namespace

std::optional<int> parse_options(Host& host, int argc, char** argv, Options& options) {
    int option = 0;
    while ((option = getopt_long(argc, argv, "hs", kLongOptions, nullptr)) != -1) {
        if (option == 'h') {
            print_usage(host, argv[0]);
            return 1;
        }
        if (option == 's') {
            options.silent = true;
        } else if (option >= kExtra) {
            if (!take_extra(host, option, options)) {
                return 1;
            }
        } else if (option != '?') {
            options.mode = static_cast<Mode>(option);
            if (options.mode == Mode::syncconfig) {
                options.silent = options.sync = true;
            } else if (options.mode == Mode::defconfig || options.mode == Mode::savedefconfig) {
                options.file = optarg;
            } else if (options.mode == Mode::randconfig) {
                options.seed = random_seed(host);
            }
        }
    }
    if (optind == argc) {
        host.err(cat(argv[0], ": Kconfig file missing\n"));
        print_usage(host, argv[0]);
        return 1;
    }
    options.kconfig = argv[optind];
    return std::nullopt;
}

}  // namespace kconfig
