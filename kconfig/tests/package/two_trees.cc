// SPDX-License-Identifier: GPL-2.0
// Two trees of different dialects in one process, each with its own world, on two threads at
// once: what a library with global state could not do.
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "kconfig/eval/evaluator.hh"
#include "kconfig/io/config_file.hh"
#include "kconfig/model/load.hh"

namespace {

// A world without a process: its own variables, output kept, no shell.
class Box : public kconfig::Host {
  public:
    const char* env(const char* name) override {
        const auto found = variables.find(name);
        return found != variables.end() ? found->second.c_str() : nullptr;
    }

    void out(std::string_view text) override { output += text; }

    void err(std::string_view text) override { output += text; }

    std::optional<std::string> shell(const std::string&, std::size_t) override {
        return "answer of " + variables["BOX"];
    }

    std::map<std::string, std::string> variables;
    std::string output;
};

// Reads, sets and computes; the value of WHO, or what went wrong.
std::string configure(const std::string& name, kconfig::Dialect dialect, int rounds) {
    const std::string file = "Kconfig." + name;
    std::ofstream(file) << "config ON\n\tbool \"on\"\n"
                           "config WHO\n\tstring\n\tdefault \"$(shell,who)\" if ON\n"
                           "\tdefault \"nobody\"\n";
    std::string who;
    for (int round = 0; round < rounds; ++round) {
        Box box;
        box.variables["BOX"] = name;
        kconfig::Profile profile;
        profile.dialect = dialect;
        kconfig::Diagnostics diagnostics(box, kconfig::MessageStyle::rich);
        const auto tree = kconfig::load_tree(file, profile, diagnostics);
        if (tree == nullptr) {
            return "not read: " + box.output;
        }
        kconfig::Evaluator evaluator(*tree, box);
        const kconfig::Symbol* const on = tree->find("ON");
        const kconfig::Symbol* const symbol = tree->find("WHO");
        if (on == nullptr || symbol == nullptr || !evaluator.assign(*on, "y")) {
            return "no such symbol";
        }
        evaluator.invalidate();
        evaluator.calc(*symbol);
        who = evaluator.text(*symbol);
        if (who != "answer of " + name) {
            return who;
        }
    }
    return who;
}

}  // namespace

int main() {
    constexpr int kRounds = 200;
    std::string first;
    std::string second;
    {
        std::jthread one([&] { first = configure("one", kconfig::Dialect::v6_1, kRounds); });
        std::jthread two([&] { second = configure("two", kconfig::Dialect::v6_12, kRounds); });
    }
    std::printf("%s, %s\n", first.c_str(), second.c_str());
    return first == "answer of one" && second == "answer of two" ? 0 : 1;
}
