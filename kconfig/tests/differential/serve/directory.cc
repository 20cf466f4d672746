// SPDX-License-Identifier: GPL-2.0
// Walking the directory in which a case runs.
#include "kconfig/tests/differential/serve/directory.hh"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace {

constexpr timespec kOld = {1000000000, 0};

[[noreturn]] void die(const std::string& what) {
    std::perror(what.c_str());
    std::_Exit(3);
}

// Calls visit(directory, name, path, status) for everything below, directories after their content.
template <typename Visit>
void walk(int fd, const std::string& prefix, const Visit& visit) {
    DIR* const directory = ::fdopendir(fd);
    if (directory == nullptr) {
        die(prefix);
    }
    while (const dirent* const entry = ::readdir(directory)) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") {
            continue;
        }

        struct stat status {};

        if (::fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            die(prefix + entry->d_name);
        }
        const std::string path = prefix + entry->d_name;
        if (S_ISDIR(status.st_mode)) {
            const int below = ::openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (below < 0) {
                die(path);
            }
            walk(below, path + '/', visit);
        }
        visit(fd, entry->d_name, path, status);
    }
    ::closedir(directory);
}

int open_directory(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        die(path);
    }
    return fd;
}

std::string content_of(int directory, const char* name, std::size_t size) {
    std::string text(size, '\0');
    const int fd = ::openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::read(fd, text.data(), size) != static_cast<ssize_t>(size)) {
        die(name);
    }
    ::close(fd);
    return text;
}

std::uint64_t hash(std::string_view text, std::uint64_t seed) {
    std::uint64_t value = seed ^ text.size();
    while (!text.empty()) {
        std::uint64_t piece = 0;
        const std::size_t size = text.size() < 8 ? text.size() : 8;
        std::memcpy(&piece, text.data(), size);
        text.remove_prefix(size);
        value = (value ^ piece) * 0x9E3779B97F4A7C15ULL;
        value ^= value >> 29;
    }
    return value;
}

}  // namespace

void Digest::add(std::string_view name, std::string_view content) {
    const std::uint64_t named = hash(name, 0x51ED270B0A1F39C1ULL);
    a_ += hash(content, named);
    b_ += hash(content, named * 0xD6E8FEB86659FD93ULL + 1);
}

std::string Digest::text() const {
    char out[33];
    std::snprintf(out, sizeof out, "%016llx%016llx", static_cast<unsigned long long>(a_),
                  static_cast<unsigned long long>(b_));
    return out;
}

void empty_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0777) == 0) {
        return;
    }
    if (errno != EEXIST) {
        die(path);
    }
    walk(open_directory(path), "",
         [](int fd, const char* name, const std::string& below, const struct stat& status) {
             if (::unlinkat(fd, name, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0) != 0) {
                 die(below);
             }
         });
}

void make_file(const std::string& path, bool link, const std::string& content) {
    std::error_code ignored;  // opening the file will fail
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    if (link) {
        if (::symlink(content.c_str(), path.c_str()) != 0) {
            die(path);
        }
        return;
    }
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 ||
        ::write(fd, content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
        die(path);
    }
    ::close(fd);
}

void age_directory(const std::string& path) {
    walk(open_directory(path), "",
         [](int fd, const char* name, const std::string&, const struct stat& status) {
             const timespec times[] = {kOld, kOld};
             if (S_ISREG(status.st_mode) && status.st_mtim.tv_sec != kOld.tv_sec) {
                 ::utimensat(fd, name, times, 0);
             }
         });
}

void digest_directory(const std::string& path, Digest& digest) {
    walk(open_directory(path), "",
         [&](int fd, const char* name, const std::string& below, const struct stat& status) {
             std::string content;
             if (S_ISLNK(status.st_mode)) {
                 char target[4096];
                 const ssize_t size = ::readlinkat(fd, name, target, sizeof target);
                 content.assign(target, size > 0 ? static_cast<std::size_t>(size) : 0);
             } else if (S_ISREG(status.st_mode) && status.st_size > 0) {
                 content = content_of(fd, name, static_cast<std::size_t>(status.st_size));
             }
             const bool written = S_ISREG(status.st_mode) && status.st_mtim.tv_sec != kOld.tv_sec;
             const char kind = S_ISDIR(status.st_mode)   ? 'd'
                               : S_ISLNK(status.st_mode) ? 'l'
                               : written                 ? 'w'
                                                         : 'f';
             digest.add(std::string(1, kind) + below, content);
         });
}
