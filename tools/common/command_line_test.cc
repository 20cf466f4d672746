// SPDX-License-Identifier: GPL-2.0
#include "common/command_line.hh"

#include <gtest/gtest.h>

namespace lkl::tools {
namespace {

using fs::Selection;

// Parses and returns what was written to standard output or error as well.
struct Parsed {
    ParsedLine line;
    std::string output;
    std::string errors;
};

Parsed parse_line(Tool tool, const std::string& program, std::vector<std::string> arguments) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Parsed parsed;
    parsed.line = parse_command_line(tool, program, std::move(arguments));
    parsed.output = ::testing::internal::GetCapturedStdout();
    parsed.errors = ::testing::internal::GetCapturedStderr();
    return parsed;
}

Parsed cptofs(std::vector<std::string> arguments) {
    return parse_line(Tool::cptofs, "cptofs", std::move(arguments));
}

TEST(CommandLine, TheLettersOfTheExistingTools) {
    const auto parsed =
        cptofs({"-p", "-P", "2", "-t", "ext4", "-i", "disk.img", "-s", "system_u:object_r:x:s0",
                "-o", "5", "-g", "6", "-m", "200", "a", "b", "/etc"});
    ASSERT_FALSE(parsed.line.exit_code) << parsed.errors;
    const fs::JobOptions& options = parsed.line.options;
    EXPECT_TRUE(options.print_kernel_log);
    EXPECT_EQ(options.image.partition, "2");
    EXPECT_EQ(options.image.type, "ext4");
    EXPECT_EQ(options.image.path, "disk.img");
    EXPECT_EQ(options.walk.selinux, "system_u:object_r:x:s0");
    EXPECT_EQ(options.walk.owners.users.map(1), 5U);
    EXPECT_EQ(options.walk.owners.groups.map(1), 6U);
    EXPECT_EQ(options.image.memory_bytes, std::uint64_t{200} << 20);
    EXPECT_EQ(options.sources, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(options.target, "/etc");
}

TEST(CommandLine, LongOptionsAndWordsInAnyOrder) {
    const auto parsed = cptofs({"src", "--image", "i", "/", "--filesystem-type=xfs", "--keep-going",
                                "--progress=json", "--map-users", "1000:0"});
    ASSERT_FALSE(parsed.line.exit_code) << parsed.errors;
    EXPECT_EQ(parsed.line.options.sources, std::vector<std::string>{"src"});
    EXPECT_EQ(parsed.line.options.image.type, "xfs");
    EXPECT_TRUE(parsed.line.options.keep_going);
    EXPECT_EQ(parsed.line.options.progress, fs::ProgressMode::json);
    EXPECT_EQ(parsed.line.options.walk.owners.users.map(1000), 0U);
}

TEST(CommandLine, IncludeAndExcludeKeepTheirOrder) {
    const auto parsed = cptofs(
        {"-i", "i", "--exclude", "*.o", "--include", "keep.o", "--exclude", "tmp", "a", "/"});
    ASSERT_FALSE(parsed.line.exit_code) << parsed.errors;
    const Selection& selection = parsed.line.options.walk.selection;
    EXPECT_EQ(selection.judge("x.o", false), Selection::Verdict::skip);
    EXPECT_EQ(selection.judge("keep.o", false), Selection::Verdict::take);
    EXPECT_EQ(selection.judge("tmp/keep.o", false), Selection::Verdict::take);
    EXPECT_EQ(selection.judge("tmp/x", false), Selection::Verdict::skip);
}

TEST(CommandLine, NoArgumentsIsAUsageError) {
    const auto parsed = cptofs({});
    EXPECT_EQ(parsed.line.exit_code, 2);
    EXPECT_NE(parsed.errors.find("cptofs: an image is missing"), std::string::npos)
        << parsed.errors;
}

TEST(CommandLine, MissingParts) {
    EXPECT_NE(cptofs({"-i", "i"}).errors.find("source and a target"), std::string::npos);
    EXPECT_NE(cptofs({"-i", "i", "src"}).errors.find("target is missing"), std::string::npos);
    EXPECT_EQ(cptofs({"-i", "i", "--tar", "-", "/"}).line.exit_code, std::nullopt);
    EXPECT_EQ(cptofs({"-i", "i", "--tar", "-", "src", "/"}).line.exit_code, 2);
}

TEST(CommandLine, WrongValuesAreNamed) {
    for (const auto& [arguments, part] :
         std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"-i", "i", "-o", "root", "a", "/"}, "\"root\""},
             {{"-i", "i", "--map-users", "1", "a", "/"}, "--map-users"},
             {{"-i", "i", "--progress", "loud", "a", "/"}, "--progress"},
             {{"-i", "i", "-m", "1", "a", "/"}, "--memory"},
             {{"-i", "i", "--no-such", "a", "/"}, "--no-such"}}) {
        const auto parsed = cptofs(arguments);
        EXPECT_EQ(parsed.line.exit_code, 2);
        EXPECT_NE(parsed.errors.find(part), std::string::npos) << parsed.errors;
    }
}

