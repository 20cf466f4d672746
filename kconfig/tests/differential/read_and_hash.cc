// SPDX-License-Identifier: GPL-2.0
// The floor of the benchmark: reads the files whose names stand in a file and hashes their bytes.
//
//   kconfig_floor LIST DIRECTORY
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>

#include "kconfig/base/file_text.hh"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "Usage: kconfig_floor LIST DIRECTORY\n");
        return 2;
    }
    std::ifstream list(argv[1]);
    std::string name;
    std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a, a byte at a time
    std::size_t bytes = 0;
    int files = 0;
    while (std::getline(list, name)) {
        const auto file = kconfig::read_file(std::string(argv[2]) + '/' + name);
        if (!file) {
            std::fprintf(stderr, "kconfig_floor: cannot read %s\n", name.c_str());
            return 1;
        }
        for (const char c : file->view()) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        }
        bytes += file->size;
        ++files;
    }
    std::printf("%d files, %zu bytes, %016" PRIx64 "\n", files, bytes, hash);
    return files != 0 ? 0 : 1;
}
