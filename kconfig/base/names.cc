// SPDX-License-Identifier: GPL-2.0
// Interned names: open addressing by a hash that takes a word at a time.
#include "kconfig/base/names.hh"

#include <algorithm>
#include <new>
#include <type_traits>

namespace kconfig {

namespace {

constexpr std::size_t kInitialSlots = KCONFIG_TABLE_SLOTS;

}  // namespace

NameTable::NameTable() : slots_(kInitialSlots, 0) {}

// Room for a name, aligned as for a pointer; where no more can be numbered, there is no memory.
std::uint32_t NameTable::reserve(std::size_t size) {
    const std::size_t units = (size + kUnit - 1) / kUnit;
    if (units > kBlockUnits - used_) {
        if (blocks_.size() << kBlockBits > kPlaceMask) {
            throw std::bad_alloc();
        }
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(
            std::max<std::size_t>(units, kBlockUnits) * kUnit + kSeen));
        used_ = blocks_.size() == 1 ? 1 : 0;  // place 0 is none
    }
    const std::size_t place = ((blocks_.size() - 1) << kBlockBits) + used_;
    used_ = std::min(used_ + units, kBlockUnits);
    return static_cast<std::uint32_t>(place);
}

// The name and its text lie together: whoever looks at one wants the other.
std::uint32_t NameTable::add(std::string_view text) {
    static_assert(std::is_trivially_destructible_v<Name> && alignof(Name) <= kUnit);
    const std::uint32_t place = reserve(sizeof(Name) + text.size() + 1);
    Name* const name = new (at(place)) Name;
    char* const copy = reinterpret_cast<char*>(name) + sizeof(Name);
    std::copy(text.begin(), text.end(), copy);
    copy[text.size()] = '\0';
    name->text = {copy, text.size()};
    name->hash = fnv1a(text);
    ++count_;
    return place;
}

Name& NameTable::add_at(std::size_t slot, std::uint32_t hash, std::string_view text) {
    const std::uint32_t place = add(text);
    slots_[slot] = (hash & ~kPlaceMask) | place;
    if (count_ * 4 > slots_.size() * 3) {
        grow();
    }
    return *at(place);
}

const Name* NameTable::find(std::string_view text) const {
    char copy[kSeen] = {};
    const std::string_view seen = with_room(text, copy);
    const std::uint32_t found = slots_[slot_of(seen, hash_at(seen))];
    return found != 0 ? at(found) : nullptr;
}

void NameTable::grow() {
    std::vector<std::uint32_t> bigger(slots_.size() * 2, 0);
    for (const std::uint32_t old : slots_) {
        if (old == 0) {
            continue;
        }
        const std::string_view text = at(old)->text;
        std::size_t slot = hash_at(text) & (bigger.size() - 1);
        while (bigger[slot] != 0) {
            slot = (slot + 1) & (bigger.size() - 1);
        }
        bigger[slot] = old;
    }
    slots_.swap(bigger);
}

}  // namespace kconfig
