// SPDX-License-Identifier: GPL-2.0
// Reading and writing of configurations, merging, explaining, solving, linting.
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "kconfig/diff/diff.hh"
#include "kconfig/explain/explain.hh"
#include "kconfig/lint/lint.hh"
#include "kconfig/merge/merge.hh"
#include "kconfig/solve/solver.hh"
#include "kconfig/tests/support.hh"

namespace kconfig::test {
namespace {

class Files : public Fixture {
  protected:
    std::string write_all(HeaderStyle style) {
        host.variables["KCONFIG_CONFIG"] = directory.file(".config");
        host.variables["KCONFIG_AUTOCONFIG"] = directory.file("o/auto.conf");
        host.variables["KCONFIG_AUTOHEADER"] = directory.file("o/autoconf.h");
        host.variables["KCONFIG_RUSTCCFG"] = directory.file("o/rustc_cfg");
        files->set_header_style(style);
        EXPECT_TRUE(files->write());
        EXPECT_TRUE(files->write_autoconf(true));
        return directory.read("o/autoconf.h");
    }

    std::vector<std::string> checks() {
        std::vector<std::string> out;
        for (const Finding& one : lint(*tree, host)) {
            out.push_back(one.check + " " + std::to_string(one.line));
        }
        return out;
    }
};

/// While it lives no file can grow beyond so many bytes, as on a full disk.
class FullDisk {
  public:
    explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }

    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

  private:
    void (*handler_)(int);
    rlimit before_{};
};

constexpr const char* kTypes =
    "config B\n\tbool \"b\"\n\tdefault y\n"
    "config N\n\tbool \"n\"\n"
    "config S\n\tstring \"s\"\n\tdefault 'a\"\\\\b'\n"
    "config H\n\thex \"h\"\n\tdefault 1f\n";

TEST_F(Files, EscapeAndPrefixAsEachFileNeeds) {
    ASSERT_TRUE(load(kTypes));
    const std::string header = write_all(HeaderStyle::plain);
    EXPECT_NE(header.find("#define CONFIG_H 0x1f\n"), std::string::npos) << header;
    EXPECT_NE(header.find("#define CONFIG_S \"a\\\"\\\\b\"\n"), std::string::npos) << header;
    EXPECT_EQ(header.find("CONFIG_N"), std::string::npos);
    const std::string conf = directory.read("o/auto.conf");
    EXPECT_NE(conf.find("CONFIG_S=a\"\\b\n"), std::string::npos) << conf;
    EXPECT_NE(conf.find("CONFIG_H=1f\n"), std::string::npos) << conf;
    EXPECT_NE(directory.read("o/rustc_cfg").find("--cfg=CONFIG_H=\"0x1f\"\n"), std::string::npos);
}

TEST_F(Files, OlderHeadersHaveEnabledMacros) {
    ASSERT_TRUE(load(kTypes));
    const std::string header = write_all(HeaderStyle::enabled);
    EXPECT_NE(header.find("#define __enabled_CONFIG_B 1\n#define __enabled_CONFIG_B_MODULE 0\n"),
              std::string::npos)
        << header;
    EXPECT_NE(header.find("#define __enabled_CONFIG_N 0\n"), std::string::npos) << header;
}

TEST_F(Files, OnlyChangedSymbolsAreTouched) {
    ASSERT_TRUE(load(kTypes));
    write_all(HeaderStyle::plain);
    ASSERT_TRUE(std::filesystem::remove(directory.file("o/B")));
    ASSERT_FALSE(std::filesystem::exists(directory.file("o/N")));
    set("N", "y");
    write_all(HeaderStyle::plain);
    EXPECT_TRUE(std::filesystem::exists(directory.file("o/N")));
    EXPECT_FALSE(std::filesystem::exists(directory.file("o/B")));
}

TEST_F(Files, DefconfigIsIdempotent) {
    ASSERT_TRUE(load(kTypes));
    set("N", "y");
    ASSERT_TRUE(files->write_defconfig(directory.file("d")));
    EXPECT_EQ(directory.read("d"), "CONFIG_N=y\n");
    ASSERT_TRUE(files->read(directory.file("d").c_str()));
    ASSERT_TRUE(files->write_defconfig(directory.file("e")));
    EXPECT_EQ(directory.read("e"), directory.read("d"));
}

TEST_F(Files, AFullDiskLeavesTheConfigurationAsItWas) {
    ASSERT_TRUE(load(kTypes));
    const std::string name = directory.file(".config");
    directory.write(".config", "CONFIG_N=y\n");
    set("N", "y");
    {
        const FullDisk full(5);
        EXPECT_FALSE(files->write(name.c_str()));
        EXPECT_FALSE(files->write_defconfig(directory.file("d")));
    }
    EXPECT_EQ(directory.read(".config"), "CONFIG_N=y\n");
    EXPECT_NE(host.complained.find("File too large"), std::string::npos) << host.complained;
    int left = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory.file(""))) {
        left += entry.path().extension() == ".tmp" ? 1 : 0;
    }
    EXPECT_EQ(left, 0);
    EXPECT_TRUE(files->write(name.c_str()));
    EXPECT_NE(directory.read(".config").find("CONFIG_B=y\n"), std::string::npos);
}

