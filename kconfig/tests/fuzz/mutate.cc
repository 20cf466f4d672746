// SPDX-License-Identifier: GPL-2.0
// Mutated Kconfig files for the parser: whatever they hold, reading ends, and every refusal is a
// sentence. Meant for a build with AddressSanitizer and UndefinedBehaviorSanitizer.
//
//   kconfig_mutate COUNT [FIRST [FILE...]]
//
// Inputs FIRST to FIRST + COUNT - 1 are made from the files, or from some built in, by changes that
// follow from the number alone: any input can be made again by its number. Exit code 1 where
// a refusal has no message, or one that is no sentence; a crash or a hang (an alarm) ends the
// program with the number of the input on standard error.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "kconfig/eval/evaluator.hh"
#include "kconfig/io/config_file.hh"
#include "kconfig/model/load.hh"

// In programs with sanitizers.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

using namespace kconfig;

constexpr unsigned kHangSeconds = 60;  // wall time: the machine may be busy
constexpr std::size_t kMaxInput = 16 * 1024;

constexpr const char* kSeeds[] = {
    "mainmenu \"Title\"\nconfig MODULES\n\tbool \"m\"\n\tmodules\nmenu \"menu\"\n\tvisible if A\n"
    "config A\n\ttristate \"a\" if B = y\n\tdefault m if C != \"x\" || D > 5\n\tselect E if !F\n"
    "\timply G\n\thelp\n\t  Help.\n\n\t    More.\n\nendmenu\nconfig D\n\tint\n\trange 1 "
    "9\n\tdefault 7\n",
    "choice\n\tprompt \"c\"\n\tdefault X\n\nconfig X\n\tbool \"x\"\n\nconfig Y\n\tbool \"y\"\n"
    "\tdepends on (Z && !W) || V\n\nendchoice\nif X\ncomment \"remark\"\n\tdepends on Y\nendif\n"
    "config H\n\thex \"h\"\n\trange 0x10 0xff\n\tdefault 0x20\n",
    "f = $(1)-$(2)\nv := $(f,a,$(f,b,c))\nv += more\n$(info,$(v))\n$(warning-if,n,w)\n"
    "config S\n\tstring \"$(v)\"\n\tdefault \"a\\\"b$(f,x,y)\"\n\tdefault '$(shell,echo 1)' if "
    "$(g)\n"
    "g = $(filename):$(lineno)\nconfig $(f,P,Q)\n\tdef_bool y\nsource \"sub\"\n"
    "config T\n\ttransitional\n\tdef_tristate m\n\tdepends on S if T\n\toptional\n",
};

constexpr const char* kWords[] = {
    "config ",
    "menuconfig ",
    "choice\n",
    "endchoice\n",
    "if ",
    "endif\n",
    "menu \"m\"\n",
    "endmenu\n",
    "source \"self\"\n",
    "source \"sub\"\n",
    "comment \"c\"\n",
    "mainmenu \"t\"\n",
    "\tbool \"p\"\n",
    "\ttristate\n",
    "\tint\n",
    "\thex\n",
    "\tstring\n",
    "\tdefault ",
    "\tselect ",
    "\timply ",
    "\trange ",
    "\tdepends on ",
    "\tvisible if ",
    "\thelp\n",
    "\tmodules\n",
    "\toptional\n",
    "\ttransitional\n",
    "\tprompt \"p\"\n",
    " if ",
    " && ",
    " || ",
    "!",
    "(",
    ")",
    " = ",
    " != ",
    " <= ",
    " > ",
    "\"",
    "'",
    "\\",
    "$(",
    "$(1)",
    "$(shell,x)",
    "$(error-if,y,this cannot be)",
    ",",
    ":=",
    "+=",
    "\n",
    "\t",
    " ",
    "\r",
    "#",
    "y",
    "m",
    "n",
    "A",
    "X",
    "0x1f",
    "-1",
    "99999999999999999999",
    "\x80\xff",
    "$(f,",
};

// Files in memory are not what the library reads; so the input lies in a file, and nothing else
// of the process is touched.
class Box : public Host {
  public:
    const char* env(const char*) override { return nullptr; }

    void out(std::string_view) override {}

    void err(std::string_view text) override { messages.append(text); }

    std::optional<std::string> shell(const std::string& command, std::size_t limit) override {
        return command.substr(0, std::min<std::size_t>(limit, 64));
    }

