// SPDX-License-Identifier: GPL-2.0
// One program for everything: `lkl SUBCOMMAND ...`.

#include <iostream>

#include "common/command_line.hh"
#include "common/version.hh"
#include "lkl/commands.hh"

namespace {

using lkl::tools::Tool;

struct Line {
    std::string name;
    std::string summary;
};

std::vector<Line> all_lines() {
    std::vector<Line> lines{{"cp", "Copy in or out: paths in the image start with ':'"},
                            {"copy-in", "Copy files into an image (cptofs)"},
                            {"copy-out", "Copy files out of an image (cpfromfs)"},
                            {"tar", "Write an image's files as a tar archive (fs2tar)"}};
    for (const auto& command : lkl::tools::subcommands()) {
        lines.push_back({command.name, command.summary});
    }
    return lines;
}

void print_help(std::ostream& to) {
    to << "Usage: lkl SUBCOMMAND [OPTIONS] ...\n\nWork with file-system images; needs neither root "
          "nor a mount.\n\nSubcommands:\n";
    for (const Line& line : all_lines()) {
        to << "  " << line.name << std::string(10 - line.name.size(), ' ') << line.summary << "\n";
    }
    to << "\n'lkl SUBCOMMAND --help' tells more.\n";
}

void print_manual_page() {
    std::cout << ".TH LKL 1 \"\" \"LKL " << lkl::tools::kVersion << "\" \"User Commands\"\n"
              << ".SH NAME\nlkl \\- work with file\\-system images\n"
              << ".SH SYNOPSIS\n.B lkl\nSUBCOMMAND [OPTIONS] ...\n"
              << ".SH DESCRIPTION\nNeeds neither root nor a mount: a Linux kernel in the process "
                 "does the work.\n.SH SUBCOMMANDS\n";
    for (const Line& line : all_lines()) {
        std::string summary = line.summary;
        for (std::size_t at = 0; (at = summary.find('-', at)) != std::string::npos; at += 2) {
            summary.insert(at, 1, '\\');
        }
        std::cout << ".TP\n.B " << line.name << "\n" << summary << ".\n";
    }
    std::cout << ".SH SEE ALSO\ncptofs(1), cpfromfs(1), fs2tar(1), lklfuse(1)\n";
}

// Options are asked of the subcommand's own help, so that they always fit it.
void print_bash_completion() {
    std::cout << "# bash completion for lkl\n_lkl() {\n"
                 "    local word=${COMP_WORDS[COMP_CWORD]} sub=${COMP_WORDS[1]}\n"
                 "    if [[ $COMP_CWORD -eq 1 ]]; then\n        COMPREPLY=($(compgen -W '";
    for (const Line& line : all_lines()) {
        std::cout << line.name << ' ';
    }
    std::cout << "' -- \"$word\"))\n    elif [[ $word == -* ]]; then\n"
                 "        COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" \"$sub\" --help "
                 "2>/dev/null |\n            grep -oE -- '--[a-z][a-z-]*')\" -- \"$word\"))\n"
                 "    else\n        COMPREPLY=($(compgen -f -- \"$word\"))\n    fi\n}\n"
                 "complete -o filenames -F _lkl lkl\n";
}

void print_zsh_completion() {
    std::cout << "#compdef lkl\n_lkl() {\n    if (( CURRENT == 2 )); then\n"
                 "        local -a subcommands=(\n";
    for (const Line& line : all_lines()) {
        std::string summary = line.summary;
        for (std::size_t at = 0; (at = summary.find_first_of(":'", at)) != std::string::npos;
             at += 2) {
            summary.replace(at, 1, summary[at] == ':' ? "\\:" : " ");
        }
        std::cout << "            '" << line.name << ":" << summary << "'\n";
    }
    std::cout << "        )\n        _describe subcommand subcommands\n"
                 "    elif [[ $words[CURRENT] == -* ]]; then\n"
                 "        compadd -- ${(f)\"$($words[1] $words[2] --help 2>/dev/null |\n"
                 "            grep -oE -- '--[a-z][a-z-]*')\"}\n"
                 "    else\n        _files\n    fi\n}\n_lkl \"$@\"\n";
}

// Takes the colon off a path in the image.
void strip_colon(std::string& path) {
    path = path.size() > 1 ? path.substr(1) : "/";
}

// `lkl cp`: the side of the last word decides the direction; the colons go. All sources are on the
// other side: a copy within the image, or of a file of the host by mistake, is refused.
int run_cp(std::vector<std::string> arguments) {
    const auto in_image = [](const std::string& path) { return path.substr(0, 1) == ":"; };
    const bool into = !arguments.empty() && in_image(arguments.back());
    const Tool tool = into ? Tool::cptofs : Tool::cpfromfs;
    lkl::tools::ParsedLine line =
        lkl::tools::parse_command_line(tool, "lkl cp", std::move(arguments));
    if (line.exit_code) {
        return *line.exit_code;
    }
    for (std::string& source : line.options.sources) {
        if (in_image(source) == into) {
            std::cerr << "lkl cp: " << source << " and " << line.options.target << " are both "
                      << (into ? "in the image" : "on the host")
                      << "; paths in the image start with ':'\n";
            return static_cast<int>(lkl::fs::ExitCode::usage);
        }
        if (!into) {
            strip_colon(source);
        }
    }
    if (into) {
        strip_colon(line.options.target);
    }
    return lkl::tools::run_parsed(tool, std::move(line.options));
}

int run(std::vector<std::string> arguments) {
    if (arguments.empty()) {
        print_help(std::cerr);
        return static_cast<int>(lkl::fs::ExitCode::usage);
    }
    const std::string name = arguments.front();
    arguments.erase(arguments.begin());
    if (name == "--help" || name == "-h" || name == "help") {
        print_help(std::cout);
        return 0;
    }
    if (name == "--print-man-page") {
        print_manual_page();
        return 0;
    }
    if (name == "--print-completion") {
        const bool zsh = !arguments.empty() && arguments.front() == "zsh";
        zsh ? print_zsh_completion() : print_bash_completion();
        return 0;
    }
    if (name == "--version") {
        std::cout << "LKL " << lkl::tools::kVersion << "\n";
        return 0;
    }
    if (name == "cp") {
        return run_cp(std::move(arguments));
    }
    if (name == "copy-in" || name == "copy-out" || name == "tar") {
        const Tool tool = name == "copy-in"    ? Tool::cptofs
                          : name == "copy-out" ? Tool::cpfromfs
                                               : Tool::fs2tar;
        return lkl::tools::run_tool(tool, std::string("lkl ").append(name), std::move(arguments));
    }
    const int code = lkl::tools::run_subcommand(name, std::move(arguments));
    if (code == -1) {
        std::cerr << "lkl: there is no subcommand '" << name << "'\n";
        print_help(std::cerr);
        return static_cast<int>(lkl::fs::ExitCode::usage);
    }
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    return lkl::tools::end_output(
        "lkl", run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc)));
}
