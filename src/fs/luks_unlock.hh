// SPDX-License-Identifier: GPL-2.0
// Finds the key of a LUKS volume.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "fs/luks.hh"
#include "fs/secret.hh"

namespace lkl::fs {

// Tries the passphrase on the key slots, or on the one that `only` names, with the volume read by
// `read`. Errors: no slot opens with it; a slot that is not there; what the library has not.
Result<Secret> unlock_luks(const LuksHeader& header, const ReadDevice& read,
                           std::span<const std::byte> passphrase, std::optional<unsigned> only,
                           const std::string& path);

}  // namespace lkl::fs
