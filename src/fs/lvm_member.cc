// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm_member.hh"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace lkl::fs {
namespace {

static_assert(std::endian::native == std::endian::little, "the structures are little-endian");

constexpr std::size_t kSector = 512;
constexpr std::size_t kLabelSectors = 4;  // the label is in one of the first four

// lib/format_text/layout.h and lib/label/label.h of LVM2 describe these.
struct LabelHeader {
    char id[8];
    std::uint64_t sector;
    std::uint32_t checksum;  // of what follows, to the end of the sector
    std::uint32_t offset;    // of the volume's header in the sector
    char type[8];
};

struct Area {
    std::uint64_t offset, size;
};

struct AreaHeader {
    std::uint32_t checksum;  // of what follows, to the end of the sector
    char magic[16];
    std::uint32_t version;
    std::uint64_t start, size;
};

struct TextPlace {
    std::uint64_t offset, size;  // from the area's beginning
    std::uint32_t checksum, flags;
};

static_assert(sizeof(LabelHeader) == 32 && sizeof(Area) == 16 && sizeof(AreaHeader) == 40 &&
              sizeof(TextPlace) == 24);

constexpr std::string_view kLabelId = "LABELONE";
constexpr std::string_view kLabelType = "LVM2 001";
constexpr std::string_view kAreaMagic = " LVM2 x[5A%r0N*>";
constexpr std::size_t kUuidSize = 32;
constexpr std::uint32_t kIgnored = 1;
// LVM2's default for a whole area is 1 MiB.
constexpr std::uint64_t kMostText = std::uint64_t{16} << 20;
// Of all copies that differ: a label has room for two dozen areas, which may be the same one.
constexpr std::uint64_t kMostTexts = 4 * kMostText;

template <typename T>
T at(std::span<const std::byte> sector, std::size_t offset) {
    T value{};
    std::memcpy(&value, sector.data() + offset, sizeof(T));
    return value;
}

bool text_at(std::span<const std::byte> sector, std::size_t offset, std::string_view text) {
    return std::memcmp(sector.data() + offset, text.data(), text.size()) == 0;
}

bool lies_within(const Area& area, std::uint64_t size) {
    return area.offset <= size && area.size <= size - area.offset;
}

// The areas from `offset` on that a zero ends; moves `offset` behind it.
std::optional<std::vector<Area>> areas_at(std::span<const std::byte> sector, std::size_t& offset) {
    std::vector<Area> areas;
    while (offset + sizeof(Area) <= sector.size()) {
        const auto area = at<Area>(sector, offset);
        offset += sizeof(Area);
        if (area.offset == 0) {
            return areas;
        }
        areas.push_back(area);
    }
    return std::nullopt;
}

// The text of an area; an empty one if it has none. The reason of a failure as a sentence.
Result<std::string> read_text(const LvmMember& member, const Area& area) {
    const auto damaged = [&](const char* what) {
        return Error::other(what, "read the LVM metadata of", member.path);
    };
    std::array<std::byte, kSector> sector{};
    if (!lies_within(area, member.size) || area.size < 2 * kSector) {
        return damaged("its area lies beyond the end (is the image truncated?)");
    }
    LKL_TRY_VOID(member.read(sector, area.offset));
    const auto header = at<AreaHeader>(sector, 0);
    constexpr std::size_t kSummed = sizeof(header.checksum);
    if (!text_at(sector, offsetof(AreaHeader, magic), kAreaMagic)) {
        return damaged("the header of its area is missing");
    }
    if (lvm_checksum(sector.data() + kSummed, kSector - kSummed) != header.checksum) {
        return damaged("the header of its area is damaged (wrong checksum)");
    }
    if (header.version != 1 || header.start != area.offset || header.size != area.size) {
        return damaged("the header of its area is of another version or place");
    }
    const auto place = at<TextPlace>(sector, sizeof(AreaHeader));
    if (place.offset == 0 || (place.flags & kIgnored) != 0) {
        return std::string();
    }
    // Behind the header the area is a ring.
    if (place.offset < kSector || place.offset >= area.size || place.size > kMostText ||
        place.size > area.size - kSector) {
        return damaged("its place is not in its area");
    }
    std::string text(static_cast<std::size_t>(place.size), '\0');
    const std::span<std::byte> bytes = std::as_writable_bytes(std::span(text));
    const auto first =
        static_cast<std::size_t>(std::min<std::uint64_t>(place.size, area.size - place.offset));
    LKL_TRY_VOID(member.read(bytes.first(first), area.offset + place.offset));
    LKL_TRY_VOID(member.read(bytes.subspan(first), area.offset + kSector));
    if (lvm_checksum(bytes.data(), bytes.size()) != place.checksum) {
        return damaged("it is damaged (wrong checksum)");
    }
    return text;
}

// Every text once: the areas of an undamaged volume hold the same.
void read_texts(LvmMember& member, const std::vector<Area>& areas) {
    std::uint64_t size = 0;
    for (const Area& area : areas) {
        auto text = read_text(member, area);
        if (!text) {
            member.damage = text.error();
            continue;
        }
        const auto& known = member.texts;
        if (text->empty() || std::find(known.begin(), known.end(), *text) != known.end()) {
            continue;
        }
        size += text->size();
        if (size > kMostTexts) {
            member.damage = Error::other("its copies have more than 64 MiB in all",
                                         "read the LVM metadata of", member.path);
            return;
        }
        member.texts.push_back(std::move(*text));
    }
}

}  // namespace

