// SPDX-License-Identifier: GPL-2.0
// The incremental evaluator on a large tree: after many random sets every value is equal to that
// of a full evaluation; and what one set costs.
//
//   incremental_check KCONFIG [SETS [SEED]]
//
// Exit code 1 where a value differs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "kconfig/compat/profile.hh"
#include "kconfig/eval/incremental.hh"
#include "kconfig/model/load.hh"
#include "kconfig/probe/probe.hh"

namespace {

using namespace kconfig;

constexpr int kCompareEvery = 50;

// The symbols that somebody could be asked for.
std::vector<const Symbol*> questions(const Tree& tree) {
    std::vector<const Symbol*> found;
    for (const Symbol& symbol : tree.symbols) {
        const bool prompted = std::any_of(symbol.props.begin(), symbol.props.end(),
                                          [](const Property* prop) { return prop->has_text; });
        if (prompted && symbol.name != nullptr && symbol.type != SymbolType::unknown) {
            found.push_back(&symbol);
        }
    }
    return found;
}

std::string random_value(const Symbol& symbol, std::mt19937& random) {
    switch (symbol.type) {
        case SymbolType::boolean:
            return random() % 2 != 0 ? "y" : "n";
        case SymbolType::tristate:
            return std::string(1, "nmy"[random() % 3]);
        case SymbolType::string:
            return "text " + std::to_string(random() % 3);
        default:
            return std::to_string(1 + random() % 100);
    }
}

// How many symbols differ between the two, the first few of them by name.
int compare(const Tree& tree, const Evaluator& ours, Evaluator& full) {
    full.invalidate();
    full.calc(*tree.modules);
    for (const Symbol* const symbol : tree.hash_order()) {
        full.calc(*symbol);
    }
    int different = 0;
    for (const Symbol* const symbol : tree.hash_order()) {
        if (ours.text(*symbol) == full.text(*symbol) && ours.tri(*symbol) == full.tri(*symbol) &&
            ours.visible(*symbol) == full.visible(*symbol) &&
            ours.writes(*symbol) == full.writes(*symbol)) {
            continue;
        }
        if (++different <= 5) {
            std::printf("%s: incremental %s, full %s\n", std::string(symbol->label()).c_str(),
                        std::string(ours.text(*symbol)).c_str(),
                        std::string(full.text(*symbol)).c_str());
        }
    }
    return different;
}

// Says y (or m) to everything, so that later sets find most symbols visible.
void say_yes(const std::vector<const Symbol*>& symbols, Evaluator& evaluator) {
    for (const Symbol* const symbol : symbols) {
        if (symbol->type == SymbolType::boolean || symbol->type == SymbolType::tristate) {
            evaluator.assign(*symbol, symbol->type == SymbolType::boolean ? "y" : "m");
        }
    }
}

// CPU time of this thread: other programs must not count.
double cpu_micros() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double quantile(std::vector<double>& sorted, double part) {
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "Usage: incremental_check KCONFIG [SETS [SEED]]\n");
        return 2;
    }
    const int sets = argc > 2 ? std::atoi(argv[2]) : 1000;
    std::mt19937 random(argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 1U);
    ProcessHost host;
    Diagnostics diagnostics(host, MessageStyle::rich);
    Profile profile;
    profile.dialect = detect_dialect(host).value_or(Dialect::v6_12);
    ProbeCache probes(host, default_probe_directory(host));
    const auto tree = load_tree(argv[1], profile, diagnostics, probes.runner());
    if (tree == nullptr) {
        return 2;
    }
    const std::vector<const Symbol*> symbols = questions(*tree);
    std::vector<double> micros;
    int different = 0;
    for (const bool all_set : {false, true}) {
        Evaluator ours(*tree, host);
        Evaluator full(*tree, host);
        ours.set_quiet(true);
        full.set_quiet(true);
        if (all_set) {
            say_yes(symbols, ours);
            say_yes(symbols, full);
        }
        IncrementalEvaluator incremental(ours);
        for (int set = 1; set <= sets / 2; ++set) {
            const Symbol& symbol = *symbols[random() % symbols.size()];
            const std::string value = random_value(symbol, random);
            const double begin = cpu_micros();
            const bool taken = incremental.assign(symbol, value);
            const double time = cpu_micros() - begin;
            if (taken != full.assign(symbol, value)) {
                std::printf("%s=%s is taken by only one\n", std::string(symbol.text()).c_str(),
                            value.c_str());
                return 1;
            }
            if (taken) {
                micros.push_back(time);
            }
            if (set % kCompareEvery == 0 || set == sets / 2) {
                different += compare(*tree, ours, full);
            }
        }
    }
    std::sort(micros.begin(), micros.end());
    if (micros.empty()) {
        std::printf("no value was taken\n");
        return 1;
    }
    std::printf(
        "%zu sets of %zu symbols: %d differences; one set takes %.1f us in the median, "
        "%.0f us in the worst of ten, %.0f us at most\n",
        micros.size(), symbols.size(), different, quantile(micros, 0.5), quantile(micros, 0.9),
        micros.back());
    return different == 0 && micros.size() * 2 > static_cast<std::size_t>(sets) ? 0 : 1;
}
