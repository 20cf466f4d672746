// SPDX-License-Identifier: GPL-2.0
// Interned names: open addressing.
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

NameTable::NameTable() : slots_(kInitialSlots) {}

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

Name& NameTable::intern(std::string_view text) {
    const std::uint32_t hash = hash_of(text);
    std::size_t slot = hash & (slots_.size() - 1);
    while (Name* const name = slots_[slot].name) {
        if (slots_[slot].hash == hash && name->text == text) {
            return *name;
        }
        slot = (slot + 1) & (slots_.size() - 1);
    }
    Name& name = add(text);
    slots_[slot] = {hash, &name};
    if (count_ * 2 > slots_.size()) {
        grow();
    }
    return name;
}

const Name* NameTable::find(std::string_view text) const {
    const std::uint32_t hash = hash_of(text);
    std::size_t slot = hash & (slots_.size() - 1);
    while (const Name* const name = slots_[slot].name) {
        if (slots_[slot].hash == hash && name->text == text) {
            return name;
        }
        slot = (slot + 1) & (slots_.size() - 1);
    }
    return nullptr;
}

void NameTable::grow() {
    std::vector<Slot> bigger(slots_.size() * 2);
    for (const Slot& old : slots_) {
        if (old.name == nullptr) {
            continue;
        }
        std::size_t slot = old.hash & (bigger.size() - 1);
        while (bigger[slot].name != nullptr) {
            slot = (slot + 1) & (bigger.size() - 1);
        }
        bigger[slot] = old;
    }
    slots_.swap(bigger);
}

}  // namespace kconfig
