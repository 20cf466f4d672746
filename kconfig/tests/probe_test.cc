// SPDX-License-Identifier: GPL-2.0
// The cache of probe answers: what it may keep, and when it asks again.
#include "kconfig/probe/probe.hh"

#include <fcntl.h>
#include <sys/stat.h>

#include <iterator>

#include "kconfig/tests/support.hh"

namespace kconfig::test {
namespace {

TEST(ProbeShape, UnderstandsWhatTheKernelAsks) {
    for (const char* const command : {
             "{ gcc -Werror -m64 -c -x c /dev/null -o /dev/null; } >/dev/null 2>&1 && echo \"y\" "
             "|| "
             "echo \"n\"",
             "/src/scripts/cc-version.sh gcc",
             "set -- GCC 120200 && echo $1",
             "echo 'int f(void) { return 0; }' | x86_64-linux-gnu-gcc-12 -x c - -c -o /dev/null",
             "{ command -v ld; } >/dev/null 2>&1 && echo n || echo y",
             "echo x >&2 2>>/dev/null </dev/null",
         }) {
        EXPECT_TRUE(is_understood(command, true)) << command;
    }
}

TEST(ProbeShape, RunsWhatItCannotFollow) {
    for (const char* const command :
         {"date", "cat *.txt", "echo `hostname`", "echo $(date)", "git describe", "./tool",
          "true; uname -r", "echo \"$(date)\"", "cat ~/x", "echo 'open", "echo x > file",
          "echo x >>file", "echo x >/dev/shm/file", "echo x 2>file", "{ echo x; } <>file"}) {
        EXPECT_FALSE(is_understood(command, false)) << command;
    }
    EXPECT_TRUE(is_understood("cat", false));
    EXPECT_FALSE(is_understood("cat", true));  // it would read the pipe
    EXPECT_FALSE(is_understood("gcc -x c -", true));
}

TEST(ProbeShape, LooksAtWhatVariablesStandFor) {
    FakeHost host;
    host.variables["CC"] = "x86_64-linux-gnu-gcc";
    host.variables["FLAGS"] = "-a -b";
    const std::string probe = "echo 'int x;' | $CC -x c - -c -o /dev/null";
    EXPECT_FALSE(is_understood(probe, true));
    EXPECT_TRUE(is_understood(with_variables(host, probe), true));
    EXPECT_EQ(with_variables(host, "\"$CC\" $CCX $1"), "\"x86_64-linux-gnu-gcc\" $CCX $1");
    for (const char* const stays :
         {"echo '$CC'", "CC=clang; $CC", "echo \\$CC", "gcc $FLAGS", "echo $(CC) ${CC} $"}) {
        EXPECT_EQ(with_variables(host, stays), stays);
    }
}

class Probes : public ::testing::Test {
  protected:
    std::string ask(const std::string& command) {
        ProbeCache cache(host, directory.file("cache"));
        const std::optional<std::string> answer = cache.run(command);
        hits = cache.hits();
        runs = cache.runs();
        return answer.value_or("(none)");
    }

    void write_script(const std::string& text) {
        directory.write("probe.sh", "#!/bin/sh\n" + text + "\n");
        std::filesystem::permissions(directory.file("probe.sh"), std::filesystem::perms::owner_all);
    }

    TemporaryDirectory directory;
    FakeHost host;
    int hits = 0;
    int runs = 0;
};

TEST_F(Probes, SecondAnswerComesFromMemory) {
    write_script("echo one; echo oops >&2");
    const std::string script = directory.file("probe.sh");
    EXPECT_EQ(ask(script), "one\n");
    EXPECT_EQ(runs, 1);
    host.complained.clear();
    EXPECT_EQ(ask(script), "one\n");
    EXPECT_EQ(hits, 1);
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(host.complained, "oops\n");  // standard error is replayed
}

TEST_F(Probes, AnEditedScriptIsAskedAgain) {
    write_script("echo one");
    const std::string script = directory.file("probe.sh");
    EXPECT_EQ(ask(script), "one\n");
    write_script("echo two");
    EXPECT_EQ(ask(script), "two\n");
    EXPECT_EQ(runs, 1);
}

TEST_F(Probes, TheEnvironmentBelongsToTheKey) {
    write_script("echo $KCONFIG_TEST_VALUE");
    const std::string script = directory.file("probe.sh");
    ::setenv("KCONFIG_TEST_VALUE", "1", 1);
    EXPECT_EQ(ask(script), "1\n");
    ::setenv("KCONFIG_TEST_VALUE", "2", 1);
    EXPECT_EQ(ask(script), "2\n");
    ::unsetenv("KCONFIG_TEST_VALUE");
}

TEST_F(Probes, DamagedFilesAreIgnored) {
    write_script("echo one");
    const std::string script = directory.file("probe.sh");
    ask(script);
    for (const auto& entry : std::filesystem::directory_iterator(directory.file("cache"))) {
        std::filesystem::resize_file(entry.path(), 40);
    }
    EXPECT_EQ(ask(script), "one\n");
}

TEST_F(Probes, AChangedByteIsNoAnswer) {
    write_script("echo one");
    const std::string script = directory.file("probe.sh");
    ask(script);
    const auto path = std::filesystem::directory_iterator(directory.file("cache"))->path();
    const std::string name = "cache/" + path.filename().string();
    const std::string whole = directory.read(name);
    for (std::size_t at = 0; at < whole.size(); at += at + 20 < whole.size() ? 37 : 1) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        directory.write(name, changed);
        ASSERT_EQ(ask(script), "one\n") << at;
        ASSERT_EQ(runs, 1) << at;
    }
    directory.write(name, whole);
    ask(script);
    EXPECT_EQ(hits, 1);
}

// Neither waited for nor left with something beside it.
TEST_F(Probes, WhatIsNoFileInThePlaceOfTheAnswersDoesNoHarm) {
    write_script("echo one");
    const std::string script = directory.file("probe.sh");
    ask(script);
    const auto path = std::filesystem::directory_iterator(directory.file("cache"))->path();
    std::filesystem::remove(path);
    std::filesystem::create_directories(path / "inside");
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(ask(script), "one\n");
        EXPECT_EQ(runs, 1);
    }
    const auto entries = std::filesystem::directory_iterator(directory.file("cache"));
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
    std::filesystem::remove_all(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(ask(script), "one\n");
}

// As `conf < answers`: the answers are for the program.
TEST_F(Probes, WhatReadsStandardInputIsRun) {
    directory.write("answers", "one\ntwo\n");
    const int before = ::dup(0);
    const int answers = ::open(directory.file("answers").c_str(), O_RDONLY);
    ::dup2(answers, 0);
    host.answers["head -n 1"] = "from the host";
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(ask("head -n 1"), "from the host");
        EXPECT_EQ(ask("echo a | head -n 1"), "a\n");
        EXPECT_EQ(hits, i);
    }
    ::dup2(before, 0);
    ::close(before);
    ::close(answers);
}

TEST_F(Probes, WithoutADirectoryNothingIsKept) {
    host.answers["true"] = "host";
    ProbeCache cache(host, "");
    EXPECT_EQ(cache.run("true"), "host");
}

}  // namespace
}  // namespace kconfig::test
