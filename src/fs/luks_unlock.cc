// SPDX-License-Identifier: GPL-2.0
#include "fs/luks_unlock.hh"

#include <algorithm>

#include "fs/luks_crypto.hh"

namespace lkl::fs {
namespace {

constexpr std::size_t kSector = 512;

// Without a branch on what is compared.
bool equal(std::span<const std::byte> left, std::span<const std::byte> right) {
    std::byte differences{0};
    for (std::size_t i = 0; i < left.size(); ++i) {
        differences |= left[i] ^ right[i];
    }
    return differences == std::byte{0};
}

Result<bool> is_key(const LuksDigest& digest, const Secret& key, DerivationBudget& budget) {
    LKL_TRY(const Secret value,
            derive(digest.derivation, key.bytes(), digest.value.size(), budget));
    return equal(value.bytes(), digest.value);
}

// What the slot holds, if the passphrase is its own; else something that is not the key.
Result<Secret> open_slot(const LuksKeySlot& slot, const ReadDevice& read,
                         std::span<const std::byte> passphrase, DerivationBudget& budget) {
    LKL_TRY(const Secret slot_key,
            derive(slot.derivation, passphrase, slot.cipher_key_size, budget));
    const std::size_t length = std::size_t{slot.key_size} * slot.stripes;
    Secret area((length + kSector - 1) / kSector * kSector);
    LKL_TRY_VOID(read(area.bytes(), slot.offset));
    LKL_TRY_VOID(decrypt_sectors(slot.cipher, slot_key.bytes(), area.bytes()));
    return merge_stripes(slot.splitter_hash, area.bytes().first(length), slot.stripes);
}

}  // namespace

Result<Secret> unlock_luks(const LuksHeader& header, const ReadDevice& read,
                           std::span<const std::byte> passphrase, std::optional<unsigned> only,
                           const std::string& path) {
    constexpr const char* kOperation = "open the encrypted volume";
    DerivationBudget budget;
    std::optional<Error> obstacle;
    bool tried = false;
    for (const LuksKeySlot& slot : header.slots) {
        if (only ? slot.number != *only : slot.last_resort) {
            continue;
        }
        tried = true;
        auto key = open_slot(slot, read, passphrase, budget);
        if (!key) {
            obstacle = std::move(key).error();
            continue;
        }
        LKL_TRY(const bool right, is_key(header.digest, *key, budget));
        if (right) {
            return std::move(*key);
        }
    }
    if (!tried) {
        return Error::other(only ? "it has no key slot " + std::to_string(*only)
                                 : "it has no key slot that is in use",
                            kOperation, path);
    }
    // A slot that could not be tried may be the one.
    if (obstacle) {
        return std::move(*obstacle);
    }
    return Error::other(only ? "key slot " + std::to_string(*only) +
                                   " does not open with this passphrase or key file"
                             : "none of its key slots opens with this passphrase or key file",
                        kOperation, path);
}

}  // namespace lkl::fs
