// SPDX-License-Identifier: GPL-2.0
// Measures kc set on a kernel tree: random symbols, values and configurations.
//
//   kconfig_set_cases --tree LINUX [--arch x86] [--count 1000] [--seed 1] [--verbose]
//
// Every answer is replayed in an evaluator that reads the written configuration anew, and
// replayed again without each one of its changes: the goal must then be missed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

#include "kconfig/base/text.hh"
#include "kconfig/eval/number.hh"
#include "kconfig/io/config_file.hh"
#include "kconfig/model/load.hh"
#include "kconfig/modes/bulk.hh"
#include "kconfig/probe/probe.hh"
#include "kconfig/solve/solver.hh"

namespace {

using namespace kconfig;

constexpr double kLimitMs = 2000;
constexpr double kShareWanted = 95;  // percent

struct Settings {
    std::string tree;
    std::string arch = "x86";
    std::size_t count = 1000;
    std::uint32_t seed = 1;
    bool verbose = false;
};

struct Base {
    std::string name;
    std::string file;
    std::size_t cases = 0;
};

struct Tally {
    std::size_t solved = 0;
    std::size_t impossible = 0;
    std::size_t unanswered = 0;
    std::size_t late = 0;
    std::size_t wrong = 0;
    std::vector<double> milliseconds;
    std::map<std::size_t, std::size_t> sizes;
};

void set_variables(const Settings& settings) {
    const std::pair<const char*, std::string> variables[] = {
        {"srctree", settings.tree},
        {"objtree", "."},
        {"ARCH", settings.arch},
        {"SRCARCH", settings.arch},
        {"CC", "gcc"},
        {"HOSTCC", "gcc"},
        {"HOSTCXX", "g++"},
        {"LD", "ld"},
        {"AR", "ar"},
        {"NM", "nm"},
        {"OBJCOPY", "objcopy"},
        {"OBJDUMP", "objdump"},
        {"READELF", "readelf"},
        {"STRIP", "strip"},
        {"PAHOLE", "pahole"},
        {"RUSTC", "rustc"},
        {"BINDGEN", "bindgen"},
        {"PAHOLE_VERSION", "0"},
        {"CLANG_FLAGS", ""},
        {"CC_VERSION_TEXT", "gcc (GCC) 12.2.0"},
        {"RUSTC_VERSION_TEXT", ""},
        {"KERNELVERSION", "0"}};
    for (const auto& [name, value] : variables) {
        ::setenv(name, value.c_str(), 1);
    }
    for (const char* const name : {"KCONFIG_CONFIG", "KCONFIG_ALLCONFIG", "CONFIG_"}) {
        ::unsetenv(name);
    }
}

// A value other than the present one; empty where there is none to think of.
std::string random_value(Evaluator& evaluator, const Symbol& symbol, GlibcRandom& random) {
    evaluator.calc(symbol);
    const std::string now(evaluator.text(symbol));
    std::vector<std::string> values;
    switch (symbol.type) {
        case SymbolType::boolean:
            values = {"n", "y"};
            break;
        case SymbolType::tristate:
            values = {"n", "m", "y"};
            break;
        case SymbolType::integer:
        case SymbolType::hex: {
            const bool hex = symbol.type == SymbolType::hex;
            long long low = 0;
            long long high = 4096;
            if (const Property* const range = evaluator.active_range(symbol)) {
                const int base = hex ? 16 : 10;
                evaluator.calc(*range->expr->left_symbol());
                evaluator.calc(*range->expr->right_symbol());
                low = parse_number(evaluator.text(*range->expr->left_symbol()), base);
                high = parse_number(evaluator.text(*range->expr->right_symbol()), base);
            }
            const long long span = std::max(1LL, high - low);
            char text[32];
            std::snprintf(text, sizeof text, hex ? "0x%llx" : "%lld", low + random.next() % span);
            values = {text};
            break;
        }
        case SymbolType::string:
            values = {cat("text", random.next() % 100)};
            break;
        case SymbolType::unknown:
            break;
    }
    values.erase(std::remove(values.begin(), values.end(), now), values.end());
    return values.empty() ? std::string()
                          : values[static_cast<std::size_t>(random.next()) % values.size()];
}

class Measurement {
  public:
    Measurement(const Settings& settings, Host& host, const Tree& tree)
        : settings_(settings), host_(host), tree_(tree), random_(settings.seed) {
        directory_ = (std::filesystem::temp_directory_path() / "kc-set-XXXXXX").string();
        if (::mkdtemp(directory_.data()) == nullptr) {
            std::perror("kconfig_set_cases: cannot make a temporary directory");
            std::exit(1);
        }
        for (const Symbol& symbol : tree.symbols) {
            if (symbol.name != nullptr && !symbol.is_choice && !symbol.is_constant &&
                !symbol.menus.empty()) {
                symbols_.push_back(&symbol);
            }
        }
        make_bases();
    }

