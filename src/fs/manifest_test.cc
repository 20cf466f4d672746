// SPDX-License-Identifier: GPL-2.0
#include "fs/manifest.hh"

#include <gtest/gtest.h>

namespace lkl::fs {
namespace {

Manifest parse(std::string_view text) {
    auto manifest = parse_manifest(text, "spec");
    EXPECT_TRUE(manifest.has_value()) << (manifest ? "" : manifest.error().message());
    return manifest ? *manifest : Manifest();
}

std::string complaint(std::string_view text) {
    const auto manifest = parse_manifest(text, "spec");
    return manifest ? "" : manifest.error().message();
}

TEST(Manifest, FullPaths) {
    const Manifest manifest = parse(
        "#mtree\n"
        "./etc/passwd type=file mode=0644 uid=7 gid=8 time=12.5 sha256digest=abc\n"
        "/dev/null type=char mode=666 device=native,1,3\n"
        "a/link type=link link=../x\\040y optional\n"
        ". mode=0700\n");
    ASSERT_EQ(manifest.size(), 4U);
    const ManifestEntry& file = manifest.at("etc/passwd");
    EXPECT_EQ(file.type, mode::regular);
    EXPECT_EQ(file.permissions, 0644U);
    EXPECT_EQ(file.uid, 7U);
    EXPECT_EQ(file.gid, 8U);
    EXPECT_EQ(file.time, (FileTime{12, 500000000}));
    EXPECT_EQ(manifest.at("dev/null").device, (DeviceNumber{1, 3}));
    EXPECT_EQ(manifest.at("a/link").target, "../x y");
    EXPECT_TRUE(manifest.at("a/link").optional);
    EXPECT_EQ(manifest.at("").permissions, 0700U);
    EXPECT_FALSE(manifest.at("").uid.has_value());
}

TEST(Manifest, NestedDirectoriesAndDefaults) {
    const Manifest manifest = parse(
        "/set uid=5 mode=0640\n"
        ". type=dir mode=0755\n"
        "    sub type=dir\n"
        "        two\\040words type=file \\\n"
        "            gid=3\n"
        "    ..\n"
        "/unset uid\n"
        "    top type=file\n"
        "..\n");
    EXPECT_EQ(manifest.at("").permissions, 0755U);
    EXPECT_EQ(manifest.at("sub/two words").uid, 5U);
    EXPECT_EQ(manifest.at("sub/two words").gid, 3U);
    EXPECT_EQ(manifest.at("sub/two words").permissions, 0640U);
    EXPECT_EQ(manifest.count("top"), 1U);
    EXPECT_FALSE(manifest.at("top").uid.has_value());
}

TEST(Manifest, ComplaintsNameTheLine) {
    EXPECT_NE(complaint("a mode=9\n").find("line 1 of spec"), std::string::npos);
    EXPECT_NE(complaint("\n\na type=door\n").find("line 3 of spec"), std::string::npos);
    EXPECT_NE(complaint("a uname=root\n").find("use uid"), std::string::npos);
    EXPECT_NE(complaint("a/../b mode=1\n").find("leads out"), std::string::npos);
    EXPECT_NE(complaint("./d type=block\n").find("device=MAJOR,MINOR"), std::string::npos);
    EXPECT_NE(complaint("./l type=link\n").find("link=TARGET"), std::string::npos);
    EXPECT_NE(complaint("..\n").find("out of the root"), std::string::npos);
}

TEST(Manifest, WhatCannotBeReadIsNoEmptyManifest) {
    const auto directory = read_manifest("/");
    ASSERT_FALSE(directory);
    EXPECT_EQ(directory.error().message(), "cannot read the manifest /: Is a directory");
    const auto missing = read_manifest("/no/such");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message(),
              "cannot read the manifest /no/such: No such file or directory");
    const auto empty = read_manifest("/dev/null");
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->empty());
}

TEST(Manifest, ALastLineMayLackItsNewlineOrEndInABackslash) {
    EXPECT_EQ(parse("./a mode=1").size(), 1U);
    EXPECT_EQ(parse("./a mode=1 \\\n").size(), 1U);
}

}  // namespace
}  // namespace lkl::fs
