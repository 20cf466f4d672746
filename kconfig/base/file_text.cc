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
    ::close(fd);
    return text;
}

#endif

std::optional<FileText> read_source_file(Host& host, std::string_view name) {
    std::optional<FileText> text = read_file(std::string(name));
    if (text || (!name.empty() && name.front() == '/')) {
        return text;
    }
    const char* const srctree = host.env("srctree");
    if (srctree == nullptr) {
        return std::nullopt;
    }
    return read_file(cat(srctree, '/', name));
}

}  // namespace kconfig
