// SPDX-License-Identifier: GPL-2.0
// What lklfuse does with an image, without a mount of the host's.
#include "fs/served_tree.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>

#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

using fs::FoundNode;
using fs::NodeTable;
using fs::ServedTree;

constexpr std::size_t kOpenNodes = 3;  // few, so that nodes are found again by their handles

class ServedTreeTest : public ToolTest, public ::testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override {
        path_ = make_image(GetParam());
        fs::ImageOptions options;
        options.path = path_;
        options.write = true;
        auto image = fs::Image::open(options);
        ASSERT_TRUE(image) << image.error().message();
        image_.emplace(*std::move(image));
        auto tree = ServedTree::open(*image_, kOpenNodes);
        ASSERT_TRUE(tree) << tree.error().message();
        tree_ = *std::move(tree);
    }

    void TearDown() override {
        tree_.reset();
        if (image_) {
            const auto finished = image_->finish();
            EXPECT_TRUE(finished) << finished.error().message();
            image_.reset();
            expect_clean(GetParam(), path_);
        }
    }

    // Makes a file with this content, and closes it.
    FoundNode make_file(fs::NodeId directory, const std::string& name, const std::string& content) {
        FoundNode made;
        const long file =
            tree_->create(directory, name.c_str(), open_flags::write_only, 0644, {}, made);
        EXPECT_GE(file, 0) << name;
        EXPECT_EQ(tree_->write(static_cast<int>(file), std::as_bytes(std::span(content)), 0),
                  static_cast<long>(content.size()));
        tree_->close_file(made.node, static_cast<int>(file));
        return made;
    }

    std::string content_of(fs::NodeId node) {
        const long file = tree_->open_file(node, open_flags::read_only);
        EXPECT_GE(file, 0);
        std::string content(4096, 0);
        const long size =
            tree_->read(static_cast<int>(file), std::as_writable_bytes(std::span(content)), 0);
        content.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        tree_->close_file(node, static_cast<int>(file));
        return content;
    }

    FoundNode found(fs::NodeId directory, const std::string& name) {
        FoundNode node;
        EXPECT_EQ(tree_->look_up(directory, name.c_str(), node), 0) << name;
        return node;
    }

    std::string path_;
    std::optional<fs::Image> image_;
    std::unique_ptr<ServedTree> tree_;
};

TEST_P(ServedTreeTest, ManyKnownNodesKeepFewOpen) {
    FoundNode directory;
    ASSERT_EQ(tree_->make_directory(NodeTable::kRoot, "d", 0755, {}, directory), 0);
    std::vector<fs::NodeId> nodes;
    for (int i = 0; i < 300; ++i) {
        nodes.push_back(
            make_file(directory.node, "file " + std::to_string(i), std::to_string(i)).node);
    }
    EXPECT_EQ(std::set<fs::NodeId>(nodes.begin(), nodes.end()).size(), nodes.size());
    EXPECT_EQ(tree_->nodes().known(), nodes.size() + 2);
    const bool pinned = std::string(GetParam()) == "vfat" || std::string(GetParam()) == "exfat";
    if (pinned) {
        EXPECT_EQ(tree_->nodes().open(), nodes.size() + 2);
    } else {
        EXPECT_LE(tree_->nodes().open(), kOpenNodes);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        EXPECT_EQ(content_of(nodes[i]), std::to_string(i));
        EXPECT_EQ(found(directory.node, "file " + std::to_string(i)).node, nodes[i]);
    }
    for (const fs::NodeId node : nodes) {
        tree_->forget(node, 2);
    }
    EXPECT_EQ(tree_->nodes().known(), 2U);
    FileStatus status;
    EXPECT_EQ(tree_->status(nodes.front(), ServedTree::kNoFile, status), -ESTALE);
}

