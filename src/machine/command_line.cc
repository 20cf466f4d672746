// SPDX-License-Identifier: GPL-2.0
#include "machine/command_line.hh"

#include <charconv>
#include <limits>
#include <string>

namespace lkl {
namespace {

Result<std::uint64_t> parse_size(std::string_view text) {
    const auto bad = [text](const char* why) {
        return Error::other(why, "use kernel parameter", "mem=" + std::string(text));
    };
    int base = 10;
    std::string_view digits = text;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        base = 16;
        digits.remove_prefix(2);
    }
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    const std::string_view unit(end, static_cast<std::size_t>(digits.data() + digits.size() - end));
    if (error != std::errc{} || unit.size() > 1) {
        return bad("a size is a number with K, M, G or T behind it, as in mem=64M");
    }
    unsigned shift = 0;
    if (!unit.empty()) {
        constexpr std::string_view kUnits = "KMGTkmgt";
        const std::size_t index = kUnits.find(unit.front());
        if (index == std::string_view::npos) {
            return bad("a size is a number with K, M, G or T behind it, as in mem=64M");
        }
        shift = 10 * (static_cast<unsigned>(index) % 4 + 1);
    }
    if (value > (std::numeric_limits<std::uint64_t>::max() >> shift)) {
        return bad("it is too large");
    }
    return value << shift;
}

}  // namespace

Result<std::optional<std::uint64_t>> parse_mem(std::string_view command_line) {
    constexpr std::string_view kName = "mem=";
    std::optional<std::uint64_t> result;
    while (!command_line.empty()) {
        const std::size_t space = command_line.find(' ');
        const std::string_view word = command_line.substr(0, space);
        command_line =
            space == std::string_view::npos ? std::string_view{} : command_line.substr(space + 1);
        if (word.starts_with(kName)) {
            LKL_TRY(result, parse_size(word.substr(kName.size())));
        }
    }
    return result;
}

}  // namespace lkl
