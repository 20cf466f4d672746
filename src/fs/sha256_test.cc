// SPDX-License-Identifier: GPL-2.0
#include "fs/sha256.hh"

#include <gtest/gtest.h>

namespace lkl::fs {
namespace {

std::string digest(std::string_view text) {
    Sha256 sha;
    sha.update(std::as_bytes(std::span(text)));
    return sha.finish();
}

TEST(Sha256, VectorsOfTheStandard) {
    EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(digest(std::string(1000000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesOfAnySizeAndZeros) {
    const std::string text(1000, '\0');
    for (const std::size_t piece : {1U, 7U, 63U, 64U, 65U, 999U}) {
        Sha256 sha;
        for (std::size_t at = 0; at < text.size(); at += piece) {
            sha.update(
                std::as_bytes(std::span(text)).subspan(at, std::min(piece, text.size() - at)));
        }
        EXPECT_EQ(sha.finish(), digest(text)) << piece;
    }
    Sha256 zeros;
    zeros.update_zeros(1000);
    EXPECT_EQ(zeros.finish(), digest(text));
}

}  // namespace
}  // namespace lkl::fs
