// SPDX-License-Identifier: GPL-2.0
// Finding out which dialect a source tree speaks.
#include "kconfig/compat/profile.hh"

#include <filesystem>
#include <fstream>

#include "kconfig/base/host.hh"

namespace kconfig {

namespace {

// The number after "KEY = " in a Makefile line, or nothing.
std::optional<int> makefile_number(const std::string& line, std::string_view key) {
    if (!line.starts_with(key)) {
        return std::nullopt;
    }
    std::size_t at = line.find_first_not_of(" \t", key.size());
    if (at == std::string::npos || line[at] != '=') {
        return std::nullopt;
    }
    at = line.find_first_not_of(" \t", at + 1);
    if (at == std::string::npos || line[at] < '0' || line[at] > '9') {
        return std::nullopt;
    }
    int number = 0;
    for (; at < line.size() && line[at] >= '0' && line[at] <= '9' && number < 100000; ++at) {
        number = number * 10 + (line[at] - '0');
    }
    return number;
}

Dialect dialect_of_version(int version, int patchlevel) {
    const int key = version * 1000 + patchlevel;
    if (key < 6011) {
        return Dialect::v6_1;
    }
    return key < 6018 ? Dialect::v6_12 : Dialect::next;
}

}  // namespace

std::optional<Dialect> parse_dialect(std::string_view text) {
    if (text == "6.1") {
        return Dialect::v6_1;
    }
    if (text == "6.12") {
        return Dialect::v6_12;
    }
    if (text == "next") {
        return Dialect::next;
    }
    return std::nullopt;
}

std::optional<Dialect> detect_dialect(Host& host) {
    if (const char* const wanted = host.env("KCONFIG_PROFILE"); wanted != nullptr && *wanted) {
        return parse_dialect(wanted);
    }
    const char* const srctree = host.env("srctree");
    const std::filesystem::path root = srctree != nullptr && *srctree ? srctree : ".";
    std::error_code ignored;
    if (!std::filesystem::is_directory(root / "scripts" / "kconfig", ignored)) {
        return Dialect::v6_12;
    }
    std::ifstream makefile(root / "Makefile");
    std::optional<int> version;
    std::optional<int> patchlevel;
    std::string line;
    for (int lines = 0; lines < 40 && std::getline(makefile, line); ++lines) {
        if (!version) {
            version = makefile_number(line, "VERSION");
        }
        if (!patchlevel) {
            patchlevel = makefile_number(line, "PATCHLEVEL");
        }
    }
    if (!version || !patchlevel) {
        return Dialect::v6_12;
    }
    return dialect_of_version(*version, *patchlevel);
}

}  // namespace kconfig
