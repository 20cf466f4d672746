// SPDX-License-Identifier: GPL-2.0
// Fuzz cases from a seed: device_fuzz_loop [CASES [SEED]]. The same arguments do the same cases. A
// file that libFuzzer has written is run with: device_fuzz_loop --file NAME.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "device_case.hh"

namespace {

std::vector<std::uint8_t> random_bytes(std::mt19937_64& random) {
    std::vector<std::uint8_t> bytes(random() % 4096);
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
}

int run_file(const char* name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", name);
        return 2;
    }
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    lkl::fuzz::Tally tally;
    lkl::fuzz::run_device_case({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                               tally);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::string(argv[1]) == "--file") {
        return run_file(argv[2]);
    }
    const std::uint64_t cases = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    lkl::fuzz::Tally tally;
    for (std::uint64_t i = 0; i < cases; ++i) {
        std::mt19937_64 random(seed * 1'000'003 + i);  // a case can be repeated alone
        lkl::fuzz::run_device_case(random_bytes(random), tally);
    }
    std::printf("%llu cases from seed %llu: %lu chains answered, %lu times NEEDS_RESET\n",
                static_cast<unsigned long long>(cases), static_cast<unsigned long long>(seed),
                tally.chains_answered, tally.needed_reset);
    // Cases that reach nothing would find nothing.
    return tally.chains_answered >= cases && tally.needed_reset >= cases ? 0 : 1;
}