TEST_P(ServedTreeTest, ADirectoryIsReadInPiecesAndFromTheMiddle) {
    FoundNode directory;
    ASSERT_EQ(tree_->make_directory(NodeTable::kRoot, "d", 0755, {}, directory), 0);
    std::set<std::string> expected{".", ".."};
    for (int i = 0; i < 200; ++i) {
        const std::string name = "a name that is long enough for pieces " + std::to_string(i);
        make_file(directory.node, name, "");
        expected.insert(name);
    }
    const int opened = static_cast<int>(tree_->open_directory(directory.node));
    ASSERT_GE(opened, 0);
    std::vector<std::pair<std::string, std::uint64_t>> entries;
    std::uint64_t offset = 0;
    for (std::size_t before = 1; before != entries.size() + 1 || entries.empty();) {
        before = entries.size() + 1;
        int left = 7;  // each call takes so many and refuses the next
        EXPECT_EQ(tree_->read_directory(opened, offset, 1024,
                                        [&](const fs::ListedEntry& entry) {
                                            if (left-- == 0) {
                                                return false;
                                            }
                                            entries.emplace_back(entry.name, entry.after);
                                            offset = entry.after;
                                            return true;
                                        }),
                  0);
    }
    std::set<std::string> names;
    for (const auto& [name, after] : entries) {
        EXPECT_TRUE(names.insert(name).second) << name << " came twice";
    }
    EXPECT_EQ(names, expected);
    const auto& middle = entries[entries.size() / 2];
    std::string next;
    EXPECT_EQ(tree_->read_directory(opened, middle.second, 1024,
                                    [&](const fs::ListedEntry& entry) {
                                        next = entry.name;
                                        return false;
                                    }),
              0);
    EXPECT_EQ(next, entries[entries.size() / 2 + 1].first);
    // It is left open, as by a program that the signal finds at work.
}

TEST_P(ServedTreeTest, AnUnlinkedFileLivesAsLongAsItIsOpen) {
    FoundNode made;
    const long file = tree_->create(NodeTable::kRoot, "f", open_flags::read_write, 0644, {}, made);
    ASSERT_GE(file, 0);
    ASSERT_EQ(tree_->remove(NodeTable::kRoot, "f", false), 0);
    for (int i = 0; i < 10; ++i) {
        make_file(NodeTable::kRoot, "other" + std::to_string(i), "x");
    }
    FileStatus status;
    EXPECT_EQ(tree_->status(made.node, ServedTree::kNoFile, status), 0);
    const std::string data = "still here";
    EXPECT_EQ(tree_->write(static_cast<int>(file), std::as_bytes(std::span(data)), 0), 10);
    EXPECT_EQ(content_of(made.node), data);
    FoundNode gone;
    EXPECT_EQ(tree_->look_up(NodeTable::kRoot, "f", gone), -ENOENT);
    tree_->close_file(made.node, static_cast<int>(file));
}

// By its descriptor or its handle: there is no other way to it.
TEST_P(ServedTreeTest, ARemovedDirectoryIsKnownAsLongAsItIsOpen) {
    FoundNode made;
    ASSERT_EQ(tree_->make_directory(NodeTable::kRoot, "d", 0755, {}, made), 0);
    const int opened = static_cast<int>(tree_->open_directory(made.node));
    ASSERT_GE(opened, 0);
    ASSERT_EQ(tree_->remove(NodeTable::kRoot, "d", true), 0);
    for (int i = 0; i < 10; ++i) {
        make_file(NodeTable::kRoot, "other" + std::to_string(i), "x");
    }
    FileStatus status;
    EXPECT_EQ(tree_->status(made.node, ServedTree::kNoFile, status), 0);
    EXPECT_TRUE(status.is_directory());
    tree_->close_directory(made.node, opened);
    tree_->forget(made.node, 1);
    EXPECT_EQ(tree_->status(made.node, ServedTree::kNoFile, status), -ESTALE);
}

TEST_P(ServedTreeTest, RenamesReplaceAndRefuse) {
    const FoundNode first = make_file(NodeTable::kRoot, "first", "1");
    make_file(NodeTable::kRoot, "second", "2");
    constexpr unsigned kNoReplace = 1;
    EXPECT_EQ(tree_->rename(NodeTable::kRoot, "first", NodeTable::kRoot, "second", kNoReplace),
              -EEXIST);
    EXPECT_EQ(tree_->rename(NodeTable::kRoot, "first", NodeTable::kRoot, "second", 0), 0);
    EXPECT_EQ(found(NodeTable::kRoot, "second").node, first.node);
    EXPECT_EQ(content_of(first.node), "1");
}

INSTANTIATE_TEST_SUITE_P(Types, ServedTreeTest,
                         ::testing::Values("ext4", "xfs", "btrfs", "f2fs", "vfat", "exfat",
                                           "ntfs3"),
                         [](const auto& info) { return std::string(info.param); });

// What only a file system of Linux holds.
using ServedMetadata = ServedTreeTest;

