// SPDX-License-Identifier: GPL-2.0
#include "fs/test_lvm.hh"

#include <gtest/gtest.h>

#include <algorithm>

namespace lkl::fs::testing {

const char* const kLvmGroup = R"(
# made for this test
vg {
    id = "gggggg-gggg-gggg-gggg-gggg-gggg-gggggg"
    seqno = 7
    format = "lvm2"
    status = ["RESIZEABLE", "READ", "WRITE"]
    flags = []
    extent_size = 16
    physical_volumes {
        pv0 { id = "000000-0000-0000-0000-0000-0000-000000" pe_start = 32 pe_count = 8 }
        pv1 { id = "111111-1111-1111-1111-1111-1111-111111" pe_start = 48 pe_count = 8 }
    }
    logical_volumes {
        both {
            id = "bbbbbb" status = ["READ", "WRITE", "VISIBLE"] segment_count = 2
            segment1 {
                start_extent = 0 extent_count = 4 type = "striped" stripe_count = 2 stripe_size = 4
                stripes = [ "pv0", 1, "pv1", 1 ]
            }
            segment2 {
                start_extent = 4 extent_count = 1 type = "striped" stripe_count = 1
                stripes = [ "pv0", 5 ]
            }
        }
        mirror {
            id = "mmmmmm" status = ["READ", "VISIBLE"] segment_count = 1
            segment1 { start_extent = 0 extent_count = 1 type = "raid1" raids = ["a", "b"] }
        }
        hidden {
            id = "hhhhhh" status = ["READ"] segment_count = 1
            segment1 { start_extent = 0 extent_count = 1 type = "striped" stripe_count = 1
                       stripes = [ "pv1", 7 ] }
        }
    }
}
contents = "Text Format Volume Group"
version = 1
description = "a \"quoted\" \\ word"
)";

std::string changed_lvm_group(const std::string& from, const std::string& to) {
    std::string text = kLvmGroup;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

LvmStore::LvmStore(char uuid, const std::string& group) : bytes_(192 * kSector) {
    constexpr std::size_t kAreaSize = 20 * kSector;  // ends before extent 0
    constexpr std::size_t kText = 7 * kSector;
    put(kSector, std::string("LABELONE"));
    put(kSector + 8, std::uint64_t{1});
    put(kSector + 20, std::uint32_t{32});
    put(kSector + 24, std::string("LVM2 001"));
    put(kSector + 32, std::string(32, uuid));
    put(kSector + 64, std::uint64_t{bytes_.size()});
    put(kSector + 72, std::uint64_t{32 * kSector});  // the data, then no more
    put(kSector + 104, std::uint64_t{kArea});
    put(kSector + 112, std::uint64_t{kAreaSize});
    put(kArea + 4, std::string(" LVM2 x[5A%r0N*>"));
    put(kArea + 20, std::uint32_t{1});
    put(kArea + 24, std::uint64_t{kArea});
    put(kArea + 32, std::uint64_t{kAreaSize});
    const std::size_t start = kAreaSize - kText / 8;
    put(kArea + 40, std::uint64_t{start});
    put(kArea + 48, std::uint64_t{group.size()});
    const auto* text = reinterpret_cast<const std::byte*>(group.data());
    put(kArea + 56, lvm_checksum(text, group.size()));
    seal();
    const std::size_t first = std::min(group.size(), kAreaSize - start);
    std::memcpy(&bytes_[kArea + start], text, first);
    std::memcpy(&bytes_[kArea + kSector], text + first, group.size() - first);
}

LvmMember LvmStore::member(const std::string& path) const {
    LvmMember member;
    member.path = path;
    member.size = bytes_.size();
    member.read = [this](std::span<std::byte> buffer, std::uint64_t offset) {
        if (offset > bytes_.size() || buffer.size() > bytes_.size() - offset) {
            return Result<void>(Error::other("it ends before", "read", "a store"));
        }
        std::memcpy(buffer.data(), &bytes_[offset], buffer.size());
        return Result<void>();
    };
    return member;
}

void LvmStore::seal() {
    put(kSector + 16, lvm_checksum(&bytes_[kSector + 20], kSector - 20));
    put(kArea, lvm_checksum(&bytes_[kArea + 4], kSector - 4));
}

void LvmStore::put(std::size_t at, const std::string& text) {
    std::memcpy(&bytes_[at], text.data(), text.size());
}

}  // namespace lkl::fs::testing
