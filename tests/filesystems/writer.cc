// SPDX-License-Identifier: GPL-2.0
#include "writer.hh"

#include <algorithm>
#include <lkl/file.hh>
#include <span>
#include <vector>

#include "fixture.hh"

namespace lkl::testing {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

bool is(const Node& node, std::uint32_t type) {
    return (node.mode & mode::type_mask) == type;
}

}  // namespace

void Writer::add(const std::string& path, const Node& node) {
    model_[path] = node;
    if (is(node, mode::symlink)) {
        must(root_.make_symlink(node.content, path));
        return;
    }
    if (is(node, mode::directory)) {
        must(root_.make_dir(path));
    } else {
        if (node.group != 0) {
            for (const auto& [other, candidate] : model_) {
                if (candidate.group == node.group && other != path) {
                    must(root_.make_link(other, root_, path));
                    return;
                }
            }
        }
        File file = must(root_.open_file(
            path, open_flags::write_only | open_flags::create | open_flags::exclusive));
        must(file.write_all(bytes_of(node.content)));
        must(file.close());
    }
    if (abilities_.modes) {
        must(root_.set_permissions(path, node.mode & mode::permissions));
    }
}

void Writer::add_tree() {
    for (const auto& [path, node] : sample_tree(abilities_)) {
        add(path, node);
    }
}

void Writer::write_at(File& file, const std::string& path, std::uint64_t offset,
                      std::string_view data) {
    must(file.pwrite_all(bytes_of(data), offset));
    std::string& content = model_[path].content;
    content.resize(std::max<std::size_t>(content.size(), offset + data.size()));
    content.replace(offset, data.size(), data);
}

void Writer::write_in_pieces() {
    constexpr std::size_t kSize = std::size_t{10} << 20U;
    constexpr std::size_t kPiece = 77'777;
    const std::string path = "in pieces";
    add(path, {mode::regular | 0644, "", 0});
    File file = must(root_.open_file(path, open_flags::read_write));
    const std::string data = noise(kSize, 77);
    // From both ends to the middle; a piece of the middle stays a hole.
    for (std::size_t at = 0; at + kPiece < kSize / 2 - 300'000; at += kPiece) {
        write_at(file, path, at, std::string_view(data).substr(at, kPiece));
        const std::size_t back = kSize - at - kPiece;
        write_at(file, path, back, std::string_view(data).substr(back, kPiece));
    }
    must(file.sync());
    // Over what is there: within a block, across blocks, across the end.
    const std::string other = noise(200'000, 78);
    write_at(file, path, 100, std::string_view(other).substr(0, 50));
    write_at(file, path, (1U << 20U) - 5, std::string_view(other).substr(0, 10'000));
    write_at(file, path, model_[path].content.size() - 1000, other);
    must(file.close());
    File end = must(root_.open_file(path, open_flags::write_only | open_flags::append));
    for (int i = 0; i < 50; i++) {
        const std::string line = "line " + std::to_string(i) + "\n";
        must(end.write_all(bytes_of(line)));
        model_[path].content += line;
    }
    must(end.close());
}

void Writer::truncate(const std::string& path, std::uint64_t size) {
    File file = must(root_.open_file(path, open_flags::write_only));
    must(file.truncate(size));
    must(file.close());
    model_[path].content.resize(size);
}

void Writer::change_sizes() {
    truncate("large", 1'234'567);
    truncate("compressible", 0);
    truncate("size 4097.data", 300'000);
    truncate("size 0.data", 70'000);
    truncate("size 65536.data", 4096);
    // Behind a cut, zeroes come back and no old data.
    truncate("size 65535.data", 1000);
    truncate("size 65535.data", 60'000);
}

void Writer::move(const std::string& from, const std::string& to) {
    must(root_.rename(from, root_, to));
    Tree moved;
    for (auto it = model_.begin(); it != model_.end();) {
        const bool is_it =
            it->first == from || it->first.compare(0, from.size() + 1, from + "/") == 0;
        if (is_it) {
            moved[to + it->first.substr(from.size())] = std::move(it->second);
            it = model_.erase(it);
        } else {
            ++it;
        }
    }
    for (auto& [path, node] : moved) {
        model_[path] = std::move(node);
    }
}

void Writer::rename() {
    move("size 1.data", "another name.data");
    move("size 511.data", "folder/moved down");
    move("folder/level0/level1/level2/level3/level4/deep", "moved up");
    move("size 512.data", "size 513.data");  // which there was
    move("folder/level0", "many/moved folder");
    move("folder", "renamed folder");
    if (abilities_.symlinks) {
        move("link", "renamed link");
    }
}

void Writer::unlink(const std::string& path) {
    must(root_.remove(path));
    model_.erase(path);
}

void Writer::remove() {
    for (int i = 0; i < 300; i += 3) {
        unlink("many/file number " + std::to_string(i));
    }
    unlink("zeroes");
    unlink(std::string(abilities_.name_length, 'n'));
    if (abilities_.hard_links) {
        unlink("one name");
    }
    must(root_.remove_dir("renamed folder/empty"));
    model_.erase("renamed folder/empty");
    // The name is gone, the file stays while it is open.
    File open = must(root_.open_file("size 100001.data", open_flags::read_write));
    unlink("size 100001.data");
    const std::string data = noise(500'000, 79);
    must(open.pwrite_all(bytes_of(data), 50'000));
    std::vector<std::byte> read(data.size());
    must(open.pread_all(read, 50'000));
    EXPECT_TRUE(std::ranges::equal(read, bytes_of(data)));
    must(open.close());
    // A name that was used is free again.
    add("zeroes", {mode::regular | 0644, "new content", 0});
}

void Writer::remove_everything_but(const std::string& name) {
    // What lies deepest goes first.
    std::vector<std::string> paths;
    for (const auto& [path, node] : model_) {
        if (path != name && path.compare(0, name.size() + 1, name + "/") != 0) {
            paths.push_back(path);
        }
    }
    for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
        if (is(model_[*path], mode::directory)) {
            must(root_.remove_dir(*path));
            model_.erase(*path);
        } else {
            unlink(*path);
        }
    }
}

}  // namespace lkl::testing
