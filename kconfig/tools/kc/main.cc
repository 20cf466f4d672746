// SPDX-License-Identifier: GPL-2.0
// kc: questions about configurations.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "kconfig/base/text.hh"
#include "kconfig/tools/kc/command.hh"

namespace {

using namespace kconfig;
using namespace kconfig::tools;

struct Command {
    std::string_view name;
    int (*run)(Workspace&, const Arguments&);
    std::string_view arguments;
    std::string_view summary;
};

constexpr Command kCommands[] = {
    {"merge", merge_command,
     "[-m] [-n] [-r] [-y] [-s] [-q] [-Q] [--for VERSION] [-O DIR | -o FILE] BASE FRAGMENT...",
     "put fragments together and say what did not survive, and why"},
    {"explain", explain_command, "SYMBOL[=VALUE]...",
     "why a symbol has its value, or why it cannot have another"},
    {"set", set_command, "[-n] SYMBOL=VALUE...",
     "the smallest set of changes that gets there; -n only shows it"},
    {"diff", diff_command, "[-m] A B",
     "the symbols whose values differ; -m as a fragment for merge"},
    {"lint", lint_command, "[CHECK...]",
     "undefined, dead and unused symbols, unreachable menus, unmet selects"},
    {"search", search_command, "REGEX", "symbols by name, prompt and help"},
    {"tree", tree_command, "[--json]", "the menus, with the values"},
    {"local", local_command, "[--builtin] [LSMOD-OUTPUT]",
     "switch off the modules that none of the loaded ones needs"},
    {"savedefconfig", savedefconfig_command, "[FILE]", "what differs from the defaults"},
};

void print_usage(Host& host) {
    std::string out =
        "Usage: kc [OPTION...] COMMAND [ARGUMENT...]\n"
        "\n"
        "Options:\n"
        "  -k, --kconfig FILE   the top Kconfig file (default: Kconfig)\n"
        "  -c, --config FILE    the configuration (default: $KCONFIG_CONFIG or .config)\n"
        "  -D NAME=VALUE        set an environment variable for the Kconfig files\n"
        "      --srctree DIR    where Kconfig files are looked up (-D srctree=DIR)\n"
        "      --profile P      the dialect: 6.1, 6.12 or next\n"
        "      --no-cache       run every $(shell,...) command anew\n"
        "  -h, --help           print this\n"
        "\n"
        "Commands:\n";
    for (const Command& command : kCommands) {
        append(out, "  kc ", command.name, ' ', command.arguments, "\n      ", command.summary,
               '\n');
    }
    out +=
        "\nExit code: 0 fine, 1 error, 2 the answer is no (lost values, differences, findings)\n";
    host.out(out);
}

void set_environment(const std::string& name, const std::string& value) {
#ifdef _WIN32
    _putenv_s(name.c_str(), value.c_str());
#else
    ::setenv(name.c_str(), value.c_str(), 1);
#endif
}

// Whether it is a global option with an argument, which may be part of it.
bool is_option(std::string_view option) {
    for (const std::string_view known :
         {"-k", "--kconfig", "-c", "--config", "--srctree", "-D", "--profile"}) {
        if (option == known || (option.starts_with(known) &&
                                (known == "-D" || option.substr(known.size(), 1) == "="))) {
            return true;
        }
    }
    return false;
}

// Takes one global option; false after a message.
bool take_option(Host& host, const std::string& option, const std::string& value,
                 GlobalOptions& options) {
    if (option == "-k" || option == "--kconfig") {
        options.kconfig = value;
    } else if (option == "-c" || option == "--config") {
        options.config = value;
    } else if (option == "--srctree") {
        set_environment("srctree", value);
    } else if (option == "-D") {
        const std::size_t equal = value.find('=');
        if (equal == std::string::npos || equal == 0) {
            host.err("kc: -D needs NAME=VALUE\n");
            return false;
        }
        set_environment(value.substr(0, equal), value.substr(equal + 1));
    } else if (option == "--profile") {
        options.dialect = parse_dialect(value);
        if (!options.dialect) {
            host.err(cat("kc: unknown profile ", value, ": use 6.1, 6.12 or next\n"));
            return false;
        }
    } else {
        host.err(cat("kc: unknown option ", option, " (kc --help lists them)\n"));
        return false;
    }
    return true;
}

// A disk that is full, or a reader that has gone, must not pass for an answer.
int finish(Host& host, int code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) {
        return code;
    }
    host.err("kc: cannot write all of the output\n");
    return exit_error;
}

}  // namespace

int main(int argc, char** argv) {
    ProcessHost host;
    GlobalOptions options;
    int next = 1;
    for (; next < argc && argv[next][0] == '-'; ++next) {
        std::string option = argv[next];
        if (option == "-h" || option == "--help") {
            print_usage(host);
            return exit_ok;
        }
        if (option == "--no-cache") {
            options.cache = false;
            continue;
        }
        if (!is_option(option)) {
            host.err(cat("kc: unknown option ", option, " (kc --help lists them)\n"));
            return exit_error;
        }
        std::string value;
        const std::size_t equal = option.find('=');
        if (option.starts_with("--") && equal != std::string::npos) {
            value = option.substr(equal + 1);
            option.resize(equal);
        } else if (option.starts_with("-D") && option.size() > 2) {
            value = option.substr(2);
            option = "-D";
        } else if (next + 1 < argc) {
            value = argv[++next];
        } else {
            host.err(cat("kc: ", option, " needs an argument\n"));
            return exit_error;
        }
        if (!take_option(host, option, value, options)) {
            return exit_error;
        }
    }
    if (next == argc) {
        print_usage(host);
        return exit_error;
    }
    const std::string_view name = argv[next];
    const auto wants_help = [](const char* text) {
        return std::string_view(text) == "--help" || std::string_view(text) == "-h";
    };
    if (std::any_of(argv + next + 1, argv + argc, wants_help)) {
        print_usage(host);
        return exit_ok;
    }
    for (const Command& command : kCommands) {
        if (command.name == name) {
            Workspace workspace(host, options);
            return finish(host, command.run(workspace, Arguments(argv + next + 1, argv + argc)));
        }
    }
    host.err(cat("kc: unknown command ", name, " (kc --help lists them)\n"));
    return exit_error;
}
