// SPDX-License-Identifier: GPL-2.0
// Interned names: one object a distinct word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

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
    // A slot is 0, or six bits of the name's hash above the place where the name lies, in units
    // of 8 bytes: small, since the table has to share the processor's cache with everything
    // else, and without a look at other names that are in the way.
    static constexpr unsigned kPlaceBits = 26;
    static constexpr std::uint32_t kPlaceMask = (1U << kPlaceBits) - 1;
    static constexpr std::size_t kUnit = 8;
    static constexpr unsigned kBlockBits = 13;  // 64 KiB
    static constexpr std::size_t kBlockUnits = std::size_t{1} << kBlockBits;

    Name* at(std::uint32_t slot) const {
        const std::uint32_t place = slot & kPlaceMask;
        char* const block = blocks_[place >> kBlockBits].get();
        return static_cast<Name*>(static_cast<void*>(block + place % kBlockUnits * kUnit));
    }

    std::uint32_t reserve(std::size_t size);
    std::uint32_t add(std::string_view text);
    std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
    void grow();

    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t used_ = kBlockUnits;  // units of the last block
    std::size_t count_ = 0;
    std::vector<std::uint32_t> slots_;
};

}  // namespace kconfig
