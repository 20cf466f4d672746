// SPDX-License-Identifier: GPL-2.0
// Numbers in values.
#include "kconfig/eval/number.hh"

#include <cerrno>
#include <cstdlib>
#include <string>

#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

enum class Kind { string, signed_number, unsigned_number };

struct Parsed {
    Kind kind = Kind::string;
    unsigned long long bits = 0;

    long long number() const { return static_cast<long long>(bits); }
};

Parsed parse(std::string_view view, SymbolType type) {
    Parsed parsed;
    if (is_logical(type)) {
        const long long number = view == "n" ? 0 : view == "m" ? 1 : view == "y" ? 2 : -1;
        parsed.bits = static_cast<unsigned long long>(number);
        parsed.kind = Kind::signed_number;
        return parsed;
    }
    const std::string text(view);
    const char* const begin = text.c_str();
    char* tail = nullptr;
    errno = 0;
    if (type == SymbolType::hex) {
        parsed.bits = std::strtoull(begin, &tail, 16);
    } else {
        parsed.bits = static_cast<unsigned long long>(
            std::strtoll(begin, &tail, type == SymbolType::integer ? 10 : 0));
    }
    if (errno == 0 && *tail == '\0' && tail > begin && is_hex_digit(tail[-1])) {
        parsed.kind = type == SymbolType::hex ? Kind::unsigned_number : Kind::signed_number;
    }
    return parsed;
}

template <typename T>
int order(T left, T right) {
    return (left > right ? 1 : 0) - (left < right ? 1 : 0);
}

}  // namespace

long long parse_number(std::string_view text, int base) {
    return std::strtoll(std::string(text).c_str(), nullptr, base);
}

int compare_values(std::string_view left, SymbolType left_type, std::string_view right,
                   SymbolType right_type) {
    Parsed l;
    Parsed r;
    if (left_type != SymbolType::string || right_type != SymbolType::string) {
        l = parse(left, left_type);
        r = parse(right, right_type);
    }
    if (l.kind == Kind::string || r.kind == Kind::string) {
        return left.compare(right);
    }
    if (l.kind == Kind::unsigned_number || r.kind == Kind::unsigned_number) {
        return order(l.bits, r.bits);
    }
    return order(l.number(), r.number());
}

}  // namespace kconfig
