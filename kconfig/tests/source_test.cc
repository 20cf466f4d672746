// SPDX-License-Identifier: GPL-2.0
// Where source statements find their files.
#include "support.hh"

namespace kconfig::test {
namespace {

class SourceStatement : public ::testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::create_directory(srctree.file("gen"));
        srctree.write("gen/a", "config A\n\tdef_bool y\n");
        srctree.write("gen/b", "config TREE\n\tdef_bool y\n");
        host.variables["srctree"] = srctree.file("");
    }

    bool load(const std::string& text, const ShellRunner& shell) {
        srctree.write("Top", text);
        const WorkingDirectory inside(here.file(""));
        Diagnostics diagnostics(host, MessageStyle::strict);
        tree = load_tree("Top", Profile{}, diagnostics, shell);
        return tree != nullptr;
    }

    TemporaryDirectory srctree;
    TemporaryDirectory here;
    FakeHost host;
    std::unique_ptr<Tree> tree;
};

TEST_F(SourceStatement, PrefersTheCurrentDirectory) {
    std::filesystem::create_directory(here.file("gen"));
    here.write("gen/b", "config HERE\n\tdef_bool y\n");
    ASSERT_TRUE(load("source \"gen/a\"\nsource \"gen/b\"\n", {})) << host.complained;
    EXPECT_NE(tree->find("A"), nullptr);
    EXPECT_NE(tree->find("HERE"), nullptr);
    EXPECT_EQ(tree->find("TREE"), nullptr);
}

// As the original puts a slash between the two, whatever there is of the first.
TEST_F(SourceStatement, AnEmptySrctreeIsTheRootDirectory) {
    const std::string elsewhere = srctree.file("gen/a").substr(1);
    here.write("Top", "source \"" + elsewhere + "\"\n");
    host.variables["srctree"] = "";
    EXPECT_TRUE(load("", {})) << host.complained;
    EXPECT_NE(tree->find("A"), nullptr);
}

TEST_F(SourceStatement, FindsWhatACommandHasJustMade) {
    const auto make = [&](const std::string&) -> std::optional<std::string> {
        std::filesystem::create_directory(here.file("gen"));
        here.write("gen/b", "config HERE\n\tdef_bool y\n");
        return "";
    };
    ASSERT_TRUE(load("source \"gen/a\"\nMADE := $(shell,make it)\nsource \"gen/b\"\n", make))
        << host.complained;
    EXPECT_NE(tree->find("A"), nullptr);
    EXPECT_NE(tree->find("HERE"), nullptr);
    EXPECT_EQ(tree->find("TREE"), nullptr);
}

}  // namespace
}  // namespace kconfig::test
