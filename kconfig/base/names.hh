// SPDX-License-Identifier: GPL-2.0
// Interned names: one object a distinct word.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kconfig/base/arena.hh"
#include "kconfig/base/text.hh"

/// How many slots a tree's hash tables begin with: a power of two. Enough for a kernel; a build for
/// many small trees takes fewer.
#ifndef KCONFIG_TABLE_SLOTS
#define KCONFIG_TABLE_SLOTS 65536
#endif

namespace kconfig {

struct Symbol;

/// A distinct word of the Kconfig files, and the symbols that bear it.
struct Name {
    std::string_view text;       ///< NUL-terminated.
    std::uint32_t hash = 0;      ///< fnv1a(text).
    std::uint8_t keyword = 0;    ///< A TokenKind, or 0 for an ordinary word.
    Symbol* plain = nullptr;     ///< The configuration symbol of this name.
    Symbol* constant = nullptr;  ///< The quoted constant of this text.
    Symbol* choice = nullptr;    ///< The named choice (6.1 only).
};

/// The set of interned names. Addresses of names are stable.
class NameTable {
  public:
    NameTable();

    /// The name for @p text, made when it is new.
    Name& intern(std::string_view text);

    /// The name for @p text, or nullptr when nothing has used that word.
    const Name* find(std::string_view text) const;

  private:
    Name& add(std::string_view text);
    std::size_t slot_of(std::string_view text) const;
    void grow();

    TextArena arena_;
    std::size_t count_ = 0;
    std::vector<Name*> slots_;
};

}  // namespace kconfig