TEST_P(ServedMetadata, BelongsToItsCreatorWithAllBits) {
    FoundNode directory;
    const fs::Creator creator{1234, 567, 027};
    ASSERT_EQ(tree_->make_directory(NodeTable::kRoot, "d", 0777, creator, directory), 0);
    EXPECT_EQ(directory.status.permissions(), 0750U);
    EXPECT_EQ(directory.status.uid, 1234U);
    EXPECT_EQ(directory.status.gid, 567U);
    fs::StatusChange change;
    FileStatus status;
    change.permissions = 02750;
    ASSERT_EQ(tree_->change(directory.node, ServedTree::kNoFile, change, status), 0);
    EXPECT_EQ(status.permissions(), 02750U);
    FoundNode file;
    const long opened =
        tree_->create(directory.node, "f", open_flags::write_only, 0666, {99, 98, 0}, file);
    ASSERT_GE(opened, 0);
    tree_->close_file(file.node, static_cast<int>(opened));
    EXPECT_EQ(file.status.uid, 99U);
    EXPECT_EQ(file.status.gid, 567U);  // the directory's, by its bit
    EXPECT_EQ(file.status.permissions(), 0666U);
    change.uid = 100000;
    change.gid = 200000;
    change.permissions = 06751;
    change.size = 12345;
    change.accessed.time = FileTime{1111111111, 987654321};
    change.modified.time = FileTime{1234567890, 123456789};
    ASSERT_EQ(tree_->change(file.node, ServedTree::kNoFile, change, status), 0);
    EXPECT_EQ(status.uid, 100000U);
    EXPECT_EQ(status.gid, 200000U);
    EXPECT_EQ(status.permissions(), 06751U);
    EXPECT_EQ(status.size, 12345U);
    EXPECT_EQ(status.accessed, (FileTime{1111111111, 987654321}));
    EXPECT_EQ(status.modified, (FileTime{1234567890, 123456789}));
}

TEST_P(ServedMetadata, LinksNodesAndAttributes) {
    const FoundNode file = make_file(NodeTable::kRoot, "f", "x");
    FoundNode second;
    ASSERT_EQ(tree_->make_link(file.node, NodeTable::kRoot, "g", second), 0);
    EXPECT_EQ(second.node, file.node);
    EXPECT_EQ(second.status.inode, file.status.inode);
    EXPECT_EQ(second.status.links, 2U);
    FoundNode link;
    ASSERT_EQ(tree_->make_symlink(NodeTable::kRoot, "link", "f", {}, link), 0);
    std::array<char, 16> target{};
    EXPECT_EQ(tree_->read_link(link.node, target), 1);
    EXPECT_EQ(target[0], 'f');
    FoundNode device;
    ASSERT_EQ(
        tree_->make_node(NodeTable::kRoot, "null", mode::character | 0666, {1, 300}, {}, device),
        0);
    EXPECT_EQ(device.status.special, (DeviceNumber{1, 300}));

    const std::string value("a\0b", 3);
    const auto bytes = std::as_bytes(std::span(value));
    EXPECT_EQ(tree_->set_attribute(file.node, "user.key", bytes, 0), 0);
    // Of the link itself, not of what it leads to.
    EXPECT_EQ(tree_->set_attribute(link.node, "trusted.of link", bytes, 0), 0);
    EXPECT_EQ(tree_->get_attribute(file.node, "trusted.of link", {}), -ENODATA);
    EXPECT_EQ(tree_->get_attribute(link.node, "trusted.of link", {}), 3);
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(tree_->get_attribute(second.node, "user.key", buffer), 3);
    EXPECT_EQ(std::memcmp(buffer.data(), value.data(), 3), 0);
    std::array<char, 256> names{};
    const long size = tree_->list_attributes(file.node, names);
    ASSERT_GT(size, 0);
    const std::string list(names.data(), static_cast<std::size_t>(size));
    EXPECT_NE(list.find("user.key"), std::string::npos);
    EXPECT_EQ(tree_->remove_attribute(file.node, "user.key"), 0);
    EXPECT_EQ(tree_->get_attribute(file.node, "user.key", {}), -ENODATA);
}

INSTANTIATE_TEST_SUITE_P(Types, ServedMetadata, ::testing::Values("ext4", "xfs", "btrfs", "f2fs"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace lkl::tool_test
