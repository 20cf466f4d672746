// SPDX-License-Identifier: GPL-2.0
// The dialects of Kconfig: one profile a generation of the kernel's own program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kconfig {

class Host;

/// Which generation of scripts/kconfig to be equal to.
enum class Dialect : std::uint8_t {
    v6_1,   ///< Linux 6.1: optional, named and tristate choices.
    v6_12,  ///< Linux 6.12: hash-consed expressions, plain choices.
    next,   ///< 6.18 and later: "depends on X if Y" and "transitional".
};

/// The dialect and the options that change what is computed.
struct Profile {
    Dialect dialect = Dialect::v6_12;
    /// Imitate 6.12's wrong value of "A != y" for a bool A.
    bool bug_compat = false;

    bool is_6_1() const { return dialect == Dialect::v6_1; }

    bool is_next() const { return dialect == Dialect::next; }

    /// Size of the original's symbol hash table: it decides the order of auto.conf.
    std::uint32_t hash_size() const { return is_6_1() ? 9973U : 1U << 14; }
};

/// "6.1", "6.12" or "next" as a dialect.
std::optional<Dialect> parse_dialect(std::string_view text);

/// The dialect for the tree that @p host sees: KCONFIG_PROFILE, else the version
/// in a kernel's $srctree/Makefile, else 6.12. Nothing when KCONFIG_PROFILE
/// holds something else.
std::optional<Dialect> detect_dialect(Host& host);

}  // namespace kconfig