TEST(CommandLine, Fs2tarTakesTheImageAsAWordAsWell) {
    auto old = parse_line(Tool::fs2tar, "fs2tar", {"-t", "ext4", "disk.img", "out.tar"});
    ASSERT_FALSE(old.line.exit_code) << old.errors;
    EXPECT_EQ(old.line.options.image.path, "disk.img");
    EXPECT_EQ(old.line.options.target, "out.tar");
    EXPECT_TRUE(old.line.options.sources.empty());
    auto now = parse_line(Tool::fs2tar, "fs2tar", {"-i", "disk.img", "-", "/etc", "-s", "labels"});
    ASSERT_FALSE(now.line.exit_code) << now.errors;
    EXPECT_EQ(now.line.options.target, "-");
    EXPECT_EQ(now.line.options.sources, std::vector<std::string>{"/etc"});
    EXPECT_EQ(now.line.options.selinux_contexts_file, "labels");
    EXPECT_EQ(parse_line(Tool::fs2tar, "fs2tar", {"x.img"}).line.exit_code, 2);
    EXPECT_EQ(parse_line(Tool::fs2tar, "fs2tar", {"-i", "i", "-", "--json"}).line.exit_code, 2);
}

TEST(CommandLine, HelpFitsItsToolAndATerminal) {
    for (const auto& [tool, name] : {std::pair{Tool::cptofs, "cptofs"},
                                     {Tool::cpfromfs, "cpfromfs"},
                                     {Tool::fs2tar, "fs2tar"}}) {
        const auto parsed = parse_line(tool, name, {"--help"});
        EXPECT_EQ(parsed.line.exit_code, 0);
        EXPECT_EQ(parsed.output.find("Usage: " + std::string(name) + " [OPTIONS]"), 0U)
            << parsed.output;
        EXPECT_NE(parsed.output.find("--keep-going"), std::string::npos);
        EXPECT_EQ(parsed.output.find("--tar") != std::string::npos, tool == Tool::cptofs);
        std::size_t begin = 0;
        for (std::size_t end = parsed.output.find('\n'); end != std::string::npos;
             begin = end + 1, end = parsed.output.find('\n', begin)) {
            EXPECT_LE(end - begin, 80U) << parsed.output.substr(begin, end - begin);
        }
    }
}

TEST(CommandLine, ManualPageAndCompletionsNameEveryOption) {
    const auto page = parse_line(Tool::cptofs, "cptofs", {"--print-man-page"});
    EXPECT_EQ(page.line.exit_code, 0);
    EXPECT_EQ(page.output.find(".TH CPTOFS 1"), 0U) << page.output;
    const auto bash = parse_line(Tool::cptofs, "cptofs", {"--print-completion", "bash"});
    const auto zsh = parse_line(Tool::cptofs, "cptofs", {"--print-completion", "zsh"});
    for (const std::string name : {"image", "partition", "owner", "tar", "dry-run", "exclude"}) {
        EXPECT_NE(bash.output.find("--" + name), std::string::npos) << name;
        EXPECT_NE(zsh.output.find("--" + name), std::string::npos) << name;
    }
    EXPECT_NE(page.output.find("\\-\\-dry\\-run"), std::string::npos);
    EXPECT_EQ(parse_line(Tool::cptofs, "cptofs", {"--print-completion", "fish"}).line.exit_code, 2);
}

TEST(CommandLine, Version) {
    const auto parsed = cptofs({"--version"});
    EXPECT_EQ(parsed.line.exit_code, 0);
    EXPECT_EQ(parsed.output.find("LKL "), 0U) << parsed.output;
}

}  // namespace
}  // namespace lkl::tools
