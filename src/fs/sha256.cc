// SPDX-License-Identifier: GPL-2.0
#include "fs/sha256.hh"

#include <algorithm>
#include <bit>
#include <cstring>

namespace lkl::fs {
namespace {

constexpr std::size_t kBlock = 64;

// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> kConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t big_endian(const std::byte* data) {
    return std::to_integer<std::uint32_t>(data[0]) << 24 |
           std::to_integer<std::uint32_t>(data[1]) << 16 |
           std::to_integer<std::uint32_t>(data[2]) << 8 | std::to_integer<std::uint32_t>(data[3]);
}

}  // namespace

void Sha256::block(const std::byte* data) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i) {
        w[i] = big_endian(data + i * 4);
    }
    for (std::size_t i = 16; i < w.size(); ++i) {
        const std::uint32_t s0 =
            std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
        const std::uint32_t s1 =
            std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (std::size_t i = 0; i < w.size(); ++i) {
        const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kConstants[i] + w[i];
        const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const std::array<std::uint32_t, 8> sum = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < sum.size(); ++i) {
        state_[i] += sum[i];
    }
}

void Sha256::update(std::span<const std::byte> data) {
    std::size_t filled = length_ % kBlock;
    length_ += data.size();
    if (filled != 0) {
        const std::size_t taken = std::min(kBlock - filled, data.size());
        std::memcpy(partial_.data() + filled, data.data(), taken);
        data = data.subspan(taken);
        if (filled + taken < kBlock) {
            return;
        }
        block(partial_.data());
    }
    while (data.size() >= kBlock) {
        block(data.data());
        data = data.subspan(kBlock);
    }
    if (!data.empty()) {
        std::memcpy(partial_.data(), data.data(), data.size());
    }
}

void Sha256::update_zeros(std::uint64_t count) {
    static constexpr std::array<std::byte, 4096> kZeros{};
    while (count > 0) {
        const auto size = std::min<std::uint64_t>(count, kZeros.size());
        update(std::span(kZeros).first(static_cast<std::size_t>(size)));
        count -= size;
    }
}

std::string Sha256::finish() {
    const std::uint64_t bits = length_ * 8;
    constexpr std::array<std::byte, 1> kEnd = {std::byte{0x80}};
    update(kEnd);
    constexpr std::size_t kLengthAt = 56;
    while (length_ % kBlock != kLengthAt) {
        update(std::array<std::byte, 1>{});
    }
    std::array<std::byte, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i) {
        length[i] = static_cast<std::byte>(bits >> (56 - 8 * i));
    }
    update(length);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint32_t word : state_) {
        for (int shift = 28; shift >= 0; shift -= 4) {
            text += kDigits[(word >> shift) & 15];
        }
    }
    return text;
}

}  // namespace lkl::fs
