// SPDX-License-Identifier: GPL-2.0
// Interned names: open addressing by a hash that takes a word at a time.
#include "kconfig/base/names.hh"

#include <algorithm>
#include <cstring>
#include <new>
#include <type_traits>

namespace kconfig {

namespace {

constexpr std::size_t kInitialSlots = KCONFIG_TABLE_SLOTS;

constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;

std::uint64_t load(const char* from, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, size);
    return word;
}

std::uint32_t hash_of(std::string_view text) {
    const char* at = text.data();
    std::size_t left = text.size();
    std::uint64_t hash = left;
    for (; left > 8; at += 8, left -= 8) {
        hash = (hash ^ load(at, 8)) * kMultiplier;
        hash ^= hash >> 32;
    }
    // The last eight bytes, which may have been taken already, or the few there are.
    std::uint64_t rest = 0;
    if (text.size() >= 8) {
        rest = load(text.data() + text.size() - 8, 8);
    } else if (left >= 4) {
        rest = load(at, 4) | load(at + left - 4, 4) << 32;
    } else if (left > 0) {
        rest = load(at, 1) | load(at + left / 2, 1) << 8 | load(at + left - 1, 1) << 16;
    }
    hash = (hash ^ rest) * kMultiplier;
    return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

NameTable::NameTable() : slots_(kInitialSlots, nullptr) {}

// The name and its text lie together: whoever looks at one wants the other.
Name& NameTable::add(std::string_view text) {
    static_assert(std::is_trivially_destructible_v<Name>);
    void* const place = arena_.reserve_aligned(sizeof(Name) + text.size() + 1);
    char* const copy = static_cast<char*>(place) + sizeof(Name);
    std::copy(text.begin(), text.end(), copy);
    copy[text.size()] = '\0';
    Name* const name = new (place) Name;
    name->text = {copy, text.size()};
    name->hash = fnv1a(text);
    ++count_;
    return *name;
}

// Where the name is, or is to be.
std::size_t NameTable::slot_of(std::string_view text) const {
    std::size_t slot = hash_of(text) & (slots_.size() - 1);
    while (slots_[slot] != nullptr && slots_[slot]->text != text) {
        slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
}

Name& NameTable::intern(std::string_view text) {
    const std::size_t slot = slot_of(text);
    if (slots_[slot] != nullptr) {
        return *slots_[slot];
    }
    Name& name = add(text);
    slots_[slot] = &name;
    if (count_ * 2 > slots_.size()) {
        grow();
    }
    return name;
}

const Name* NameTable::find(std::string_view text) const {
    return slots_[slot_of(text)];
}

void NameTable::grow() {
    std::vector<Name*> old(slots_.size() * 2, nullptr);
    slots_.swap(old);
    for (Name* const name : old) {
        if (name != nullptr) {
            slots_[slot_of(name->text)] = name;
        }
    }
}

}  // namespace kconfig
