// SPDX-License-Identifier: GPL-2.0
#include "tree_model.hh"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <lkl/file.hh>
#include <set>
#include <stdexcept>

namespace lkl::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kFile = mode::regular | 0644;
constexpr std::uint32_t kFolder = mode::directory | 0755;
constexpr std::uint32_t kLink = mode::symlink | 0777;
constexpr std::size_t kMebibyte = std::size_t{1} << 20U;

bool is(const Node& node, std::uint32_t type) {
    return (node.mode & mode::type_mask) == type;
}

template <typename T>
T value(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message());
    }
    return std::move(*result);
}

std::string content_of(const Dir& dir, const std::string& name, std::uint64_t size) {
    File file = value(dir.open_file(name, open_flags::read_only));
    const std::vector<std::byte> bytes = value(file.read_rest(size + 1));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void read_below(const Dir& dir, const std::string& prefix, Tree& tree,
                std::map<std::uint64_t, std::vector<std::string>>& names) {
    Dir reader = value(dir.open_dir("."));
    std::vector<std::string> entries;
    while (const auto entry = value(reader.next())) {
        entries.emplace_back(entry->name);
    }
    for (const std::string& name : entries) {
        if (prefix.empty() && name == "lost+found") {
            continue;
        }
        const FileStatus status = value(dir.status(name));
        Node& node = tree[prefix + name];
        node.mode = status.mode;
        if (status.is_directory()) {
            read_below(value(dir.open_dir(name)), prefix + name + "/", tree, names);
        } else if (status.is_symlink()) {
            node.content = value(dir.read_link(name));
        } else if (status.is_regular()) {
            node.content = content_of(dir, name, status.size);
            if (node.content.size() != status.size) {
                throw std::runtime_error(prefix + name + " has another size than its status says");
            }
            if (status.links > 1) {
                names[status.inode].push_back(prefix + name);
            }
        }
    }
}

// Names of one file by the first of them.
std::map<std::string, std::set<std::string>> groups(const Tree& tree) {
    std::map<std::uint64_t, std::set<std::string>> by_number;
    for (const auto& [path, node] : tree) {
        if (node.group != 0) {
            by_number[node.group].insert(path);
        }
    }
    std::map<std::string, std::set<std::string>> result;
    for (const auto& [number, paths] : by_number) {
        if (paths.size() > 1) {  // the others may have gone
            result[*paths.begin()] = paths;
        }
    }
    return result;
}

std::string summary(const Node& node) {
    if (is(node, mode::symlink)) {
        return "a link to " + node.content;
    }
    return is(node, mode::directory) ? "a folder"
                                     : "a file of " + std::to_string(node.content.size());
}

}  // namespace

std::string noise(std::size_t size, std::uint64_t seed) {
    std::string text(size, '\0');
    std::uint64_t state = seed * 0x9e3779b97f4a7c15U + 1;
    for (char& byte : text) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        byte = static_cast<char>(state >> 32U);
    }
    return text;
}

Tree sample_tree(const Abilities& abilities) {
    Tree tree;
    std::uint64_t seed = 1;
    const auto add = [&](std::string path, Node node) {
        if (!abilities.spaces) {
            std::replace(path.begin(), path.end(), ' ', '-');
        }
        tree[path] = std::move(node);
    };
    for (const std::size_t size : {0, 1, 511, 512, 513, 4095, 4096, 4097, 65535, 65536, 100'001}) {
        add("size " + std::to_string(size) + ".data", {kFile, noise(size, seed++), 0});
    }
    add("large", {kFile, noise(3 * kMebibyte + 1, seed++), 0});
    add("compressible", {kFile, std::string(kMebibyte, 'c') + noise(5000, seed++), 0});
    add("zeroes", {kFile, std::string(kMebibyte, '\0') + "end", 0});
    add(std::string(abilities.name_length, 'n'), {kFile, "a long name", 0});
    if (!abilities.folders) {
        return tree;
    }
    add("folder", {kFolder, "", 0});
    add("folder/empty", {kFolder, "", 0});
    add("folder/na\xc3\xafve \xe2\x82\xac", {kFile, "a name in UTF-8", 0});
    std::string deep = "folder";
    for (int i = 0; i < 5; i++) {
        deep += "/level" + std::to_string(i);
        add(deep, {kFolder, "", 0});
    }
    add(deep + "/deep", {kFile, noise(10'000, seed++), 0});
    add("many", {kFolder, "", 0});
    for (std::size_t i = 0; i < 300; i++) {
        add("many/file number " + std::to_string(i), {kFile, noise(i * 7, seed++), 0});
    }
    if (abilities.modes) {
        add("program", {mode::regular | 0751, "#!/bin/true\n", 0});
        add("private", {mode::directory | 0700, "", 0});
    }
    if (abilities.symlinks) {
        add("link", {kLink, "folder/level0", 0});
        add("folder/dangling", {kLink, "../nowhere", 0});
        add("folder/long link", {kLink, std::string(200, 'l'), 0});
    }
    if (abilities.hard_links) {
        for (const char* path : {"one name", "folder/another name", "many/a third name"}) {
            add(path, {kFile, "a file of three names", 1});
        }
    }
    return tree;
}

void make_on_host(const Tree& tree, const std::string& folder) {
    std::map<std::uint64_t, std::string> first_names;
    for (const auto& [path, node] : tree) {
        const fs::path here = fs::path(folder) / path;
        if (is(node, mode::symlink)) {
            fs::create_symlink(node.content, here);
            continue;
        }
        if (is(node, mode::directory)) {
            fs::create_directory(here);
        } else if (node.group != 0 && first_names.count(node.group) != 0) {
            fs::create_hard_link(first_names[node.group], here);
        } else {
            std::ofstream file(here, std::ios::binary);
            file.write(node.content.data(), static_cast<std::streamsize>(node.content.size()));
            if (!file.flush()) {
                throw std::runtime_error("cannot write " + here.string());
            }
            first_names[node.group] = here.string();
        }
        fs::permissions(here, static_cast<fs::perms>(node.mode & mode::permissions));
    }
}

Tree read_tree(const Dir& root) {
    Tree tree;
    std::map<std::uint64_t, std::vector<std::string>> names;
    read_below(root, "", tree, names);
    std::uint64_t group = 0;
    for (const auto& [inode, paths] : names) {
        group++;
        for (const std::string& path : paths) {
            tree[path].group = group;
        }
    }
    return tree;
}

std::vector<std::string> differences(const Tree& wanted, const Tree& found,
                                     const Abilities& abilities) {
    std::vector<std::string> result;
    for (const auto& [path, node] : wanted) {
        const auto there = found.find(path);
        if (there == found.end()) {
            result.push_back(path + " is missing");
            continue;
        }
        const Node& other = there->second;
        if (!is(other, node.mode & mode::type_mask) ||
            node.content.size() != other.content.size()) {
            result.push_back(path + " is " + summary(other) + ", not " + summary(node));
        } else if (node.content != other.content) {
            const auto at =
                std::mismatch(node.content.begin(), node.content.end(), other.content.begin());
            result.push_back(path + " differs at byte " +
                             std::to_string(at.first - node.content.begin()) + " of " +
                             std::to_string(node.content.size()));
        } else if (abilities.modes && node.mode != other.mode) {
            result.push_back(path + " has another mode");
        }
    }
    for (const auto& [path, node] : found) {
        if (wanted.count(path) == 0) {
            result.push_back(path + " should not be there");
        }
    }
    if (abilities.hard_links && groups(wanted) != groups(found)) {
        result.emplace_back("other names share a file");
    }
    return result;
}

}  // namespace lkl::testing
