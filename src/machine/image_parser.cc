// SPDX-License-Identifier: GPL-2.0
#include "machine/image_parser.hh"

#include <string>

namespace lkl {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
constexpr std::uint64_t kLargestImage = std::uint64_t{1} << 30U;

// Not in every elf.h.
constexpr std::int64_t kDtRelrSize = 35;
constexpr std::int64_t kDtRelr = 36;

}  // namespace

bool ImageParser::in_file(std::uint64_t offset, std::uint64_t length) const {
    const std::uint64_t size = image_.bytes_.size();
    return length <= size && offset <= size - length;
}

Error ImageParser::bad(const std::string& what) const {
    return Error::other(what, "use kernel image", image_.name_);
}

Result<void> ImageParser::parse() {
    LKL_TRY_VOID(parse_elf_header());
    LKL_TRY_VOID(parse_header());
    if (dynamic_.size() != 1) {
        return bad("it has no relocations");
    }
    return parse_dynamic(dynamic_.front());
}

Result<void> ImageParser::parse_elf_header() {
    if (!in_file(0, sizeof(Elf64_Ehdr))) {
        return bad("it is too short for an ELF header");
    }
    const auto ehdr = read<Elf64_Ehdr>(0);
    if (std::memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0) {
        return bad("it is not an ELF file");
    }
    if (ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_ident[EI_DATA] != ELFDATA2LSB ||
        ehdr.e_machine != EM_X86_64 || ehdr.e_phentsize != sizeof(Elf64_Phdr)) {
        return bad("it is not an x86-64 ELF file");
    }
    if (!in_file(ehdr.e_phoff, std::uint64_t{ehdr.e_phnum} * sizeof(Elf64_Phdr))) {
        return bad("it is truncated: its program headers are missing");
    }
    for (unsigned i = 0; i < ehdr.e_phnum; i++) {
        const auto phdr = read<Elf64_Phdr>(ehdr.e_phoff + i * sizeof(Elf64_Phdr));
        if (phdr.p_type == PT_LOAD) {
            LKL_TRY_VOID(add_segment(phdr));
        } else if (phdr.p_type == PT_DYNAMIC) {
            dynamic_.push_back(phdr);
        } else if (phdr.p_type == PT_NOTE && in_file(phdr.p_offset, phdr.p_filesz)) {
            image_.build_id_ = image_.bytes_.subspan(phdr.p_offset, phdr.p_filesz);
        } else if (phdr.p_type == PT_INTERP) {
            return bad("it is a program, not a kernel image");
        }
    }
    if (image_.segments_.empty()) {
        return bad("it has nothing to load");
    }
    return {};
}

Result<void> ImageParser::add_segment(const Elf64_Phdr& phdr) {
    if (!in_file(phdr.p_offset, phdr.p_filesz)) {
        return bad("it is truncated");
    }
    std::vector<ImageSegment>& segments = image_.segments_;
    if (segments.empty()) {
        base_ = phdr.p_vaddr;
    }
    const std::uint64_t offset = phdr.p_vaddr - base_;
    const std::uint64_t previous_end =
        segments.empty() ? 0 : segments.back().offset + segments.back().file_size;
    const bool writable = (phdr.p_flags & PF_W) != 0;
    const bool executable = (phdr.p_flags & PF_X) != 0;
    if (phdr.p_vaddr < base_ || offset < previous_end || phdr.p_vaddr % kPage != 0 ||
        phdr.p_offset % kPage != 0 || phdr.p_filesz > phdr.p_memsz || offset > kLargestImage ||
        phdr.p_memsz > kLargestImage || (writable && executable)) {
        return bad("its segments are not those of a kernel image");
    }
    memory_end_ = offset + phdr.p_memsz;
    segments.push_back({.offset = offset,
                        .file_offset = phdr.p_offset,
                        .file_size = phdr.p_filesz,
                        .executable = executable,
                        .writable = writable});
    return {};
}

// The header's ends are those of the segments: executable, read-only, writable.
bool ImageParser::consistent(const lkl_image_header& header) const {
    const auto page_up = [](std::uint64_t value) { return (value + kPage - 1) & ~(kPage - 1); };
    std::uint64_t text_end = 0;
    std::uint64_t rodata_end = 0;
    for (const ImageSegment& segment : image_.segments_) {
        const std::uint64_t end = page_up(segment.offset + segment.file_size);
        text_end = segment.executable ? end : text_end;
        rodata_end = segment.writable ? rodata_end : end;
    }
    const ImageSegment& last = image_.segments_.back();
    return header.preferred_base == base_ && header.text_end == text_end &&
           header.rodata_end == rodata_end && text_end <= rodata_end && last.writable &&
           header.data_end == last.offset + last.file_size &&
           header.image_end == page_up(memory_end_) && header.image_end <= kLargestImage &&
           header.version < header.data_end;
}

// Behind the image's magic number, in the executable segment.
bool ImageParser::is_entry(std::uint64_t offset) const {
    const ImageSegment& text = image_.segments_.front();
    return text.executable && offset >= sizeof(lkl_image_header) && offset < text.file_size &&
           read<lkl_u64>(text.file_offset + offset - sizeof(lkl_u64)) == LKL_IMAGE_MAGIC;
}

