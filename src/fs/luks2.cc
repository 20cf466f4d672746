// SPDX-License-Identifier: GPL-2.0
// LUKS version 2: two copies of a binary header with a checksum, each before an area of JSON.
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "fs/luks.hh"
#include "fs/sha256.hh"

namespace lkl::fs {
namespace {

constexpr std::size_t kBinarySize = 4096;
constexpr std::uint64_t kLeastSize = 0x4000;  // of a header with its JSON
constexpr std::uint64_t kMostSize = 0x400000;

// Where fields begin; numbers are in big-endian order.
constexpr std::size_t kVersion = 6;
constexpr std::size_t kSize = 8;
constexpr std::size_t kSequence = 16;
constexpr std::size_t kLabel = 24;
constexpr std::size_t kLabelSize = 48;
constexpr std::size_t kChecksumName = 72;
constexpr std::size_t kChecksumNameSize = 32;
constexpr std::size_t kUuid = 168;
constexpr std::size_t kUuidSize = 40;
constexpr std::size_t kOffset = 256;
constexpr std::size_t kChecksum = 448;
constexpr std::size_t kChecksumSize = 64;

constexpr std::string_view kFirstMagic("LUKS\xba\xbe", 6);
constexpr std::string_view kSecondMagic("SKUL\xba\xbe", 6);

struct Copy {
    std::uint64_t size = 0;
    std::uint64_t sequence = 0;
    std::string label;
    std::string uuid;
    std::string json;
};

std::uint64_t number(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (const std::byte byte : bytes.subspan(at, size)) {
        value = value << 8U | std::to_integer<std::uint64_t>(byte);
    }
    return value;
}

std::string text(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
    const std::span<const std::byte> part = bytes.subspan(at, size);
    const auto end = std::find(part.begin(), part.end(), std::byte{0});
    return {reinterpret_cast<const char*>(part.data()),
            static_cast<std::size_t>(end - part.begin())};
}

std::string hexadecimal(std::span<const std::byte> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digits;
    for (const std::byte byte : bytes) {
        digits += kDigits[std::to_integer<unsigned>(byte) >> 4U];
        digits += kDigits[std::to_integer<unsigned>(byte) & 15U];
    }
    return digits;
}

// The copy at `offset`, or why it is none: a clause.
Result<Copy> read_copy(const ReadDevice& read, std::uint64_t device_size, std::uint64_t offset,
                       const std::string& path) {
    const auto refuse = [&](const char* reason) {
        return Error::other(reason, "read the LUKS header of", path);
    };
    if (device_size < kBinarySize || offset > device_size - kBinarySize) {
        return refuse("it ends before the header");
    }
    std::vector<std::byte> bytes(kBinarySize);
    LKL_TRY_VOID(read(bytes, offset));
    const std::string_view magic = offset == 0 ? kFirstMagic : kSecondMagic;
    if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) {
        return refuse("there is no header where one should be");
    }
    Copy copy;
    copy.size = number(bytes, kSize, 8);
    if (number(bytes, kVersion, 2) != 2 || number(bytes, kOffset, 8) != offset ||
        copy.size < kLeastSize || copy.size > kMostSize || (copy.size & (copy.size - 1)) != 0 ||
        (offset != 0 && offset != copy.size) || copy.size > device_size - offset) {
        return refuse("the header contradicts itself");
    }
    copy.sequence = number(bytes, kSequence, 8);
    copy.label = text(bytes, kLabel, kLabelSize);
    copy.uuid = text(bytes, kUuid, kUuidSize);
    if (text(bytes, kChecksumName, kChecksumNameSize) != "sha256") {
        return refuse("the header has a checksum other than sha256");
    }
    bytes.resize(copy.size);
    LKL_TRY_VOID(read(std::span(bytes).subspan(kBinarySize), offset + kBinarySize));
    const auto stored = std::span(bytes).subspan(kChecksum, kChecksumSize);
    const std::string wanted = hexadecimal(stored.first(32));
    std::fill(stored.begin(), stored.end(), std::byte{0});
    Sha256 sum;
    sum.update(bytes);
    if (sum.finish() != wanted) {
        return refuse("the header's checksum is wrong: it is damaged");
    }
    copy.json = text(bytes, kBinarySize, bytes.size() - kBinarySize);
    return copy;
}

// The second copy follows the first; where that is damaged, it is looked for.
Result<Copy> read_second_copy(const ReadDevice& read, std::uint64_t device_size,
                              const Result<Copy>& first, const std::string& path) {
    if (first) {
        return read_copy(read, device_size, first->size, path);
    }
    for (std::uint64_t size = kLeastSize; size <= kMostSize; size *= 2) {
        if (auto copy = read_copy(read, device_size, size, path)) {
            return copy;
        }
    }
    return Error::other("no second header was found", "read the LUKS header of", path);
}

}  // namespace

Result<LuksHeader> read_luks2_header(const ReadDevice& read, std::uint64_t size,
                                     const std::string& path) {
    const Result<Copy> first = read_copy(read, size, 0, path);
    const Result<Copy> second = read_second_copy(read, size, first, path);
    if (!first && !second) {
        return Error::other(
            "both of its copies are damaged; a backup of it would be needed "
            "(the first: " +
                first.error().message() + ")",
            "read the LUKS header of", path);
    }
    const bool newer = first && second && second->sequence > first->sequence;
    const Copy& best = !first || newer ? *second : *first;
    LKL_TRY(LuksHeader header, parse_luks2_json(best.json, 2 * best.size, size, path));
    header.version = 2;
    header.uuid = best.uuid;
    header.label = best.label;
    if (!first || !second) {
        header.damage = std::string("the ") + (first ? "second" : "first") +
                        " of the header's two copies; the other one is good";
    }
    return header;
}

}  // namespace lkl::fs
