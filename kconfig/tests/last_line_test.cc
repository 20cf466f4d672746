// SPDX-License-Identifier: GPL-2.0
// 6.1: what a last line without an end defines lies behind every file.
#include "kconfig/tests/support.hh"

namespace kconfig::test {
namespace {

class LastLine : public Fixture {};

TEST_F(LastLine, IsNamedInALoop) {
    EXPECT_FALSE(
        load("config A\n\tbool \"a\"\n\tdepends on B\n\tselect B\n\nconfig B", Dialect::v6_1));
    EXPECT_NE(host.complained.find("<none>:6:\tsymbol B "), std::string::npos) << host.complained;
}

TEST_F(LastLine, IsADefinition) {
    ASSERT_TRUE(load("config A\n\tbool\n\tdefault y\n\nconfig A", Dialect::v6_1));
    EXPECT_EQ(symbol("A").menus.size(), 2U);
    for (const MenuNode* const node : symbol("A").menus) {
        ASSERT_NE(node->file, nullptr);
    }
    EXPECT_EQ(symbol("A").menus[1]->file->name, "<none>");
}

}  // namespace
}  // namespace kconfig::test