// In the data, as it is before the first entry.
bool ImageParser::is_vcpu(std::uint64_t offset) const {
    const ImageSegment& data = image_.segments_.back();
    if (offset < data.offset || offset - data.offset > data.file_size ||
        data.file_size - (offset - data.offset) < sizeof(lkl_vcpu)) {
        return false;
    }
    const auto vcpu = read<lkl_vcpu>(data.file_offset + offset - data.offset);
    return vcpu.deadline == LKL_NO_DEADLINE && vcpu.host_sp == 0 && vcpu.kernel_sp == 0 &&
           vcpu.pending == 0 && vcpu.submitted == 0 && vcpu.entered == 0 && vcpu.runner == 0 &&
           vcpu.finished == 0 && vcpu.leave_reason == 0;
}

Result<void> ImageParser::parse_header() {
    const ImageSegment& first = image_.segments_.front();
    if (first.file_size < sizeof(lkl_image_header)) {
        return bad("it has no LKL header");
    }
    const auto header = read<lkl_image_header>(first.file_offset);
    if (header.magic != LKL_IMAGE_MAGIC) {
        return bad("it has no LKL header: was it built with ARCH=lkl?");
    }
    if (header.abi_version != LKL_ABI_VERSION) {
        return bad("it was built for version " + std::to_string(header.abi_version) +
                   " of the interface, this library for version " +
                   std::to_string(LKL_ABI_VERSION));
    }
    if (!consistent(header) || !is_entry(header.boot) || !is_entry(header.enter) ||
        !is_entry(header.fault) || !is_vcpu(header.vcpu)) {
        return bad("its LKL header contradicts itself");
    }
    image_.header_ = header;
    return {};
}

std::uint64_t ImageParser::file_offset(std::uint64_t address, std::uint64_t length) const {
    const std::uint64_t offset = address - base_;
    for (const ImageSegment& segment : image_.segments_) {
        if (offset >= segment.offset && length <= segment.file_size &&
            offset - segment.offset <= segment.file_size - length) {
            return segment.file_offset + (offset - segment.offset);
        }
    }
    return kNowhere;
}

Result<void> ImageParser::parse_dynamic(const Elf64_Phdr& phdr) {
    if (phdr.p_filesz == 0 || file_offset(phdr.p_vaddr, phdr.p_filesz) != phdr.p_offset) {
        return bad("its relocations are not in the file");
    }
    bool ended = false;
    std::uint64_t relr = 0;
    std::uint64_t relr_size = 0;
    std::uint64_t rela = 0;
    std::uint64_t rela_size = 0;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= phdr.p_filesz; at += sizeof(Elf64_Dyn)) {
        const auto entry = read<Elf64_Dyn>(phdr.p_offset + at);
        switch (entry.d_tag) {
            case DT_NULL:
                ended = true;
                break;
            case kDtRelr:
                relr = entry.d_un.d_ptr;
                break;
            case kDtRelrSize:
                relr_size = entry.d_un.d_val;
                break;
            case DT_RELA:
                rela = entry.d_un.d_ptr;
                break;
            case DT_RELASZ:
                rela_size = entry.d_un.d_val;
                break;
            default:
                break;
        }
    }
    // A kernel always has some: without them it would run with addresses of elsewhere.
    if (!ended || relr_size + rela_size == 0) {
        return bad("its table of relocations is cut short");
    }
    LKL_TRY_VOID(parse_relr(relr, relr_size));
    return parse_rela(rela, rela_size);
}

Result<void> ImageParser::add_relocation(std::uint64_t address) {
    const std::uint64_t offset = address - base_;
    if (offset > image_.header_.data_end - sizeof(lkl_u64)) {
        return bad("a relocation lies outside it");
    }
    image_.relocations_.push_back(offset);
    return {};
}

// An even word is an address to relocate; an odd one says which of the 63 words after the last
// address are relocated too (ELF gABI, SHT_RELR).
Result<void> ImageParser::parse_relr(std::uint64_t address, std::uint64_t size) {
    if (size == 0) {
        return {};
    }
    const std::uint64_t start = file_offset(address, size);
    if (start == kNowhere || size % sizeof(lkl_u64) != 0) {
        return bad("its relocations are not in the file");
    }
    constexpr unsigned kBits = 63;
    std::uint64_t where = 0;
    for (std::uint64_t at = 0; at < size; at += sizeof(lkl_u64)) {
        std::uint64_t entry = read<lkl_u64>(start + at);
        if ((entry & 1U) == 0) {
            LKL_TRY_VOID(add_relocation(entry));
            where = entry + sizeof(lkl_u64);
            continue;
        }
        for (unsigned bit = 0; bit < kBits; bit++) {
            entry >>= 1U;
            if ((entry & 1U) != 0) {
                LKL_TRY_VOID(add_relocation(where + bit * sizeof(lkl_u64)));
            }
        }
        where += kBits * sizeof(lkl_u64);
    }
    return {};
}

Result<void> ImageParser::parse_rela(std::uint64_t address, std::uint64_t size) {
    if (size == 0) {
        return {};
    }
    const std::uint64_t start = file_offset(address, size);
    if (start == kNowhere || size % sizeof(Elf64_Rela) != 0) {
        return bad("its relocations are not in the file");
    }
    for (std::uint64_t at = 0; at < size; at += sizeof(Elf64_Rela)) {
        const auto rela = read<Elf64_Rela>(start + at);
        const std::uint64_t offset = rela.r_offset - base_;
        const std::uint64_t target = static_cast<std::uint64_t>(rela.r_addend) - base_;
        if (ELF64_R_TYPE(rela.r_info) != R_X86_64_RELATIVE ||
            offset > image_.header_.data_end - sizeof(lkl_u64) ||
            target > image_.header_.image_end) {
            return bad("it has a relocation that is not relative to it");
        }
        image_.addends_.push_back({offset, target});
    }
    return {};
}

}  // namespace lkl
