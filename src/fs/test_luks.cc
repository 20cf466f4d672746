// SPDX-License-Identifier: GPL-2.0
#include "fs/test_luks.hh"

#include <algorithm>
#include <cstring>
#include <span>

#include "fs/sha256.hh"

namespace lkl::fs::testing {
namespace {

std::byte from_hexadecimal(const std::string& digits, std::size_t at) {
    return static_cast<std::byte>(std::stoul(digits.substr(2 * at, 2), nullptr, 16));
}

void put_copy(Bytes& image, std::size_t at, std::uint64_t sequence, std::string_view json) {
    std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(at), kLuksCopy, std::byte{0});
    put_text(image, at, at == 0 ? std::string_view("LUKS\xba\xbe", 6) : "SKUL\xba\xbe");
    put_number(image, at + 6, 2, 2);
    put_number(image, at + 8, 8, kLuksCopy);
    put_number(image, at + 16, 8, sequence);
    put_text(image, at + 24, at == 0 ? "first" : "second");
    put_text(image, at + 72, "sha256");
    put_text(image, at + 168, "some-uuid");
    put_number(image, at + 256, 8, at);
    put_text(image, at + 4096, json);
    seal_luks_copy(image, at);
}

}  // namespace

const std::string kLuksJson = R"({"keyslots": {"3": {"type": "luks2", "key_size": 64,
  "af": {"type": "luks1", "stripes": 4000, "hash": "sha256"},
  "area": {"type": "raw", "offset": "32768", "size": "258048",
           "encryption": "aes-xts-plain64", "key_size": 64},
  "kdf": {"type": "argon2id", "time": 4, "memory": 32768, "cpus": 2,
          "salt": "AAECAwQFBgcICQoLDA0ODw=="}}},
 "segments": {"0": {"type": "crypt", "offset": "524288", "size": "dynamic", "iv_tweak": "8",
                    "encryption": "aes-xts-plain64", "sector_size": 4096}},
 "digests": {"0": {"type": "pbkdf2", "keyslots": ["3"], "segments": ["0"], "hash": "sha512",
                   "iterations": 1000, "salt": "AAECAwQFBgcICQoLDA0ODw==",
                   "digest": "AAECAwQFBgcICQoLDA0ODw=="}},
 "config": {"json_size": "12288", "keyslots_size": "16744448"}})";

void put_text(Bytes& image, std::size_t at, std::string_view text) {
    std::memcpy(image.data() + at, text.data(), text.size());
}

void put_number(Bytes& image, std::size_t at, std::size_t size, std::uint64_t value) {
    for (std::size_t i = 0; i < size; ++i) {
        image[at + i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)) & 255U);
    }
}

void seal_luks_copy(Bytes& image, std::size_t at) {
    std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(at) + 448, 64, std::byte{0});
    Sha256 sum;
    sum.update(std::span(image).subspan(at, kLuksCopy));
    const std::string digits = sum.finish();
    for (std::size_t i = 0; i < 32; ++i) {
        image[at + 448 + i] = from_hexadecimal(digits, i);
    }
}

Bytes luks2_image(std::uint64_t first, std::uint64_t second) {
    Bytes image(kLuksVolume);
    put_copy(image, 0, first, kLuksJson);
    put_copy(image, kLuksCopy, second, kLuksJson);
    return image;
}

Bytes luks1_image() {
    Bytes image(kLuksVolume);
    put_text(image, 0, std::string_view("LUKS\xba\xbe", 6));
    put_number(image, 6, 2, 1);
    put_text(image, 8, "aes");
    put_text(image, 40, "cbc-essiv:sha256");
    put_text(image, 72, "sha1");
    put_number(image, 104, 4, 1024);
    put_number(image, 108, 4, 32);
    put_number(image, 164, 4, 1000);
    put_text(image, 168, "uuid-of-version-1");
    for (std::size_t slot = 0; slot < 8; ++slot) {
        put_number(image, 208 + 48 * slot, 4, slot == 2 ? 0x00ac71f3 : 0x0000dead);
    }
    put_number(image, 208 + 96 + 4, 4, 2000);
    put_number(image, 208 + 96 + 40, 4, 8);
    put_number(image, 208 + 96 + 44, 4, 4000);
    return image;
}

std::string message(const Result<LuksHeader>& result) {
    return result ? "" : result.error().message();
}

}  // namespace lkl::fs::testing
