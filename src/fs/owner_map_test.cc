// SPDX-License-Identifier: GPL-2.0
#include "fs/owner_map.hh"

#include <gtest/gtest.h>

namespace lkl::fs {
namespace {

TEST(IdMap, IsTheIdentityByItself) {
    const IdMap map;
    EXPECT_TRUE(map.identity());
    EXPECT_EQ(map.map(1000), 1000U);
}

TEST(IdMap, MapsRangesAndLeavesTheRest) {
    IdMap map;
    ASSERT_TRUE(map.add_ranges("1000:0,100000:1:65535", "--map-users"));
    EXPECT_EQ(map.map(1000), 0U);
    EXPECT_EQ(map.map(1001), 1001U);
    EXPECT_EQ(map.map(100000), 1U);
    EXPECT_EQ(map.map(165534), 65535U);
    EXPECT_EQ(map.map(165535), 165535U);
    EXPECT_FALSE(map.identity());
}

TEST(IdMap, RefusesWhatIsNoNumber) {
    for (const char* text : {"x", "1", "1:", "1:2:x", "-1:2", "1:4294967295", ":"}) {
        IdMap map;
        const auto result = map.add_ranges(text, "--map-users");
        ASSERT_FALSE(result) << text;
        EXPECT_NE(result.error().message().find("--map-users"), std::string::npos);
    }
}

TEST(OwnerMap, SetOwnerTakesUserGroupOrBoth) {
    OwnerMap both;
    ASSERT_TRUE(both.set_owner("1:2", "--owner"));
    EXPECT_EQ(both.users.map(77), 1U);
    EXPECT_EQ(both.groups.map(77), 2U);
    OwnerMap user;
    ASSERT_TRUE(user.set_owner("5", "--owner"));
    EXPECT_EQ(user.users.map(77), 5U);
    EXPECT_EQ(user.groups.map(77), 77U);
    OwnerMap group;
    ASSERT_TRUE(group.set_owner(":6", "--owner"));
    EXPECT_EQ(group.users.map(77), 77U);
    EXPECT_EQ(group.groups.map(77), 6U);
    OwnerMap bad;
    EXPECT_FALSE(bad.set_owner("", "--owner"));
    EXPECT_FALSE(bad.set_owner("root", "--owner"));
    EXPECT_FALSE(bad.set_owner("1:", "--owner"));
}

TEST(MapAcl, MapsNamedUsersAndGroupsOnly) {
    using namespace std::string_literals;
    // Version 2; owner rwx, user 1000 r--, group r-x, group 50 r--, mask rwx.
    const std::string acl = "\x02\0\0\0"s + "\x01\0\x07\0\xff\xff\xff\xff"s +
                            "\x02\0\x04\0\xe8\x03\0\0"s + "\x04\0\x05\0\xff\xff\xff\xff"s +
                            "\x08\0\x04\0\x32\0\0\0"s + "\x10\0\x07\0\xff\xff\xff\xff"s;
    ASSERT_EQ(acl.size() % 8, 4U);
    OwnerMap map;
    ASSERT_TRUE(map.users.add_ranges("1000:7", "-"));
    ASSERT_TRUE(map.groups.add_ranges("50:8", "-"));
    std::string mapped = acl;
    map_acl(mapped, map);
    EXPECT_NE(mapped, acl);
    EXPECT_EQ(mapped.substr(12, 8), "\x02\0\x04\0\x07\0\0\0"s);
    EXPECT_EQ(mapped.substr(28, 8), "\x08\0\x04\0\x08\0\0\0"s);
    EXPECT_EQ(mapped.substr(4, 8), acl.substr(4, 8));
    EXPECT_EQ(mapped.substr(36), acl.substr(36));
}

TEST(MapAcl, LeavesOtherValuesAlone) {
    OwnerMap map;
    map.users.fix(7);
    std::string value = "short";
    map_acl(value, map);
    EXPECT_EQ(value, "short");
}

}  // namespace
}  // namespace lkl::fs
