// SPDX-License-Identifier: GPL-2.0
// Reading whole files with as few system calls as possible.
#include "kconfig/base/file_text.hh"

#ifdef _WIN32
#include <cstdio>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <cstring>
#include <filesystem>
#include <system_error>

#include "kconfig/base/host.hh"
#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

// Doubles the buffer, for files that grow or have no size.
void enlarge(FileText& text, std::size_t& room) {
    auto bigger = std::make_unique_for_overwrite<char[]>(room * 2);
    std::memcpy(bigger.get(), text.data.get(), text.size);
    text.data = std::move(bigger);
    room *= 2;
}

}  // namespace

#ifdef _WIN32

std::optional<FileText> read_file(const std::string& path) {
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
        return std::nullopt;
    }
    FileText text;
    std::size_t room = 64 * 1024;
    text.data = std::make_unique_for_overwrite<char[]>(room);
    while (const std::size_t got =
               std::fread(text.data.get() + text.size, 1, room - text.size, file)) {
        text.size += got;
        if (text.size == room) {
            enlarge(text, room);
        }
    }
    text.data[text.size] = '\0';
    std::fclose(file);
    return text;
}

#else

std::optional<FileText> read_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return std::nullopt;
    }

    struct stat status {};

    FileText text;
    std::size_t room = 4096;
    if (::fstat(fd, &status) == 0 && status.st_size > 0) {
        room = static_cast<std::size_t>(status.st_size) + 1;
    }
    text.data = std::make_unique_for_overwrite<char[]>(room);
    for (;;) {
        const ssize_t got = ::read(fd, text.data.get() + text.size, room - text.size);
        if (got < 0) {
            text.unreadable = true;
        }
        if (got <= 0) {
            break;
        }
        text.size += static_cast<std::size_t>(got);
        // A regular file that gave all that fstat() promised is at its end.
        if (S_ISREG(status.st_mode) && text.size + 1 == room) {
            break;
        }
        if (text.size == room) {
            enlarge(text, room);
        }
    }
    text.data[text.size] = '\0';
    ::close(fd);
    return text;
}

#endif

namespace {

std::optional<FileText> read_in_srctree(Host& host, std::string_view name) {
    const char* const srctree = host.env("srctree");
    if (srctree == nullptr || (!name.empty() && name.front() == '/')) {
        return std::nullopt;
    }
    return read_file(cat(srctree, '/', name));
}

}  // namespace

std::optional<FileText> read_source_file(Host& host, std::string_view name) {
    std::optional<FileText> text = read_file(std::string(name));
    return text ? std::move(text) : read_in_srctree(host, name);
}

// Whether the first directory of a relative name exists.
bool SourceReader::may_be_here(std::string_view name) {
    const std::size_t slash = name.find('/');
    if (slash == 0 || slash == std::string_view::npos) {
        return true;
    }
    const std::string_view directory = name.substr(0, slash);
    for (const auto& [known, exists] : here_) {
        if (known == directory) {
            return exists;
        }
    }
    std::error_code error;
    const auto status = std::filesystem::status(directory, error);
    const bool exists = status.type() != std::filesystem::file_type::not_found;
    here_.emplace_back(directory, exists);
    return exists;
}

std::optional<FileText> SourceReader::read(std::string_view name) {
    if (may_be_here(name)) {
        return read_source_file(host_, name);
    }
    return read_in_srctree(host_, name);
}

}  // namespace kconfig
