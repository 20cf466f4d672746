// SPDX-License-Identifier: GPL-2.0
// The floor of the benchmark: reads the files whose names stand in a file, and does with their
// bytes as little as a program that looks at all of them can do.
//
//   kconfig_floor fnv1a|tokens LIST DIRECTORY
//
// "tokens" finds words, quoted strings, operators and ends of lines, each line for itself: no help
// texts are known, nothing is looked up and nothing is kept.
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "kconfig/base/file_text.hh"
#include "kconfig/base/text.hh"

namespace {

using kconfig::kWordChars;

// FNV-1a of 64 bits, a byte at a time.
class Fnv1a {
  public:
    void add(std::string_view text) {
        for (const char c : text) {
            hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        }
    }

    void print() { std::printf("%016" PRIx64 "\n", hash_); }

  private:
    std::uint64_t hash_ = 1469598103934665603ULL;
};

// How many tokens there are. (That each is looked at shows in the sum of their lengths.)
class Tokens {
  public:
    void add(std::string_view text) {
        const char* at = text.data();  // a NUL follows the text
        const char* const end = at + text.size();
        while (at < end) {
            const char* const begin = at;
            const char c = *at++;
            if (c == ' ' || c == '\t') {
                continue;
            }
            if (c == '#') {
                while (at < end && *at != '\n') {
                    ++at;
                }
                continue;
            }
            if (kWordChars[static_cast<unsigned char>(c)]) {
                while (kWordChars[static_cast<unsigned char>(*at)]) {
                    ++at;
                }
            } else if (c == '"' || c == '\'') {
                while (at < end && *at != c && *at != '\n') {
                    ++at;
                }
                at += at < end && *at == c ? 1 : 0;
            } else if ((c == '&' || c == '|') && *at == c) {
                ++at;
            } else if ((c == '!' || c == '<' || c == '>' || c == ':' || c == '+') && *at == '=') {
                ++at;
            }
            ++count_;
            length_ += static_cast<std::size_t>(at - begin);
        }
    }

    void print() { std::printf("%zu tokens of %zu bytes\n", count_, length_); }

  private:
    std::size_t count_ = 0;
    std::size_t length_ = 0;
};

template <typename Work>
int run(const char* list_name, const std::string& directory) {
    std::ifstream list(list_name);
    std::string name;
    Work work;
    std::size_t bytes = 0;
    int files = 0;
    while (std::getline(list, name)) {
        const auto file = kconfig::read_file(directory + '/' + name);
        if (!file) {
            std::fprintf(stderr, "kconfig_floor: cannot read %s\n", name.c_str());
            return 1;
        }
        work.add(file->view());
        bytes += file->size;
        ++files;
    }
    std::printf("%d files, %zu bytes, ", files, bytes);
    work.print();
    return files != 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view kind = argc == 4 ? argv[1] : "";
    if (kind == "fnv1a") {
        return run<Fnv1a>(argv[2], argv[3]);
    }
    if (kind == "tokens") {
        return run<Tokens>(argv[2], argv[3]);
    }
    std::fprintf(stderr, "Usage: kconfig_floor fnv1a|tokens LIST DIRECTORY\n");
    return 2;
}
