// SPDX-License-Identifier: GPL-2.0
// Interned names: one object a distinct word.
#pragma once

#include <algorithm>
#include <array>
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
#define KCONFIG_TABLE_SLOTS 32768
#endif

namespace kconfig {

struct Expr;
struct Symbol;

/// A distinct word of the Kconfig files, and the symbols that bear it. Its text lies right behind
/// it: what is looked at most comes last.
struct Name {
    Symbol* choice = nullptr;    ///< The named choice (6.1 only).
    Symbol* constant = nullptr;  ///< The quoted constant of this text.
    std::string_view text;       ///< NUL-terminated.
    std::uint32_t hash = 0;      ///< fnv1a(text).
    std::uint8_t keyword = 0;    ///< A TokenKind, or 0 for an ordinary word.
    const Expr* expr = nullptr;  ///< The expression that plain alone is, once it was needed.
    Symbol* plain = nullptr;     ///< The configuration symbol of this name.
};

/// The set of interned names. Addresses of names are stable.
class NameTable {
  public:
    NameTable();

    /// How many bytes from a text's first on are looked at, whatever the text's length.
    static constexpr std::size_t kSeen = 32;

    /// The name for @p text, made when it is new.
    Name& intern(std::string_view text) {
        char copy[kSeen] = {};
        const std::string_view seen = with_room(text, copy);
        return intern_at(seen, hash_at(seen));
    }

    /// What a text is looked up by. It lies where kSeen bytes may be looked at.
    static std::uint32_t hash_at(std::string_view text) {
        std::uint64_t sum = (word(text, 0) ^ text.size()) * 0x9E3779B97F4A7C15ULL;
        sum += word(text, 1) * 0xC2B2AE3D27D4EB4FULL;
        sum += word(text, 2) * 0x165667B19E3779F9ULL;
        sum += word(text, 3) * 0xD6E8FEB86659FD93ULL;
        sum ^= sum >> 32;
        sum *= 0x9FB21C651E98DF25ULL;
        return static_cast<std::uint32_t>(sum >> 32);
    }

    /// Says that a text with this hash is going to be looked up. Nothing but faster.
    void expect(std::uint32_t hash) const { __builtin_prefetch(&slots_[first_slot(hash)]); }

    /// intern() for a text whose hash_at() is known.
    Name& intern_at(std::string_view text, std::uint32_t hash) {
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

    // As many bytes of ones, and then of zeros.
    static constexpr auto kOnes = [] {
        std::array<char, 2 * kSeen> ones{};
        std::fill_n(ones.begin(), kSeen, '\xff');
        return ones;
    }();

    static std::uint64_t load(const char* from) {
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        return word;
    }

    // Ones where a text of that size has bytes in its eight bytes from 8 * @p at on: neither a loop
    // nor a branch on the size, which is as good as random.
    static std::uint64_t mask(std::size_t size, std::size_t at) {
        return load(kOnes.data() + kSeen - (size < kSeen ? size : kSeen) + 8 * at);
    }

    static std::uint64_t word(std::string_view text, std::size_t at) {
        return load(text.data() + 8 * at) & mask(text.size(), at);
    }

    // @p text, copied where it is too short for kSeen bytes to be looked at.
    static std::string_view with_room(std::string_view text, char* copy) {
        if (text.size() >= kSeen) {
            return text;
        }
        std::copy(text.begin(), text.end(), copy);
        return {copy, text.size()};
    }

    std::size_t first_slot(std::uint32_t hash) const { return hash & (slots_.size() - 1); }

    // Where the name is, or is to be.
    std::size_t slot_of(std::string_view text, std::uint32_t hash) const {
        const std::uint32_t tag = hash >> kPlaceBits;
        std::size_t slot = first_slot(hash);
        while (slots_[slot] != 0 &&
               (slots_[slot] >> kPlaceBits != tag || !bears(*at(slots_[slot]), text))) {
            slot = (slot + 1) & (slots_.size() - 1);
        }
        return slot;
    }

    static bool bears(const Name& name, std::string_view text) {
        if (name.text.size() != text.size()) {
            return false;
        }
        const char* const own = reinterpret_cast<const char*>(&name + 1);
        std::uint64_t differences = 0;
        for (std::size_t i = 0; i < kSeen / 8; ++i) {
            differences |= (load(own + 8 * i) ^ load(text.data() + 8 * i)) & mask(text.size(), i);
        }
        return differences == 0 &&
               (text.size() <= kSeen || name.text.substr(kSeen) == text.substr(kSeen));
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
