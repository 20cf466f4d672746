// SPDX-License-Identifier: GPL-2.0
// Image files that are not, or no longer, what they should be: an error that names the file, never
// a crash. Each boot is tried in a process of its own.
#include <elf.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "abi/machine.h"
#include "base/check.hh"
#include "block/testing/temporary.hh"
#include "host.hh"
#include "machine/image.hh"
#include "machine/machine.hh"

namespace lkl::testing {
namespace {

using Bytes = std::vector<char>;

// The image under test: the file that LKL_IMAGE names, or the embedded one.
const Bytes& good_image() {
    static const Bytes kBytes = [] {
        if (const char* path = std::getenv("LKL_IMAGE")) {
            std::ifstream file(path, std::ios::binary);
            return Bytes(std::istreambuf_iterator<char>(file), {});
        }
        auto image = Image::embedded();
        LKL_CHECK(image);
        const auto* start = reinterpret_cast<const char*>(image->bytes().data());
        return Bytes(start, start + image->bytes().size());
    }();
    return kBytes;
}

class BadImage : public ::testing::Test {
  protected:
    void write(const Bytes& bytes) const {
        std::ofstream file(path_, std::ios::binary | std::ios::trunc);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        ASSERT_TRUE(file.flush());
    }

    // What a boot of the file says; "" if it boots and works.
    [[nodiscard]] std::string boot(const std::string& path) const {
        BootOptions options;
        options.image_path = path;
        options.command_line = "mem=64M";
        auto machine = Machine::boot(std::move(options));
        if (!machine) {
            return machine.error().message();
        }
        constexpr long kGetpid = 172;
        return (*machine)->syscall(kGetpid, {}) == 1 ? "" : "it does not work";
    }

    void expect_error(const std::string& path, const std::string& text = {}) const {
        const std::string message = boot(path);
        EXPECT_NE(message, "") << path;
        EXPECT_NE(message.find(path), std::string::npos) << message;
        EXPECT_NE(message.find(text), std::string::npos) << message;
    }

