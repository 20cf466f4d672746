// SPDX-License-Identifier: GPL-2.0
// Reads an image's ELF headers and relocations, and checks all of it.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "machine/image.hh"

namespace lkl {

class ImageParser {
  public:
    explicit ImageParser(Image& image) : image_(image) {}

    Result<void> parse();

  private:
    // A copy of the T at `offset`, which the caller has checked with in_file().
    template <typename T>
    [[nodiscard]] T read(std::uint64_t offset) const {
        T value;
        std::memcpy(&value, image_.bytes_.data() + offset, sizeof(T));
        return value;
    }

    [[nodiscard]] bool in_file(std::uint64_t offset, std::uint64_t length) const;
    [[nodiscard]] Error bad(const std::string& what) const;

    Result<void> parse_elf_header();
    Result<void> add_segment(const Elf64_Phdr& phdr);
    Result<void> parse_header();
    [[nodiscard]] bool consistent(const lkl_image_header& header) const;
    [[nodiscard]] bool is_entry(std::uint64_t offset) const;
    [[nodiscard]] bool is_vcpu(std::uint64_t offset) const;
    Result<void> parse_dynamic(const Elf64_Phdr& phdr);
    Result<void> add_relocation(std::uint64_t address);
    Result<void> parse_relr(std::uint64_t offset, std::uint64_t size);
    Result<void> parse_rela(std::uint64_t offset, std::uint64_t size);
    // File offset of a virtual address with `length` bytes behind it, or -1.
    [[nodiscard]] std::uint64_t file_offset(std::uint64_t address, std::uint64_t length) const;

    Image& image_;
    std::uint64_t base_ = 0;        // virtual address of the first segment
    std::uint64_t memory_end_ = 0;  // offset of the end of the last one
    std::vector<Elf64_Phdr> dynamic_;
};

}  // namespace lkl
