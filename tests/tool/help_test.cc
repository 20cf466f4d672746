// SPDX-License-Identifier: GPL-2.0
// What the tools tell of themselves: help, manual pages and completions fit each tool.

#include <algorithm>
#include <sstream>

#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

const std::vector<std::string> kSubcommands{
    "cp",   "copy-in", "copy-out", "tar",  "inspect", "ls", "cat", "stat", "du",
    "find", "hash",    "check",    "diff", "mkdir",   "rm", "mv",  "shell"};

class Help : public ToolTest {
  protected:
    static void expect_fitting_help(const std::string& program, const CommandResult& help) {
        EXPECT_EQ(help.exit_code, 0) << program;
        EXPECT_EQ(help.errors, "") << program;
        EXPECT_EQ(help.output.rfind("Usage: " + program + " ", 0), 0U) << help.output;
        std::istringstream lines(help.output);
        for (std::string line; std::getline(lines, line);) {
            EXPECT_LE(line.size(), 80U) << program << ": " << line;
        }
    }
};

TEST_F(Help, EveryToolHasItsOwn) {
    for (const char* name : {"cptofs", "cpfromfs", "fs2tar", "lklfuse"}) {
        expect_fitting_help(name, tool(name, "--help"));
    }
    for (const std::string& name : kSubcommands) {
        expect_fitting_help("lkl " + name, tool("lkl", name + " --help"));
    }
}

TEST_F(Help, TheListOfSubcommandsIsWhole) {
    const std::string list = tool("lkl", "--help").output;
    EXPECT_EQ(static_cast<std::size_t>(std::count(list.begin(), list.end(), '\n')),
              kSubcommands.size() + 7);
    for (const std::string& name : kSubcommands) {
        EXPECT_NE(list.find("\n  " + name + " "), std::string::npos) << name;
    }
}

TEST_F(Help, EveryOptionThatHelpNamesIsKnown) {
    for (const std::string& name : kSubcommands) {
        const auto unknown = tool("lkl", name + " --no-such-option");
        EXPECT_NE(unknown.errors.find("not expected: --no-such-option"), std::string::npos)
            << name << ": " << unknown.errors;
        std::istringstream help(tool("lkl", name + " --help").output);
        for (std::string word; help >> word;) {
            const std::string option = word.substr(0, word.find_first_of(",.;)="));
            if (option.rfind("--", 0) != 0 || option.size() < 4 || option == "--help" ||
                option == "--version") {
                continue;
            }
            // Whatever is wrong with the rest of the line, the option itself is not.
            const auto result = tool("lkl", name + " " + option + " --no-such-option");
            EXPECT_NE(result.exit_code, 0) << name << " " << option;
            EXPECT_EQ(result.errors.find("not expected: " + option), std::string::npos)
                << result.errors;
        }
    }
}

TEST_F(Help, ManualPagesAreFormatted) {
    if (!has_program("man")) {
        GTEST_SKIP() << "man is missing";
    }
    for (const char* name : {"cptofs", "cpfromfs", "fs2tar", "lklfuse", "lkl"}) {
        const auto page = run(quote(std::string(LKL_TOOL_DIRECTORY) + "/" + name) +
                              " --print-man-page >" + quote(path("page.1")) +
                              " && man --warnings -l " + quote(path("page.1")) + " | cat");
        EXPECT_EQ(page.exit_code, 0);
        EXPECT_EQ(page.errors, "") << name;
        EXPECT_NE(page.output.find("SYNOPSIS"), std::string::npos) << name;
    }
}

TEST_F(Help, CompletionInBash) {
    const auto complete = [this](const std::string& name, const std::string& words,
                                 const std::string& last) {
        return run("cd " + quote(work_.path()) +
                   " && cat >script <<'END'\nPATH=" + LKL_TOOL_DIRECTORY ":$PATH\nsource <(" +
                   name + " --print-completion bash)\nCOMP_WORDS=(" + words + " '" + last +
                   "')\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n$(complete -p " + name +
                   " | sed 's/.*-F \\([^ ]*\\).*/\\1/')\necho \"${COMPREPLY[@]}\"\nEND\nbash "
                   "script")
            .output;
    };
    EXPECT_EQ(complete("lkl", "lkl", "sh"), "shell\n");
    EXPECT_EQ(complete("lkl", "lkl find", "--min"), "--min-size\n");
    EXPECT_EQ(complete("lkl", "lkl mkdir", "--pa").substr(0, 9), "--parents");
    EXPECT_EQ(complete("lkl", "lkl ls", "--recursive"), "\n");
    work_.write("some.img", "");
    EXPECT_EQ(complete("lkl", "lkl ls -i", "so"), "some.img\n");
    EXPECT_EQ(complete("cptofs", "cptofs", "--mani"), "--manifest\n");
}

TEST_F(Help, CompletionInZsh) {
    if (!has_program("zsh")) {
        GTEST_SKIP() << "zsh is missing";
    }
    for (const char* name : {"cptofs", "cpfromfs", "fs2tar", "lklfuse", "lkl"}) {
        const auto script =
            run(quote(std::string(LKL_TOOL_DIRECTORY) + "/" + name) + " --print-completion zsh >" +
                quote(path("_tool")) + " && zsh -n " + quote(path("_tool")));
        EXPECT_EQ(script.exit_code, 0) << name << script.errors;
    }
}

}  // namespace
}  // namespace lkl::tool_test
