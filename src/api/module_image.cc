// SPDX-License-Identifier: GPL-2.0
#include "api/module_image.hh"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lkl::detail {
namespace {

// ELF-64 object files (System V ABI, "Object Files").
struct ElfHeader {
    std::array<unsigned char, 16> ident;
    std::uint16_t type, machine;
    std::uint32_t version;
    std::uint64_t entry, program_headers, section_headers;
    std::uint32_t flags;
    std::uint16_t size, program_header_size, program_header_count;
    std::uint16_t section_header_size, section_header_count, section_name_index;
};

static_assert(sizeof(ElfHeader) == 64);

struct SectionHeader {
    std::uint32_t name, type;
    std::uint64_t flags, address, offset, size;
    std::uint32_t link, info;
    std::uint64_t alignment, entry_size;
};

static_assert(sizeof(SectionHeader) == 64);

constexpr std::array<unsigned char, 6> kIdent = {0x7f, 'E', 'L', 'F', 2, 1};
constexpr std::uint32_t kNoBits = 8;

template <typename T>
std::optional<T> read_at(std::span<const std::byte> image, std::uint64_t offset) {
    if (offset > image.size() || sizeof(T) > image.size() - offset) {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, image.data() + offset, sizeof(T));
    return value;
}

std::optional<SectionHeader> section(std::span<const std::byte> image, const ElfHeader& header,
                                     std::uint64_t index) {
    if (index >= header.section_header_count || header.section_headers > image.size()) {
        return std::nullopt;
    }
    return read_at<SectionHeader>(image, header.section_headers + index * sizeof(SectionHeader));
}

// The bytes of a section, or empty.
std::string_view content(std::span<const std::byte> image, const SectionHeader& header) {
    if (header.type == kNoBits || header.offset > image.size() ||
        header.size > image.size() - header.offset) {
        return {};
    }
    return {reinterpret_cast<const char*>(image.data() + header.offset), header.size};
}

// The NUL-terminated string at `offset`, cut at the end of `text`.
std::string_view string_at(std::string_view text, std::size_t offset) {
    if (offset >= text.size()) {
        return {};
    }
    text.remove_prefix(offset);
    return text.substr(0, text.find('\0'));
}

std::string_view find_modinfo(std::span<const std::byte> image) {
    const auto header = read_at<ElfHeader>(image, 0);
    if (!header || !std::equal(kIdent.begin(), kIdent.end(), header->ident.begin()) ||
        header->section_header_size != sizeof(SectionHeader)) {
        return {};
    }
    const auto names_header = section(image, *header, header->section_name_index);
    if (!names_header) {
        return {};
    }
    const std::string_view names = content(image, *names_header);
    for (unsigned index = 0; index < header->section_header_count; ++index) {
        const auto candidate = section(image, *header, index);
        if (candidate && string_at(names, candidate->name) == ".modinfo") {
            return content(image, *candidate);
        }
    }
    return {};
}

}  // namespace

std::optional<std::string> module_info(std::span<const std::byte> image, const std::string& key) {
    const std::string prefix = key + "=";
    const std::string_view info = find_modinfo(image);
    for (std::size_t offset = 0; offset < info.size();) {
        const std::string_view entry = string_at(info, offset);
        if (entry.rfind(prefix, 0) == 0) {
            return std::string(entry.substr(prefix.size()));
        }
        offset += entry.size() + 1;
    }
    return std::nullopt;
}

}  // namespace lkl::detail
