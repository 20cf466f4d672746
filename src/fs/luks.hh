// SPDX-License-Identifier: GPL-2.0
// Headers of LUKS volumes, versions 1 and 2, as the same checked facts.
//
// Sources: "LUKS1 On-Disk Format Specification" 1.2.3 and "LUKS2 On-Disk Format Specification"
// 1.1.1, both by the cryptsetup project.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/result.hh>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fs/probe_reading.hh"

namespace lkl::fs {

// How a key is derived from a passphrase, or a digest from a key.
struct LuksDerivation {
    enum class Function { pbkdf2, argon2i, argon2id };

    Function function = Function::pbkdf2;
    std::string hash;              // of pbkdf2
    std::uint32_t iterations = 0;  // passes over the memory for argon2
    std::uint32_t memory_kib = 0;  // of argon2
    std::uint32_t lanes = 0;       // of argon2
    std::vector<std::byte> salt;
};

struct LuksKeySlot {
    unsigned number = 0;
    bool last_resort = false;  // used only when it is asked for
    LuksDerivation derivation;
    std::uint32_t key_size = 0;  // of the volume key, bytes
    std::uint32_t stripes = 0;   // of the anti-forensic splitter
    std::string splitter_hash;
    std::uint64_t offset = 0;           // of its area, bytes from the volume's start
    std::string cipher;                 // of its area, as dm-crypt names it
    std::uint32_t cipher_key_size = 0;  // bytes
};

// Tells whether a volume key is the right one.
struct LuksDigest {
    LuksDerivation derivation;
    std::vector<std::byte> value;
    std::vector<unsigned> slots;  // whose key it belongs to
};

// Where the data is.
struct LuksSegment {
    std::uint64_t offset = 0;           // bytes
    std::optional<std::uint64_t> size;  // bytes; nothing: to the volume's end
    std::uint64_t iv_offset = 0;        // sectors of 512 bytes
    std::string cipher;                 // as dm-crypt names it: "aes-xts-plain64"
    std::uint32_t sector_size = 512;
};

struct LuksHeader {
    unsigned version = 0;
    std::string uuid;
    std::string label;
    // A sentence about a part of the header that is damaged, while another copy is good; or "".
    std::string damage;
    std::vector<LuksKeySlot> slots;  // those in use, in the order in which they are tried
    LuksDigest digest;               // of the segment's key
    LuksSegment segment;
};

// Reads and checks the header of a volume of `size` bytes; `path` names it in errors. Every number
// of the result is within its bounds, every area within the volume, every name plain.
Result<LuksHeader> read_luks_header(const ReadDevice& read, std::uint64_t size,
                                    const std::string& path);

// The parts of it, for one version each. The caller has seen the magic.
Result<LuksHeader> read_luks1_header(const ReadDevice& read, std::uint64_t size,
                                     const std::string& path);
Result<LuksHeader> read_luks2_header(const ReadDevice& read, std::uint64_t size,
                                     const std::string& path);
// The facts of LUKS2's JSON area; the keys' areas lie between `area_start` and `size`.
Result<LuksHeader> parse_luks2_json(std::string_view text, std::uint64_t area_start,
                                    std::uint64_t size, const std::string& path);

// Checks what both versions have in common.
Result<void> check_luks_header(const LuksHeader& header, std::uint64_t area_start,
                               std::uint64_t size, const std::string& path);

// In lines for people: cipher, key slots with their derivation, damage.
std::vector<std::pair<std::string, std::string>> describe(const LuksHeader& header);

// The same of the volume of `size` bytes that `read` reads, or that it is damaged.
std::vector<std::pair<std::string, std::string>> luks_facts(const ReadDevice& read,
                                                            std::uint64_t size,
                                                            const std::string& path);

// Puts such lines into the facts of every LUKS volume in the image that `read` reads.
void add_luks_facts(ImageInfo& image, const ReadDevice& read, const std::string& path);

}  // namespace lkl::fs
