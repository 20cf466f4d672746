// SPDX-License-Identifier: GPL-2.0
// The cryptography of LUKS's key slots, by libgcrypt and libargon2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/result.hh>
#include <span>
#include <string>

#include "fs/luks.hh"
#include "fs/secret.hh"

namespace lkl::fs {

// Once, on any thread, before the others here and while the process may still open files: libgcrypt
// looks at the host's settings, and ends the process where it may not.
Result<void> start_cryptography();

// Spends what key derivations of one volume may cost in all, so that a hostile header cannot keep
// the processor or fill the memory. The limits are far above what cryptsetup chooses by itself.
class DerivationBudget {
  public:
    // Takes the cost of `size` bytes, or says what would be too much.
    Result<void> spend(const LuksDerivation& derivation, std::size_t size);

  private:
    std::uint64_t iterations_ = 0;  // of pbkdf2, which does all of them for each digest's length
    std::uint64_t kib_passes_ = 0;  // of argon2
};

// The key of `size` bytes that belongs to a passphrase, or the digest to a key.
Result<Secret> derive(const LuksDerivation& derivation, std::span<const std::byte> from,
                      std::size_t size, DerivationBudget& budget);

// Decrypts `data`, a number of sectors of 512 bytes that are counted from 0, in place. Ciphers aes,
// serpent and twofish in the modes xts and cbc, with plain, plain64 or essiv counters, and ecb.
Result<void> decrypt_sectors(const std::string& cipher, std::span<const std::byte> key,
                             std::span<std::byte> data);

// Undoes the anti-forensic splitter: the key of which `stripes` parts were made.
Result<Secret> merge_stripes(const std::string& hash, std::span<const std::byte> split,
                             std::uint32_t stripes);

}  // namespace lkl::fs