TEST_F(Files, DirectoriesAreNotForOthersToWrite) {
    ASSERT_TRUE(load(kTypes));
    const mode_t before = ::umask(0);
    write_all(HeaderStyle::plain);
    ::umask(before);

    struct stat status {};

    ASSERT_EQ(::stat(directory.file("o").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0755U);
}

TEST_F(Files, StrangeLinesAreReportedWithTheirNumber) {
    ASSERT_TRUE(load(kTypes));
    directory.write("c", "CONFIG_B=x\nrubbish\r\nCONFIG_S=\"open\n");
    host.complained.clear();
    files->read(directory.file("c").c_str());
    const std::string name = directory.file("c");
    EXPECT_EQ(host.complained, name + ":1:warning: symbol value 'x' invalid for B\n" + name +
                                   ":2:warning: unexpected data: rubbish\n" + name +
                                   ":3:warning: invalid string found\n");
}

TEST_F(Files, MergeSaysWhatIsLostAndWhy) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tdepends on A\n"
             "config C\n\tbool \"c\"\n\tdefault y\n"));
    directory.write("base", "CONFIG_A=y\nCONFIG_C=y\n");
    directory.write("frag",
                    "# CONFIG_A is not set\nCONFIG_B=y\n# CONFIG_C is not set\n"
                    "CONFIG_CC=y\n# CONFIG_ZZ is not set\n");
    std::string said;
    FragmentMerger merger({}, [&](std::string_view text) { said.append(text); });
    ASSERT_TRUE(merger.add_base(directory.file("base")));
    ASSERT_TRUE(merger.add_fragment(directory.file("frag")));
    EXPECT_TRUE(merger.redefined());
    EXPECT_NE(said.find("Value of CONFIG_A is redefined"), std::string::npos);
    files->read_lines(merger.lines());
    evaluator->clear_all();
    const std::vector<LostRequest> lost = lost_requests(*evaluator, merger.requests());
    ASSERT_EQ(lost.size(), 2U);
    EXPECT_EQ(lost[0].request.symbol, "B");
    EXPECT_NE(to_text(lost[0].why).find("depends on A  (Top:5)"), std::string::npos)
        << to_text(lost[0].why);
    EXPECT_EQ(lost[1].request.symbol, "CC");
    EXPECT_EQ(value("C"), "n");
}

TEST_F(Files, ExplainNamesTheSelector) {
    ASSERT_TRUE(load("config A\n\tbool \"a\"\n\tdefault y\n\tselect B\nconfig B\n\tbool\n"));
    const std::string proof = to_text(Explainer(*evaluator).value(symbol("B")));
    EXPECT_NE(proof.find("selected by A  (Top:1)"), std::string::npos) << proof;
    EXPECT_NE(proof.find("default y  (Top:3)"), std::string::npos) << proof;
}

TEST_F(Files, SolverFindsTheSmallestSet) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tdepends on A\n"
             "config C\n\tbool \"c\"\n\tdepends on B || D\nconfig D\n\tbool \"d\"\n"));
    const SolveResult result = solve(*evaluator, {{&symbol("C"), "y"}});
    ASSERT_FALSE(result.solutions.empty());
    const Solution& best = result.solutions[0];
    ASSERT_EQ(best.assignments.size(), 2U);  // C and D, not C, B and A
    EXPECT_EQ(best.assignments[0].symbol->text(), "C");
    EXPECT_EQ(best.assignments[1].symbol->text(), "D");
    EXPECT_EQ(value("C"), "n");  // nothing is left behind
}

TEST_F(Files, SolverTurnsSelectorsOff) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\n\tdefault y\n\tselect B\n"
             "config B\n\tbool \"b\"\n\tdefault y\n"));
    const SolveResult result = solve(*evaluator, {{&symbol("B"), "n"}});
    ASSERT_FALSE(result.solutions.empty());
    EXPECT_EQ(result.solutions[0].assignments.size(), 2U);
}

TEST_F(Files, SolverProvesImpossibility) {
    ASSERT_TRUE(load("config A\n\tbool \"a\"\n\tdepends on NOWHERE\n"));
    const SolveResult result = solve(*evaluator, {{&symbol("A"), "y"}});
    EXPECT_TRUE(result.impossible);
    EXPECT_FALSE(result.proof.empty());
}

TEST_F(Files, DiffShowsWhatFollows) {
    ASSERT_TRUE(load("config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tdepends on A\n"));
    Evaluator other(*tree, host);
    ASSERT_TRUE(other.assign(symbol("A"), "y"));
    other.clear_all();
    const std::vector<Difference> found = differences(*evaluator, other);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].before, "n");
    EXPECT_EQ(found[0].after, "y");
    EXPECT_EQ(found[1].before, "(absent)");
}

TEST_F(Files, LintFindsEachKind) {
    ASSERT_TRUE(
        load("config A\n\tbool \"a\"\n\tselect B\n"
             "config B\n\tbool \"b\"\n\tdepends on C\n"
             "config C\n\tbool \"c\"\n\tdepends on NOWHERE\n"
             "config DEAD\n\tbool\n"
             "menu \"hidden\"\n\tdepends on A && !A\nendmenu\n"));
    const std::vector<std::string> found = checks();
    for (const char* const wanted : {"unmet-select 3", "undefined-symbol 9", "dead-symbol 7",
                                     "dead-symbol 10", "unreachable-menu 12"}) {
        EXPECT_NE(std::find(found.begin(), found.end(), wanted), found.end()) << wanted;
    }
}

}  // namespace
}  // namespace kconfig::test
