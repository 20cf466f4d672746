// SPDX-License-Identifier: GPL-2.0
#include "api/module_image.hh"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <lkl/module.hh>
#include <vector>

#include "api/testing/host_instance.hh"

namespace lkl::detail {
namespace {

// An object file with a .modinfo section of that content, as small as they come.
std::vector<std::byte> make_module(const std::string& modinfo) {
    const std::string names("\0.modinfo\0.shstrtab\0", 20);
    std::vector<std::byte> image(sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr));
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_REL;
    header.e_shoff = sizeof(Elf64_Ehdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 3;
    header.e_shstrndx = 2;
    std::array<Elf64_Shdr, 3> sections{};
    sections[1].sh_name = 1;
    sections[1].sh_type = SHT_PROGBITS;
    sections[1].sh_offset = image.size();
    sections[1].sh_size = modinfo.size();
    sections[2].sh_name = 10;
    sections[2].sh_type = SHT_STRTAB;
    sections[2].sh_offset = image.size() + modinfo.size();
    sections[2].sh_size = names.size();
    std::memcpy(image.data(), &header, sizeof(header));
    std::memcpy(image.data() + sizeof(header), sections.data(), sizeof(sections));
    for (const char c : modinfo + names) {
        image.push_back(static_cast<std::byte>(c));
    }
    return image;
}

const std::string kInfo("license=GPL\0name=loop\0vermagic=6.12\0", 36);

TEST(ModuleInfoTest, FindsKeys) {
    const auto image = make_module(kInfo);
    EXPECT_EQ(module_info(image, "name"), "loop");
    EXPECT_EQ(module_info(image, "vermagic"), "6.12");
    EXPECT_EQ(module_info(image, "nam"), std::nullopt);
    EXPECT_EQ(Module::name_of(image).value(), "loop");
}

TEST(ModuleInfoTest, WhatIsNoModuleHasNoName) {
    EXPECT_FALSE(Module::name_of({}));
    EXPECT_FALSE(Module::name_of(make_module("")));
    EXPECT_FALSE(Module::name_of(make_module(std::string("name=\0", 6))));
    EXPECT_FALSE(Module::name_of(std::vector<std::byte>(4096)));
}

// Every single damaged byte and every truncation: no read outside (ASan watches), no crash.
TEST(ModuleInfoTest, SurvivesDamage) {
    const auto image = make_module(kInfo);
    for (std::size_t size = 0; size < image.size(); ++size) {
        const std::vector<std::byte> cut(image.begin(), image.begin() + size);
        EXPECT_EQ(module_info(cut, "absent"), std::nullopt);
    }
    for (std::size_t at = 0; at < image.size(); ++at) {
        for (const int value : {0x00, 0x7f, 0x80, 0xff}) {
            auto damaged = image;
            damaged[at] = static_cast<std::byte>(value);
            EXPECT_EQ(module_info(damaged, "absent"), std::nullopt);
        }
    }
}

TEST(ModuleTest, LoadsFromEverySourceAndUnloads) {
    auto host = std::make_shared<lkl::testing::HostInstance>();
    const Kernel kernel(host);
    const auto image = make_module(kInfo);
    std::vector<std::string> calls;
    host->script = [&](long number, const auto& a) -> std::optional<long> {
        if (number == nr::init_module) {
            EXPECT_EQ(a[1], static_cast<long>(image.size()));
            calls.push_back("init " + std::string(reinterpret_cast<const char*>(a[2])));
            return 0;
        }
        if (number == nr::finit_module) {
            calls.push_back("finit " + std::string(reinterpret_cast<const char*>(a[1])));
            return 0;
        }
        if (number == nr::delete_module) {
            calls.push_back("delete " + std::string(reinterpret_cast<const char*>(a[0])));
            return -EWOULDBLOCK;
        }
        return std::nullopt;
    };
    host->put("/loop.ko", std::string(reinterpret_cast<const char*>(image.data()), image.size()));
    ASSERT_TRUE(Module::load(kernel, image, "a=1"));
    ASSERT_TRUE(Module::load_host_file(kernel, host->root() + "/loop.ko", "b=2"));
    const File file = File::open(kernel, "/loop.ko", open_flags::read_only).value();
    auto module = Module::load(kernel, file, "c=3");
    ASSERT_TRUE(module);
    EXPECT_EQ(module->unload().error().message(),
              "cannot unload module loop: Resource temporarily unavailable");
    EXPECT_EQ(calls,
              (std::vector<std::string>{"init a=1", "init b=2", "finit c=3", "delete loop"}));
    auto missing = Module::load_host_file(kernel, host->root() + "/missing.ko");
    EXPECT_FALSE(missing.error().is_kernel());
    EXPECT_EQ(missing.error().code().value(), ENOENT);
}

}  // namespace
}  // namespace lkl::detail
