// SPDX-License-Identifier: GPL-2.0
// LUKS version 1: one binary header with eight key slots, numbers in big-endian order.
#include <algorithm>
#include <array>
#include <string_view>

#include "fs/luks.hh"

namespace lkl::fs {
namespace {

constexpr std::size_t kHeaderSize = 592;
constexpr std::uint64_t kSector = 512;
constexpr unsigned kSlots = 8;

// Where fields begin.
constexpr std::size_t kCipherName = 8;
constexpr std::size_t kCipherMode = 40;
constexpr std::size_t kHash = 72;
constexpr std::size_t kPayload = 104;
constexpr std::size_t kKeySize = 108;
constexpr std::size_t kDigest = 112;
constexpr std::size_t kDigestSalt = 132;
constexpr std::size_t kDigestIterations = 164;
constexpr std::size_t kUuid = 168;
constexpr std::size_t kFirstSlot = 208;
constexpr std::size_t kSlotSize = 48;
constexpr std::size_t kDigestSize = 20;
constexpr std::size_t kSaltSize = 32;

constexpr std::uint32_t kEnabled = 0x00ac71f3;
constexpr std::uint32_t kDisabled = 0x0000dead;

class Fields {
  public:
    explicit Fields(std::span<const std::byte> header) : header_(header) {}

    [[nodiscard]] std::uint32_t number(std::size_t at) const {
        std::uint32_t value = 0;
        for (const std::byte byte : header_.subspan(at, 4)) {
            value = value << 8U | std::to_integer<std::uint32_t>(byte);
        }
        return value;
    }

    // Up to the first zero byte.
    [[nodiscard]] std::string text(std::size_t at, std::size_t size) const {
        std::string value;
        for (const std::byte byte : header_.subspan(at, size)) {
            if (byte == std::byte{0}) {
                break;
            }
            value += static_cast<char>(byte);
        }
        return value;
    }

    [[nodiscard]] std::vector<std::byte> bytes(std::size_t at, std::size_t size) const {
        const auto part = header_.subspan(at, size);
        return {part.begin(), part.end()};
    }

  private:
    std::span<const std::byte> header_;
};

}  // namespace

Result<LuksHeader> read_luks1_header(const ReadDevice& read, std::uint64_t size,
                                     const std::string& path) {
    std::array<std::byte, 1024> buffer{};
    LKL_TRY_VOID(read(buffer, 0));
    const Fields fields{std::span(buffer).first(kHeaderSize)};
    LuksHeader header;
    header.version = 1;
    header.uuid = fields.text(kUuid, 40);
    const std::string hash = fields.text(kHash, 32);
    header.segment.cipher = fields.text(kCipherName, 32) + "-" + fields.text(kCipherMode, 32);
    header.segment.offset = fields.number(kPayload) * kSector;
    header.digest.derivation.hash = hash;
    header.digest.derivation.iterations = fields.number(kDigestIterations);
    header.digest.derivation.salt = fields.bytes(kDigestSalt, kSaltSize);
    header.digest.value = fields.bytes(kDigest, kDigestSize);
    for (unsigned i = 0; i < kSlots; ++i) {
        const std::size_t at = kFirstSlot + i * kSlotSize;
        const std::uint32_t active = fields.number(at);
        if (active == kDisabled) {
            continue;
        }
        if (active != kEnabled) {
            return Error::other("key slot " + std::to_string(i) + " is damaged",
                                "read the LUKS header of", path);
        }
        LuksKeySlot slot;
        slot.number = i;
        slot.derivation.hash = hash;
        slot.derivation.iterations = fields.number(at + 4);
        slot.derivation.salt = fields.bytes(at + 8, kSaltSize);
        slot.offset = fields.number(at + 40) * kSector;
        slot.stripes = fields.number(at + 44);
        slot.key_size = fields.number(kKeySize);
        slot.splitter_hash = hash;
        slot.cipher = header.segment.cipher;
        slot.cipher_key_size = slot.key_size;
        header.slots.push_back(std::move(slot));
        header.digest.slots.push_back(i);
    }
    LKL_TRY_VOID(check_luks_header(header, kHeaderSize, size, path));
    return header;
}

}  // namespace lkl::fs
