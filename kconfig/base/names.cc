// SPDX-License-Identifier: GPL-2.0
// Interned names: open addressing over the FNV hash that the writers need too.
#include "kconfig/base/names.hh"

namespace kconfig {

namespace {

constexpr std::size_t kInitialSlots = KCONFIG_TABLE_SLOTS;

// The low bits of FNV over similar words collide in runs; fold the high half in.
std::size_t slot_of(std::uint32_t hash, std::size_t slots) {
    return (hash ^ (hash >> 15)) & (slots - 1);
}

}  // namespace

NameTable::NameTable() : slots_(kInitialSlots, nullptr) {}

Name& NameTable::intern(std::string_view text, std::uint32_t hash) {
    std::size_t slot = slot_of(hash, slots_.size());
    while (Name* const name = slots_[slot]) {
        if (name->hash == hash && name->text == text) {
            return *name;
        }
        slot = (slot + 1) & (slots_.size() - 1);
    }
    Name& name = names_.emplace_back();
    name.text = text_.keep(text);
    name.hash = hash;
    slots_[slot] = &name;
    if (names_.size() * 2 > slots_.size()) {
        grow();
    }
    return name;
}

const Name* NameTable::find(std::string_view text) const {
    const std::uint32_t hash = fnv1a(text);
    std::size_t slot = slot_of(hash, slots_.size());
    while (const Name* const name = slots_[slot]) {
        if (name->hash == hash && name->text == text) {
            return name;
        }
        slot = (slot + 1) & (slots_.size() - 1);
    }
    return nullptr;
}

void NameTable::grow() {
    std::vector<Name*> bigger(slots_.size() * 4, nullptr);
    for (Name* const name : slots_) {
        if (name == nullptr) {
            continue;
        }
        std::size_t slot = slot_of(name->hash, bigger.size());
        while (bigger[slot] != nullptr) {
            slot = (slot + 1) & (bigger.size() - 1);
        }
        bigger[slot] = name;
    }
    slots_.swap(bigger);
}

}  // namespace kconfig
