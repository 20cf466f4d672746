// SPDX-License-Identifier: GPL-2.0
#include "fs/luks.hh"

#include <algorithm>
#include <array>
#include <cstring>

namespace lkl::fs {
namespace {

constexpr std::size_t kMaxSlots = 32;
constexpr std::uint32_t kMaxKey = 512;
constexpr std::uint32_t kMaxStripes = 16384;
constexpr std::size_t kMaxSalt = 512;

Error damaged(std::string reason, const std::string& path) {
    return Error::other(std::move(reason), "read the LUKS header of", path);
}

// A name for the kernel or a library: it can neither hold a blank, which would begin the next
// field of a table, nor be empty.
bool is_plain_name(const std::string& name) {
    constexpr std::string_view kMore = "-_:().,";
    return !name.empty() && name.size() < 64 &&
           std::all_of(name.begin(), name.end(), [&](char byte) {
               return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                      (byte >= '0' && byte <= '9') || kMore.find(byte) != std::string_view::npos;
           });
}

bool is_sound(const LuksDerivation& derivation) {
    if (derivation.iterations == 0 || derivation.salt.empty() ||
        derivation.salt.size() > kMaxSalt) {
        return false;
    }
    if (derivation.function == LuksDerivation::Function::pbkdf2) {
        return is_plain_name(derivation.hash);
    }
    // RFC 9106, section 3.1: eight blocks a lane.
    return derivation.salt.size() >= 8 && derivation.lanes >= 1 && derivation.lanes <= 255 &&
           derivation.memory_kib >= 8 * derivation.lanes;
}

std::string text_of(const LuksDerivation& derivation) {
    const std::string count = std::to_string(derivation.iterations);
    if (derivation.function == LuksDerivation::Function::pbkdf2) {
        return "pbkdf2 " + derivation.hash + ", " + count + " iterations";
    }
    return std::string(derivation.function == LuksDerivation::Function::argon2i ? "argon2i"
                                                                                : "argon2id") +
           ", " + count + " passes over " + std::to_string(derivation.memory_kib) + " KiB, " +
           std::to_string(derivation.lanes) + (derivation.lanes == 1 ? " lane" : " lanes");
}

}  // namespace

Result<LuksHeader> read_luks_header(const ReadDevice& read, std::uint64_t size,
                                    const std::string& path) {
    constexpr std::string_view kMagic("LUKS\xba\xbe", 6);
    std::array<std::byte, 8> start{};
    if (size < 4096) {
        return damaged("it is too small for one", path);
    }
    LKL_TRY_VOID(read(start, 0));
    const bool magic = std::memcmp(start.data(), kMagic.data(), kMagic.size()) == 0;
    const unsigned version =
        std::to_integer<unsigned>(start[6]) << 8U | std::to_integer<unsigned>(start[7]);
    if (magic && version == 1) {
        return read_luks1_header(read, size, path);
    }
    // Whatever this says, the second copy of version 2 may still be good.
    auto header = read_luks2_header(read, size, path);
    if (!header && magic && version != 2) {
        return damaged("its version is " + std::to_string(version) + "; 1 and 2 are known", path);
    }
    return header;
}

Result<void> check_luks_header(const LuksHeader& header, std::uint64_t area_start,
                               std::uint64_t size, const std::string& path) {
    const LuksSegment& segment = header.segment;
    const auto whole = [&](std::uint64_t value) { return value % segment.sector_size == 0; };
    if (segment.sector_size < 512 || segment.sector_size > 4096 ||
        (segment.sector_size & (segment.sector_size - 1)) != 0) {
        return damaged("its sectors have " + std::to_string(segment.sector_size) + " bytes", path);
    }
    if (!is_plain_name(segment.cipher) || segment.offset % 512 != 0 || segment.offset >= size ||
        segment.offset < area_start ||
        (segment.size &&
         (*segment.size == 0 || !whole(*segment.size) || *segment.size > size - segment.offset))) {
        return damaged("its data has no sound place or cipher (is the image complete?)", path);
    }
    if (header.slots.size() > kMaxSlots) {
        return damaged("it has more than " + std::to_string(kMaxSlots) + " key slots", path);
    }
    for (const LuksKeySlot& slot : header.slots) {
        const std::string name = "key slot " + std::to_string(slot.number);
        if (slot.key_size == 0 || slot.key_size > kMaxKey || slot.cipher_key_size == 0 ||
            slot.cipher_key_size > kMaxKey || slot.stripes == 0 || slot.stripes > kMaxStripes) {
            return damaged("a size in " + name + " is out of bounds", path);
        }
        const std::uint64_t length = std::uint64_t{slot.key_size} * slot.stripes;
        if (slot.offset % 512 != 0 || slot.offset < area_start || slot.offset >= size ||
            length > size - slot.offset) {
            return damaged("the area of " + name + " lies outside of the volume", path);
        }
        if (!is_plain_name(slot.cipher) || !is_plain_name(slot.splitter_hash) ||
            !is_sound(slot.derivation)) {
            return damaged("the parameters of " + name + " make no sense", path);
        }
    }
    if (!is_sound(header.digest.derivation) || header.digest.value.size() < 16 ||
        header.digest.value.size() > 64) {
        return damaged("the digest of its key makes no sense", path);
    }
    return {};
}

std::vector<std::pair<std::string, std::string>> describe(const LuksHeader& header) {
    std::vector<std::pair<std::string, std::string>> lines;
    const LuksSegment& segment = header.segment;
    const std::string bits =
        header.slots.empty() ? ""
                             : ", key of " + std::to_string(header.slots[0].key_size * 8) + " bits";
    lines.emplace_back("cipher", segment.cipher + bits + ", sectors of " +
                                     std::to_string(segment.sector_size) + " bytes");
    std::vector<const LuksKeySlot*> slots;
    for (const LuksKeySlot& slot : header.slots) {
        slots.push_back(&slot);
    }
    std::sort(slots.begin(), slots.end(),
              [](const auto* left, const auto* right) { return left->number < right->number; });
    for (const LuksKeySlot* slot : slots) {
        lines.emplace_back("key slot " + std::to_string(slot->number), text_of(slot->derivation));
    }
    if (slots.empty()) {
        lines.emplace_back("key slots", "none: nothing opens it any more");
    }
    if (!header.damage.empty()) {
        lines.emplace_back("damage", header.damage);
    }
    return lines;
}

std::vector<std::pair<std::string, std::string>> luks_facts(const ReadDevice& read,
                                                            std::uint64_t size,
                                                            const std::string& path) {
    const auto header = read_luks_header(read, size, path);
    if (!header) {
        return {{"damage", header.error().message()}};
    }
    return describe(*header);
}

void add_luks_facts(ImageInfo& image, const ReadDevice& read, const std::string& path) {
    const auto add = [&](ContentInfo& content, std::uint64_t start, std::uint64_t size) {
        if (!is_encrypted(content)) {
            return;
        }
        const auto read_part = [&](std::span<std::byte> buffer,
                                   std::uint64_t offset) -> Result<void> {
            if (offset > size || buffer.size() > size - offset) {
                return Error::other("it ends before", "read the LUKS header of", path);
            }
            return read(buffer, start + offset);
        };
        content.facts = luks_facts(read_part, size, path);
    };
    add(image.content, 0, image.size);
    for (PartitionInfo& partition : image.partitions) {
        if (partition.start < image.size) {
            add(partition.content, partition.start,
                std::min(partition.size, image.size - partition.start));
        }
    }
}

}  // namespace lkl::fs