    Measurement(const Measurement&) = delete;
    Measurement& operator=(const Measurement&) = delete;

    ~Measurement() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    void run();
    int report() const;

  private:
    void make_bases();
    void make_base(const std::string& name, NewValue mode, const std::string& from);
    void one_case(const Base& base, Evaluator& evaluator);
    bool replay(const Base& base, const Solution& solution, const Assignment& goal,
                std::size_t without);
    bool valid(const Base& base, const Solution& solution, const Assignment& goal);

    const Settings& settings_;
    Host& host_;
    const Tree& tree_;
    GlibcRandom random_;
    std::string directory_;
    std::vector<const Symbol*> symbols_;
    std::vector<Base> bases_;
    Tally tally_;
};

void Measurement::make_base(const std::string& name, NewValue mode, const std::string& from) {
    Evaluator evaluator(tree_, host_);
    evaluator.set_quiet(true);
    evaluator.set_changed(true);
    ConfigFiles files(evaluator);
    files.set_message({});
    if (!from.empty() && !files.read(from.c_str())) {
        std::fprintf(stderr, "kconfig_set_cases: cannot read %s\n", from.c_str());
        std::exit(1);
    }
    set_all_new(evaluator, mode, {}, &random_);
    const std::string file = cat(directory_, "/", name);
    std::ofstream(file) << files.dot_config();
    bases_.push_back({name, file});
}

void Measurement::make_bases() {
    make_base("allnoconfig", NewValue::no, "");
    make_base("alldefconfig", NewValue::defaults, "");
    make_base("allyesconfig", NewValue::yes, "");
    make_base("allmodconfig", NewValue::mod, "");
    if (settings_.arch == "x86") {
        make_base("x86_64_defconfig", NewValue::defaults,
                  cat(settings_.tree, "/arch/x86/configs/x86_64_defconfig"));
    }
    for (int i = 0; i < 3; ++i) {
        make_base(cat("randconfig-", i), NewValue::random, "");
    }
    for (std::size_t i = 0; i < settings_.count; ++i) {
        ++bases_[static_cast<std::size_t>(random_.next()) % bases_.size()].cases;
    }
}

// Whether the goal is reached by the solution without one of its changes (or by all of it).
bool Measurement::replay(const Base& base, const Solution& solution, const Assignment& goal,
                         std::size_t without) {
    Evaluator evaluator(tree_, host_);
    evaluator.set_quiet(true);
    ConfigFiles files(evaluator);
    files.set_message({});
    files.read(base.file.c_str());
    for (std::size_t i = 0; i < solution.assignments.size(); ++i) {
        const Assignment& one = solution.assignments[i];
        if (i != without && !evaluator.assign(*one.symbol, one.value)) {
            return false;
        }
    }
    evaluator.clear_all();
    evaluator.calc(*goal.symbol);
    return evaluator.text(*goal.symbol) == goal.value;
}

bool Measurement::valid(const Base& base, const Solution& solution, const Assignment& goal) {
    const std::size_t all = solution.assignments.size();
    if (!replay(base, solution, goal, all)) {
        return false;
    }
    for (std::size_t i = 0; i < all; ++i) {
        if (replay(base, solution, goal, i)) {
            return false;
        }
    }
    return true;
}

void Measurement::one_case(const Base& base, Evaluator& evaluator) {
    Assignment goal;
    while (goal.value.empty()) {
        goal.symbol = symbols_[static_cast<std::size_t>(random_.next()) % symbols_.size()];
        goal.value = random_value(evaluator, *goal.symbol, random_);
    }
    const std::clock_t begin = std::clock();
    const SolveResult result = solve(evaluator, {goal});
    const double took = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    tally_.milliseconds.push_back(took);
    const char* outcome = "no answer";
    if (took > kLimitMs) {
        ++tally_.late;
        outcome = "too late";
    } else if (result.impossible) {
        ++tally_.impossible;
        outcome = "impossible";
    } else if (result.solutions.empty()) {
        ++tally_.unanswered;
    } else {
        ++tally_.solved;
        ++tally_.sizes[result.solutions.front().assignments.size()];
        outcome = "solved";
        for (const Solution& solution : result.solutions) {
            if (!valid(base, solution, goal)) {
                ++tally_.wrong;
                outcome = "WRONG";
            }
        }
    }
    if (settings_.verbose) {
        std::printf("%-18s %-40s %-10s %8.1f ms\n", base.name.c_str(),
                    cat(goal.symbol->text(), "=", goal.value).c_str(), outcome, took);
        std::fflush(stdout);
    }
}

void Measurement::run() {
    for (const Base& base : bases_) {
        Evaluator evaluator(tree_, host_);
        evaluator.set_quiet(true);
        ConfigFiles files(evaluator);
        files.set_message({});
        files.read(base.file.c_str());
        for (std::size_t i = 0; i < base.cases; ++i) {
            one_case(base, evaluator);
        }
    }
}

int Measurement::report() const {
    std::vector<double> sorted = tally_.milliseconds;
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double share) {
        return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    };
    const double answered = 100.0 * static_cast<double>(tally_.solved + tally_.impossible) /
                            static_cast<double>(sorted.size());
    std::printf(
        "%zu cases: %zu solved, %zu proven impossible, %zu without an answer, "
        "%zu later than %.0f ms: %.1f %% answered\n",
        sorted.size(), tally_.solved, tally_.impossible, tally_.unanswered, tally_.late, kLimitMs,
        answered);
    std::printf("answers that did not hold, or held without one of their changes: %zu\n",
                tally_.wrong);
    std::printf("changes:");
    for (const auto& [size, count] : tally_.sizes) {
        std::printf("  %zu in %zu", size, count);
    }
    std::printf("\ntime: median %.1f ms, 95 %% below %.1f ms, longest %.1f ms\n", at(0.5), at(0.95),
                sorted.back());
    return tally_.wrong == 0 && answered >= kShareWanted ? 0 : 1;
}

