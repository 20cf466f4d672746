// SPDX-License-Identifier: GPL-2.0
// Interned names: one object a distinct word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
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
    Name& intern(std::string_view text) {
        const std::uint32_t hash = hash_of(text);
        const std::size_t slot = slot_of(text, hash);
        return slots_[slot] != 0 ? *at(slots_[slot]) : add_at(slot, hash, text);
    }

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

    static std::uint64_t load(const char* from, std::size_t size) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, size);
        return word;
    }

    // The last eight bytes, of which some may have been taken already, or the few there are.
    static std::uint64_t last_word(std::string_view text) {
        const char* const at = text.data();
        const std::size_t size = text.size();
        if (size >= 8) {
            return load(at + size - 8, 8);
        }
        if (size >= 4) {
            return load(at, 4) | load(at + size - 4, 4) << 32;
        }
        return size == 0 ? 0
                         : load(at, 1) | load(at + size / 2, 1) << 8 | load(at + size - 1, 1) << 16;
    }

    static std::uint32_t hash_of(std::string_view text) {
        constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
        std::uint64_t hash = text.size();
        for (std::size_t at = 0; text.size() - at > 8; at += 8) {
            hash = (hash ^ load(text.data() + at, 8)) * kMultiplier;
            hash ^= hash >> 32;
        }
        hash = (hash ^ last_word(text)) * kMultiplier;
        return static_cast<std::uint32_t>(hash >> 32);
    }

    static bool same(std::string_view a, std::string_view b) {
        if (a.size() != b.size() || last_word(a) != last_word(b)) {
            return false;
        }
        for (std::size_t at = 0; a.size() - at > 8; at += 8) {
            if (load(a.data() + at, 8) != load(b.data() + at, 8)) {
                return false;
            }
        }
        return true;
    }

    // Where the name is, or is to be.
    std::size_t slot_of(std::string_view text, std::uint32_t hash) const {
        const std::uint32_t tag = hash >> kPlaceBits;
        std::size_t slot = hash & (slots_.size() - 1);
        while (slots_[slot] != 0 &&
               (slots_[slot] >> kPlaceBits != tag || !same(at(slots_[slot])->text, text))) {
            slot = (slot + 1) & (slots_.size() - 1);
        }
        return slot;
    }

    std::uint32_t reserve(std::size_t size);
    std::uint32_t add(std::string_view text);
    Name& add_at(std::size_t slot, std::uint32_t hash, std::string_view text);
    void grow();

    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t used_ = kBlockUnits;  // units of the last block
    std::size_t count_ = 0;
    std::vector<std::uint32_t> slots_;
};

}  // namespace kconfig