std::uint32_t lvm_checksum(const std::byte* data, std::size_t size) {
    // CRC-32 (reflected), but from a number of LVM2's own and without the last inversion.
    constexpr std::uint32_t kPolynomial = 0xedb88320;
    static constexpr auto kTable = [] {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit) {
                value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
            }
            table[i] = value;
        }
        return table;
    }();
    std::uint32_t sum = 0xf597a6cf;
    for (const std::byte byte : std::span(data, size)) {
        sum = kTable[(sum ^ static_cast<std::uint32_t>(byte)) & 0xff] ^ (sum >> 8);
    }
    return sum;
}

Result<void> read_lvm_label(LvmMember& member) {
    const auto refuse = [&](const char* what) {
        return Error::other(what, "read the LVM label of", member.path);
    };
    std::array<std::byte, kSector * kLabelSectors> head{};
    if (member.size < head.size()) {
        return refuse("it is too small for one");
    }
    LKL_TRY_VOID(member.read(head, 0));
    for (std::size_t i = 0; i < kLabelSectors; ++i) {
        const auto sector = std::span<const std::byte>(head).subspan(i * kSector, kSector);
        const auto label = at<LabelHeader>(sector, 0);
        if (!text_at(sector, 0, kLabelId) ||
            !text_at(sector, offsetof(LabelHeader, type), kLabelType) || label.sector != i) {
            continue;
        }
        constexpr std::size_t kSummed = offsetof(LabelHeader, offset);
        if (lvm_checksum(sector.data() + kSummed, kSector - kSummed) != label.checksum) {
            return refuse("it is damaged (wrong checksum)");
        }
        // The volume's identity and size, then its data areas, then its metadata areas.
        std::size_t offset = std::size_t{label.offset} + kUuidSize + sizeof(std::uint64_t);
        if (label.offset < sizeof(LabelHeader) || offset > kSector) {
            return refuse("what it tells is not in its sector");
        }
        member.uuid.resize(kUuidSize);
        std::memcpy(member.uuid.data(), sector.data() + label.offset, kUuidSize);
        const auto data = areas_at(sector, offset);
        const auto metadata = data ? areas_at(sector, offset) : std::nullopt;
        if (!metadata) {
            return refuse("its list of areas does not end");
        }
        read_texts(member, *metadata);
        return {};
    }
    return refuse("there is none in its first four sectors");
}

}  // namespace lkl::fs
