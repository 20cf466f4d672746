// SPDX-License-Identifier: GPL-2.0
#include "fs/checksums.hh"

#include <gtest/gtest.h>

namespace lkl::fs {
namespace {

// sha256sum of "abc", and of nothing.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Item regular(const std::string& path, std::uint64_t size, std::uint32_t links = 1) {
    Entry entry;
    entry.path = path;
    entry.status.mode = mode::regular | 0644;
    entry.status.size = size;
    entry.status.links = links;
    return entry;
}

Item data(std::string_view text, std::uint64_t offset) {
    return Data{offset, std::as_bytes(std::span(text))};
}

std::string digest_of(StreamHasher& hasher, const std::vector<Item>& items) {
    std::string digest;
    for (const Item& item : items) {
        if (const auto hashed = hasher.take(item)) {
            digest += hashed->digest;
        }
    }
    return digest;
}

TEST(Checksums, LinesAreEscapedAsSha256sumDoes) {
    EXPECT_EQ(checksum_line("00", "a b"), "00  a b\n");
    EXPECT_EQ(checksum_line("00", "a\nb"), "\\00  a\\nb\n");
    EXPECT_EQ(checksum_line("00", "a\\b\r"), "\\00  a\\\\b\\r\n");
}

TEST(Checksums, FilesAndHoles) {
    StreamHasher hasher;
    EXPECT_EQ(digest_of(hasher, {regular("f", 3), data("abc", 0), EndOfFile{}}), kAbc);
    EXPECT_EQ(digest_of(hasher, {regular("f", 3), data("ab", 0), data("c", 2), EndOfFile{}}), kAbc);
    EXPECT_EQ(digest_of(hasher, {regular("empty", 0), EndOfFile{}}), kNothing);
    using std::string_view_literals::operator""sv;
    const std::string whole =
        digest_of(hasher, {regular("f", 5), data("\0abc\0"sv, 0), EndOfFile{}});
    EXPECT_EQ(digest_of(hasher, {regular("f", 5), data("abc", 1), EndOfFile{}}), whole);
    EXPECT_NE(digest_of(hasher, {regular("f", 6), data("abc", 1), EndOfFile{}}), whole);
}

TEST(Checksums, IncompleteFilesHaveNone) {
    StreamHasher hasher;
    EXPECT_EQ(digest_of(hasher, {regular("f", 3), data("ab", 0),
                                 Fault{Error::other("gone", "read", "f")}, EndOfFile{}}),
              "");
    EXPECT_EQ(digest_of(hasher, {regular("f", 3), data("abc", 0), EndOfFile{}}), kAbc);
}

// A hostile archive: without care each would be a sum over almost 2^64 zeros.
TEST(Checksums, DataInImpossiblePlacesHasNone) {
    StreamHasher hasher;
    EXPECT_EQ(digest_of(hasher, {regular("f", 3), data("c", 2), data("ab", 0), EndOfFile{}}), "");
    EXPECT_EQ(digest_of(hasher, {regular("f", 3), data("abcd", 0), EndOfFile{}}), "");
    EXPECT_EQ(digest_of(hasher, {regular("f", 3), data("a", ~std::uint64_t{0}), EndOfFile{}}), "");
    EXPECT_EQ(digest_of(hasher, {regular("f", 3), data("abc", 0), EndOfFile{}}), kAbc);
}

TEST(Checksums, LinksHaveTheDigestOfTheirFile) {
    StreamHasher hasher;
    Entry link = std::get<Entry>(regular("second", 3, 2));
    link.link = "first";
    EXPECT_EQ(digest_of(hasher, {regular("first", 3, 2), data("abc", 0), EndOfFile{}, link}),
              std::string(kAbc) + kAbc);
    link.link = "unknown";
    EXPECT_EQ(digest_of(hasher, {Item(link)}), "");
}

}  // namespace
}  // namespace lkl::fs
