// SPDX-License-Identifier: GPL-2.0
// The floor of the benchmark: reads the files whose names stand in a file, and does with their
// bytes as little as a program that looks at all of them can do.
//
//   kconfig_floor fnv1a|sha256|tokens LIST DIRECTORY
//
// "tokens" finds words, quoted strings, operators and ends of lines, each line for itself: no help
// texts are known, nothing is looked up and nothing is kept.
#include <algorithm>
#include <array>
#include <bit>
#include <cinttypes>
#include <cstdio>
#include <cstring>
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

// The first 32 bits of the fractional part of n^(1/root), as SHA-256's constants are defined
// (FIPS 180-4, 4.2.2 and 5.3.3): the largest x with x^root <= n * 2^(32 * root), without its upper
// half.
std::uint32_t fraction_of_root(std::uint64_t n, int root) {
    std::uint64_t x = 0;
    for (int bit = 36; bit >= 0; --bit) {
        const std::uint64_t tried = x | std::uint64_t{1} << bit;
        // tried^root against n * 2^(32 * root), in numbers of 32-bit digits.
        std::array<std::uint64_t, 6> power{tried & 0xffffffff, tried >> 32};
        for (int i = 1; i < root; ++i) {
            std::array<std::uint64_t, 6> product{};
            for (std::size_t a = 0; a < 4; ++a) {
                for (std::size_t b = 0; b < 2; ++b) {
                    const std::uint64_t digit = b == 0 ? tried & 0xffffffff : tried >> 32;
                    product[a + b] += power[a] * digit & 0xffffffff;
                    product[a + b + 1] += power[a] * digit >> 32;
                }
            }
            for (std::size_t a = 0; a + 1 < product.size(); ++a) {
                product[a + 1] += product[a] >> 32;
                product[a] &= 0xffffffff;
            }
            power = product;
        }
        const auto high = static_cast<std::size_t>(root);
        if (power[high] < n && power[high + 1] == 0) {
            x = tried;
        }
    }
    return static_cast<std::uint32_t>(x);
}

template <std::size_t kCount>
std::array<std::uint32_t, kCount> fractions_of_primes(int root) {
    std::array<std::uint32_t, kCount> out{};
    std::size_t count = 0;
    for (std::uint64_t n = 2; count < kCount; ++n) {
        bool prime = true;
        for (std::uint64_t divisor = 2; divisor * divisor <= n; ++divisor) {
            prime = prime && n % divisor != 0;
        }
        if (prime) {
            out[count++] = fraction_of_root(n, root);
        }
    }
    return out;
}

// SHA-256 in plain C++.
class Sha256 {
  public:
    void add(std::string_view text) {
        length_ += text.size();
        while (!text.empty()) {
            const std::size_t part = std::min(text.size(), block_.size() - filled_);
            std::memcpy(block_.data() + filled_, text.data(), part);
            text.remove_prefix(part);
            filled_ += part;
            if (filled_ == block_.size()) {
                take_block();
            }
        }
    }

    void print() {
        const std::uint64_t bits = length_ * 8;
        add(std::string_view("\x80", 1));
        while (filled_ != 56) {
            add(std::string_view("\0", 1));
        }
        for (int shift = 56; shift >= 0; shift -= 8) {
            const char byte = static_cast<char>(bits >> shift);
            add({&byte, 1});
        }
        for (const std::uint32_t word : state_) {
            std::printf("%08" PRIx32, word);
        }
        std::printf("\n");
    }

  private:
    void take_block() {
        std::array<std::uint32_t, 64> w{};
        for (std::size_t i = 0; i < 16; ++i) {
            std::uint32_t word = 0;
            for (std::size_t j = 0; j < 4; ++j) {
                word = word << 8 | static_cast<unsigned char>(block_[4 * i + j]);
            }
            w[i] = word;
        }
        for (std::size_t i = 16; i < 64; ++i) {
            const std::uint32_t a = w[i - 15];
            const std::uint32_t b = w[i - 2];
            w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[i - 7] +
                   (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
        }
        auto [a, b, c, d, e, f, g, h] = state_;
        for (std::size_t i = 0; i < 64; ++i) {
            const std::uint32_t first = h +
                                        (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                                        ((e & f) ^ (~e & g)) + rounds_[i] + w[i];
            const std::uint32_t second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) +
                                         ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + first;
            d = c;
            c = b;
            b = a;
            a = first + second;
        }
        const std::array<std::uint32_t, 8> after{a, b, c, d, e, f, g, h};
        for (std::size_t i = 0; i < after.size(); ++i) {
            state_[i] += after[i];
        }
        filled_ = 0;
    }

    const std::array<std::uint32_t, 64> rounds_ = fractions_of_primes<64>(3);
    std::array<std::uint32_t, 8> state_ = fractions_of_primes<8>(2);
    std::array<char, 64> block_{};
    std::size_t filled_ = 0;
    std::uint64_t length_ = 0;
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
    if (kind == "sha256") {
        return run<Sha256>(argv[2], argv[3]);
    }
    if (kind == "tokens") {
        return run<Tokens>(argv[2], argv[3]);
    }
    std::fprintf(stderr, "Usage: kconfig_floor fnv1a|sha256|tokens LIST DIRECTORY\n");
    return 2;
}
