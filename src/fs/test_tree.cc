// SPDX-License-Identifier: GPL-2.0
#include "fs/test_tree.hh"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace lkl::fs::testing {
namespace {

std::string attributes_of(const std::string& path) {
    std::string list(4096, '\0');
    const ssize_t size = ::llistxattr(path.c_str(), list.data(), list.size());
    std::vector<std::string> all;
    for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(std::strlen(&list[at])) + 1) {
        if (std::strncmp(&list[at], "trusted.SGI_ACL_", 16) == 0) {
            continue;  // how xfs stores the ACLs that it also shows as such
        }
        std::string value(4096, '\0');
        const ssize_t length = ::lgetxattr(path.c_str(), &list[at], value.data(), value.size());
        value.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
        all.push_back(std::string(&list[at]) + "=" + value);
    }
    std::sort(all.begin(), all.end());
    std::string text;
    for (const std::string& one : all) {
        text += one + ";";
    }
    return text;
}

std::string describe(const std::filesystem::path& path, std::map<ino_t, std::string>& links) {
    struct stat status {};

    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    std::ostringstream line;
    line << std::oct << status.st_mode << std::dec << " " << status.st_uid << ":" << status.st_gid
         << " " << status.st_mtim.tv_sec << "." << status.st_mtim.tv_nsec;
    if (S_ISREG(status.st_mode)) {
        std::ifstream file(path, std::ios::binary);
        std::stringstream content;
        content << file.rdbuf();
        line << " size " << status.st_size << " hash " << std::hash<std::string>{}(content.str());
    } else if (S_ISLNK(status.st_mode)) {
        line << " -> " << std::filesystem::read_symlink(path).string();
    } else if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
        line << " device " << status.st_rdev;
    }
    if (!S_ISDIR(status.st_mode) && status.st_nlink > 1) {
        line << " links " << status.st_nlink << " first "
             << links.try_emplace(status.st_ino, path.filename().string()).first->second;
    }
    line << " " << attributes_of(path);
    return line.str();
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
    const char* base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/lkl-fs-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) {
        ADD_FAILURE() << "cannot make a temporary directory in " << path_;
    }
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void TemporaryDirectory::write(const std::string& below, const std::string& content,
                               unsigned mode) const {
    std::filesystem::create_directories(std::filesystem::path(path(below)).parent_path());
    {
        std::ofstream file(path(below), std::ios::binary);
        file << content;
        ASSERT_TRUE(file.good()) << below;
    }
    ASSERT_EQ(::chmod(path(below).c_str(), mode), 0);
}

std::string TemporaryDirectory::read(const std::string& below) const {
    std::ifstream file(path(below), std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

std::vector<std::string> describe_tree(const std::string& root) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    std::map<ino_t, std::string> links;
    std::vector<std::string> lines;
    for (const std::string& path : paths) {
        lines.push_back(path.substr(root.size() + 1) + ": " + describe(path, links));
    }
    return lines;
}

}  // namespace lkl::fs::testing