    std::string messages;
};

std::string mutated(unsigned long number, const std::vector<std::string>& seeds) {
    std::mt19937_64 random(number);
    const auto below = [&random](std::size_t n) { return n != 0 ? random() % n : 0; };
    std::string text = seeds[below(seeds.size())];
    if (text.size() > kMaxInput) {  // a part of a large file
        text = text.substr(below(text.size() - kMaxInput), kMaxInput);
    }
    for (std::size_t changes = 1 + below(1 + below(12)); changes > 0; --changes) {
        const std::size_t at = below(text.size() + 1);
        switch (below(7)) {
            case 0:
                text.insert(at, kWords[below(std::size(kWords))]);
                break;
            case 1:
                text.erase(at, below(20));
                break;
            case 2:
                if (at < text.size()) {
                    text[at] = static_cast<char>(random());
                }
                break;
            case 3: {  // a piece once more, somewhere else
                const std::string piece = text.substr(at, below(60));
                text.insert(below(text.size() + 1), piece);
                break;
            }
            case 4: {  // a piece of another file
                const std::string& other = seeds[below(seeds.size())];
                text.insert(at, other.substr(below(other.size() + 1), below(80)));
                break;
            }
            case 5:
                text.insert(at, std::string(below(40), "(!$\"\t )"[below(7)]));
                break;
            default:
                text.resize(at);
                break;
        }
        if (text.size() > 2 * kMaxInput) {
            text.resize(kMaxInput);
        }
    }
    return text;
}

// What the original's messages have in common: words, and an end. The words of $(error-if) are
// the file's own.
bool is_sentence(const std::string& text, const std::string& input) {
    if (input.find("error-if") != std::string::npos) {
        return !text.empty();
    }
    const bool has_word = std::count_if(text.begin(), text.end(), [](char c) {
                              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                          }) >= 8;
    return has_word && text.back() == '\n' && text.find(' ') != std::string::npos;
}

unsigned long current = 0;

void tell(const char* what) {
    char line[64];
    const int size = std::snprintf(line, sizeof line, "input %lu %s\n", current, what);
    if (::write(2, line, static_cast<std::size_t>(size)) < 0) {
        std::_Exit(4);
    }
}

void hangs(int) {
    tell("hangs");
    std::_Exit(3);
}

void dies() {
    tell("is the one");
}

// True when it was read; a refusal without a sentence is counted.
bool read_one(unsigned long number, const std::string& text, int& speechless) {
    std::ofstream("self") << text;
    Box box;
    Profile profile;
    constexpr Dialect kDialects[] = {Dialect::v6_12, Dialect::v6_1, Dialect::next};
    profile.dialect = kDialects[number % 3];
    Diagnostics diagnostics(box, number % 2 != 0 ? MessageStyle::rich : MessageStyle::strict);
    const auto tree = load_tree("self", profile, diagnostics);
    if (tree == nullptr) {
        if (!is_sentence(box.messages, text)) {
            std::printf("input %lu is refused with \"%s\"\n", number, box.messages.c_str());
            ++speechless;
        }
        return false;
    }
    Evaluator evaluator(*tree, box);
    evaluator.calc(*tree->modules);
    for (const Symbol* const symbol : tree->hash_order()) {
        evaluator.calc(*symbol);
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const unsigned long count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
    const unsigned long first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
    std::vector<std::string> seeds(std::begin(kSeeds), std::end(kSeeds));
    for (int i = 3; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    std::ofstream("sub") << "config SUB\n\tbool \"sub\"\n\tdepends on A\n";
    ::signal(SIGALRM, hangs);
    if (__sanitizer_set_death_callback != nullptr) {
        __sanitizer_set_death_callback(dies);
    }
    unsigned long read = 0;
    int speechless = 0;
    for (unsigned long number = first; number < first + count; ++number) {
        current = number;
        ::alarm(kHangSeconds);
        read += read_one(number, mutated(number, seeds), speechless) ? 1 : 0;
        if ((number - first) % 10000 == 9999) {
            std::fprintf(stderr, "%lu\n", number + 1);
        }
    }
    ::alarm(0);
    std::printf("%lu inputs: %lu read, %lu refused, %d of them without a sentence\n", count, read,
                count - read, speechless);
    return speechless == 0 ? 0 : 1;
}