    const TemporaryFolder folder_;
    const std::string path_ = folder_.file("lkl-image");
};

TEST_F(BadImage, TheGoodOneBoots) {
    write(good_image());
    EXPECT_EQ(boot(path_), "");
}

TEST_F(BadImage, Foreign) {
    expect_error(folder_.file("missing"), "No such file");
    expect_error("/", "/");
    expect_error("/dev/null", "not a file");
    expect_error("/bin/true");
    expect_error("/proc/self/exe");
    write({});
    expect_error(path_, "content");
    const std::string text = "This is no kernel image, but a text that is longer than a header.";
    write(Bytes(text.begin(), text.end()));
    expect_error(path_, "ELF");
    write(Bytes(100'000, '\0'));
    expect_error(path_, "ELF");
}

TEST_F(BadImage, OfAnotherVersionOfTheInterface) {
    Bytes bytes = good_image();
    const Image image = *Image::parse(std::as_bytes(std::span(bytes)), "good");
    const std::size_t header = image.segments().front().file_offset;
    const lkl_u32 version = LKL_ABI_VERSION + 1;
    std::memcpy(bytes.data() + header + offsetof(lkl_image_header, abi_version), &version,
                sizeof(version));
    write(bytes);
    expect_error(path_, "version " + std::to_string(version));
}

TEST_F(BadImage, TruncatedAnywhere) {
    const Bytes& good = good_image();
    const Image image = *Image::parse(std::as_bytes(std::span(good)), "good");
    std::set<std::size_t> lengths = {1, 3, 4, 16, 63, 64, 65, 119, 120, 121, 500, 4095, 4096, 4097};
    for (const ImageSegment& segment : image.segments()) {
        for (const std::size_t at :
             {segment.file_offset, segment.file_offset + segment.file_size}) {
            lengths.insert({at - 1, at, at + 1});
        }
    }
    constexpr std::size_t kSteps = 40;
    for (std::size_t i = 1; i < kSteps; i++) {
        lengths.insert(good.size() * i / kSteps);
    }
    const ImageSegment& last = image.segments().back();
    const std::size_t needed = last.file_offset + last.file_size;
    for (const std::size_t length : lengths) {
        if (length == 0 || length >= needed) {
            continue;  // what is behind the last segment is for debuggers
        }
        write(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)));
        expect_error(path_);
    }
}

// A field of a header, with its place in the file.
struct Field {
    std::string name;
    std::size_t offset;
    std::size_t size;
};

std::vector<Field> header_fields(const Bytes& good) {
    std::vector<Field> fields;
    Elf64_Ehdr ehdr{};
    std::memcpy(&ehdr, good.data(), sizeof(ehdr));
    const auto add = [&fields](std::string name, std::size_t offset, std::size_t size) {
        fields.push_back({std::move(name), offset, size});
    };
    add("e_ident magic", 0, 4);
    add("e_ident class", EI_CLASS, 1);
    add("e_ident data", EI_DATA, 1);
    add("e_machine", offsetof(Elf64_Ehdr, e_machine), 2);
    add("e_phoff", offsetof(Elf64_Ehdr, e_phoff), 8);
    add("e_phentsize", offsetof(Elf64_Ehdr, e_phentsize), 2);
    add("e_phnum", offsetof(Elf64_Ehdr, e_phnum), 2);
    for (unsigned i = 0; i < ehdr.e_phnum; i++) {
        const std::size_t at = ehdr.e_phoff + i * sizeof(Elf64_Phdr);
        const std::string name = "program header " + std::to_string(i);
        add(name + " p_type", at + offsetof(Elf64_Phdr, p_type), 4);
        add(name + " p_flags", at + offsetof(Elf64_Phdr, p_flags), 4);
        add(name + " p_offset", at + offsetof(Elf64_Phdr, p_offset), 8);
        add(name + " p_vaddr", at + offsetof(Elf64_Phdr, p_vaddr), 8);
        add(name + " p_filesz", at + offsetof(Elf64_Phdr, p_filesz), 8);
        add(name + " p_memsz", at + offsetof(Elf64_Phdr, p_memsz), 8);
    }
    const Image image = *Image::parse(std::as_bytes(std::span(good)), "good");
    const std::size_t header = image.segments().front().file_offset;
    add("magic", header, 8);
    add("abi_version", header + offsetof(lkl_image_header, abi_version), 4);
    for (const auto& [name, offset] : {
             std::pair{"preferred_base", offsetof(lkl_image_header, preferred_base)},
             std::pair{"boot", offsetof(lkl_image_header, boot)},
             std::pair{"enter", offsetof(lkl_image_header, enter)},
             std::pair{"fault", offsetof(lkl_image_header, fault)},
             std::pair{"vcpu", offsetof(lkl_image_header, vcpu)},
             std::pair{"text_end", offsetof(lkl_image_header, text_end)},
             std::pair{"rodata_end", offsetof(lkl_image_header, rodata_end)},
             std::pair{"data_end", offsetof(lkl_image_header, data_end)},
             std::pair{"image_end", offsetof(lkl_image_header, image_end)},
             std::pair{"version", offsetof(lkl_image_header, version)},
         }) {
        add(name, header + offset, 8);
    }
    return fields;
}

// Values near the right one and far from it.
std::set<std::uint64_t> wrong_values(std::uint64_t right, std::size_t size) {
    const std::uint64_t mask = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << size * 8) - 1;
    constexpr std::uint64_t kPage = 4096;
    std::set<std::uint64_t> values;
    for (const std::uint64_t value :
         {std::uint64_t{0}, right + 1, right - 1, right + 8, right + kPage, right - kPage,
          right * 2, right / 2, right ^ (mask / 2 + 1), right + (std::uint64_t{1} << 32),
          ~std::uint64_t{0}, ~std::uint64_t{0} - kPage + 1, std::uint64_t{1} << 40}) {
        values.insert(value & mask);
    }
    values.erase(right);
    return values;
}

// Any one field wrong: an error, or, where nothing depends on the field, a kernel that works.
TEST_F(BadImage, EveryHeaderFieldCorrupted) {
    const Bytes& good = good_image();
    int refused = 0;
    for (const Field& field : header_fields(good)) {
        std::uint64_t right = 0;
        std::memcpy(&right, good.data() + field.offset, field.size);
        write(good);
        for (const std::uint64_t value : wrong_values(right, field.size)) {
            {
                std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
                file.seekp(static_cast<std::streamoff>(field.offset));
                file.write(reinterpret_cast<const char*>(&value),
                           static_cast<std::streamsize>(field.size));
            }
            constexpr int kBoots = 0;
            constexpr int kRefused = 3;
            const int status = in_child([&] {
                constexpr unsigned kLongest = 20;
                alarm(kLongest);
                _exit(boot(path_).empty() ? kBoots : kRefused);
            });
            EXPECT_TRUE(WIFEXITED(status))
                << field.name << " = " << std::hex << value << " for " << right
                << (WIFSIGNALED(status) ? std::string(": ") + strsignal(WTERMSIG(status)) : "");
            if (WIFEXITED(status)) {
                EXPECT_TRUE(WEXITSTATUS(status) == kBoots || WEXITSTATUS(status) == kRefused)
                    << field.name << " = " << std::hex << value << ": " << WEXITSTATUS(status);
                refused += WEXITSTATUS(status) == kRefused ? 1 : 0;
            }
        }
    }
    EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace lkl::testing
