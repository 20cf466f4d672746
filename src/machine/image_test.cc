// SPDX-License-Identifier: GPL-2.0
// A small image made by hand, and every way to break it.
#include "machine/image.hh"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace lkl {
namespace {

constexpr std::uint64_t kBase = LKL_PREFERRED_BASE;
constexpr std::uint64_t kPage = 4096;
// File: headers, text, constants with the relocations, data; a page each.
constexpr std::uint64_t kText = kPage;
constexpr std::uint64_t kConstants = 2 * kPage;
constexpr std::uint64_t kData = 3 * kPage;

using Bytes = std::vector<std::byte>;

template <typename T>
void put(Bytes& bytes, std::uint64_t offset, const T& value) {
    ASSERT_LE(offset + sizeof(T), bytes.size());
    std::memcpy(bytes.data() + offset, &value, sizeof(T));
}

template <typename T>
T get(const Bytes& bytes, std::uint64_t offset) {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

Elf64_Phdr segment(std::uint32_t type, std::uint32_t flags, std::uint64_t file,
                   std::uint64_t offset, std::uint64_t size, std::uint64_t memory) {
    Elf64_Phdr phdr{};
    phdr.p_type = type;
    phdr.p_flags = flags;
    phdr.p_offset = file;
    phdr.p_vaddr = kBase + offset;
    phdr.p_filesz = size;
    phdr.p_memsz = memory;
    return phdr;
}

lkl_image_header good_header() {
    lkl_image_header header{};
    header.magic = LKL_IMAGE_MAGIC;
    header.abi_version = LKL_ABI_VERSION;
    header.preferred_base = kBase;
    header.boot = 512;
    header.enter = 528;
    header.fault = 544;
    header.vcpu = 2 * kPage;
    header.text_end = kPage;
    header.rodata_end = 2 * kPage;
    header.data_end = 3 * kPage;
    header.image_end = 4 * kPage;
    header.version = kPage;
    return header;
}

Bytes good_image() {
    Bytes bytes(4 * kPage);
    Elf64_Ehdr ehdr{};
    std::memcpy(ehdr.e_ident, ELFMAG, SELFMAG);
    ehdr.e_ident[EI_CLASS] = ELFCLASS64;
    ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
    ehdr.e_machine = EM_X86_64;
    ehdr.e_phoff = sizeof(ehdr);
    ehdr.e_phentsize = sizeof(Elf64_Phdr);
    ehdr.e_phnum = 4;
    put(bytes, 0, ehdr);
    const std::uint64_t phdrs = sizeof(ehdr);
    put(bytes, phdrs, segment(PT_LOAD, PF_R | PF_X, kText, 0, kPage, kPage));
    put(bytes, phdrs + sizeof(Elf64_Phdr), segment(PT_LOAD, PF_R, kConstants, kPage, kPage, kPage));
    put(bytes, phdrs + 2 * sizeof(Elf64_Phdr),
        segment(PT_LOAD, PF_R | PF_W, kData, 2 * kPage, kPage, 2 * kPage));
    put(bytes, phdrs + 3 * sizeof(Elf64_Phdr),
        segment(PT_DYNAMIC, PF_R, kConstants + 256, kPage + 256, 3 * sizeof(Elf64_Dyn), 0));
    put(bytes, kText, good_header());
    for (const std::uint64_t entry : {512, 528, 544}) {
        put(bytes, kText + entry - 8, lkl_u64{LKL_IMAGE_MAGIC});
    }
    std::memcpy(bytes.data() + kConstants, "6.99-test", 10);
    put(bytes, kConstants + 256, Elf64_Dyn{36, {kBase + kPage + 512}});
    put(bytes, kConstants + 256 + sizeof(Elf64_Dyn), Elf64_Dyn{35, {16}});
    // The word at data + 128, and the second and third after it.
    put(bytes, kConstants + 512, lkl_u64{kBase + 2 * kPage + 128});
    put(bytes, kConstants + 520, lkl_u64{0b1101});
    lkl_vcpu vcpu{};
    vcpu.deadline = LKL_NO_DEADLINE;
    put(bytes, kData, vcpu);
    return bytes;
}

TEST(Image, ReadsAGoodOne) {
    const Bytes bytes = good_image();
    const auto image = Image::parse(bytes, "good");
    ASSERT_TRUE(image) << image.error().message();
    EXPECT_EQ(image->version(), "6.99-test");
    EXPECT_EQ(image->segments().size(), 3U);
    const std::uint64_t word = 2 * kPage + 128;
    EXPECT_EQ(image->relocations(), (std::vector<std::uint64_t>{word, word + 16, word + 24}));
}

TEST(Image, RefusesEveryTruncation) {
    const Bytes bytes = good_image();
    for (std::size_t length = 0; length < bytes.size(); length += 61) {
        const auto image = Image::parse(std::span(bytes).first(length), "cut");
        ASSERT_FALSE(image) << length;
        EXPECT_NE(image.error().message().find("cut"), std::string::npos);
    }
}

TEST(Image, RefusesEachBrokenHeaderField) {
    for (std::size_t at = 0; at < sizeof(lkl_image_header); at += 8) {
        if (at == offsetof(lkl_image_header, version)) {
            continue;  // a text of the data is as good as another
        }
        Bytes bytes = good_image();
        const auto value = get<lkl_u64>(bytes, kText + at);
        put(bytes, kText + at, value ^ (lkl_u64{1} << 40U) ^ (lkl_u64{1} << 4U));
        const bool abi = at == offsetof(lkl_image_header, abi_version);
        EXPECT_FALSE(Image::parse(bytes, "header")) << at << abi;
    }
}

TEST(Image, RefusesWhatIsNotAnImage) {
    const char* text = "#!/bin/sh\necho this is not a kernel\n";
    EXPECT_FALSE(Image::parse(std::as_bytes(std::span(text, std::strlen(text))), "text"));
    EXPECT_FALSE(Image::open("/bin/true"));
    EXPECT_FALSE(Image::open("/"));
    EXPECT_FALSE(Image::open("/no/such/file"));
    EXPECT_FALSE(Image::open("/dev/null"));
}

TEST(Image, RefusesRelocationsOutsideIt) {
    Bytes bytes = good_image();
    put(bytes, kConstants + 512, lkl_u64{kBase + 100 * kPage});
    EXPECT_FALSE(Image::parse(bytes, "outside"));
    bytes = good_image();
    put(bytes, kConstants + 512, lkl_u64{kBase - 8});
    EXPECT_FALSE(Image::parse(bytes, "below"));
}

// Nothing that random damage does makes the parser read or accept what is out of range.
TEST(Image, SurvivesRandomDamage) {
    std::mt19937 random(12345);
    const Bytes good = good_image();
    for (int i = 0; i < 20000; i++) {
        Bytes bytes = good;
        for (unsigned k = 0; k < 1 + random() % 4; k++) {
            const std::size_t limit = random() % 2 != 0 ? 512 : bytes.size();
            bytes[random() % limit] = static_cast<std::byte>(random());
        }
        const auto image = Image::parse(bytes, "damaged");
        if (image) {
            for (const std::uint64_t offset : image->relocations()) {
                ASSERT_LE(offset + 8, image->header().data_end);
            }
        }
    }
}

}  // namespace
}  // namespace lkl