int usage() {
    std::fputs(
        "Usage: kconfig_set_cases --tree LINUX [--arch x86] [--count N] [--seed N] "
        "[--verbose]\n",
        stderr);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    for (int i = 1; i < argc; ++i) {
        const std::string option = argv[i];
        if (option == "--verbose") {
            settings.verbose = true;
            continue;
        }
        if (i + 1 == argc) {
            return usage();
        }
        const std::string value = argv[++i];
        if (option == "--tree") {
            settings.tree = value;
        } else if (option == "--arch") {
            settings.arch = value;
        } else if (option == "--count") {
            settings.count = static_cast<std::size_t>(std::atol(value.c_str()));
        } else if (option == "--seed") {
            settings.seed = static_cast<std::uint32_t>(std::atol(value.c_str()));
        } else {
            return usage();
        }
    }
    if (settings.tree.empty() || settings.count == 0) {
        return usage();
    }
    if (!std::filesystem::exists(settings.tree + "/Kconfig")) {
        std::fprintf(stderr, "skipped: no kernel source at %s\n", settings.tree.c_str());
        return 77;
    }
    set_variables(settings);
    ProcessHost host;
    Profile profile;
    profile.dialect = detect_dialect(host).value_or(Dialect::v6_12);
    Diagnostics diagnostics(host, MessageStyle::rich);
    std::unique_ptr<Tree> tree;
    {
        ProbeCache probes(host, default_probe_directory(host));
        tree = load_tree("Kconfig", profile, diagnostics, probes.runner());
    }
    if (tree == nullptr) {
        return diagnostics.exit_code();
    }
    Measurement measurement(settings, host, *tree);
    measurement.run();
    return measurement.report();
}
