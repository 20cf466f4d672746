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

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "kconfig/base/host.hh"
#include "kconfig/base/text.hh"

namespace kconfig {

namespace {

constexpr std::size_t kUsualRoom = 64 * 1024;  // for one file after the other

// An empty text with that much room at least.
void prepare(FileText& text, std::size_t room) {
    text.size = 0;
    text.unreadable = false;
    if (text.room < room) {
        text.data = std::make_unique_for_overwrite<char[]>(room + FileText::kSlack);
        text.room = room;
    }
}

// Doubles the buffer, for files that grow or have no size.
void enlarge(FileText& text) {
    auto bigger = std::make_unique_for_overwrite<char[]>(text.room * 2 + FileText::kSlack);
    std::memcpy(bigger.get(), text.data.get(), text.size);
    text.data = std::move(bigger);
    text.room *= 2;
}

}  // namespace

#ifdef _WIN32

bool read_file(const std::string& path, FileText& text) {
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
        return false;
    }
    prepare(text, kUsualRoom);
    while (const std::size_t got =
               std::fread(text.data.get() + text.size, 1, text.room - text.size, file)) {
        text.size += got;
        if (text.size == text.room) {
            enlarge(text);
        }
    }
    text.data[text.size] = '\0';
    std::fclose(file);
    return true;
}

#else

namespace {

// A relative name is one in @p directory.
bool read_file_at(int directory, const std::string& name, FileText& text) {
    const int fd = ::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }

    // Most files fit, and asking for their end once more costs less than asking for their size.
    prepare(text, kUsualRoom);
    for (;;) {
        const ssize_t got = ::read(fd, text.data.get() + text.size, text.room - text.size);
        if (got < 0) {
            text.unreadable = true;
        }
        if (got <= 0) {
            break;
        }
        text.size += static_cast<std::size_t>(got);
        if (text.size == text.room) {
            enlarge(text);
        }
    }
    text.data[text.size] = '\0';
    ::close(fd);
    return true;
}

}  // namespace

bool read_file(const std::string& path, FileText& text) {
    return read_file_at(AT_FDCWD, path, text);
}

#endif

std::optional<FileText> read_file(const std::string& path) {
    FileText text;
    return read_file(path, text) ? std::optional(std::move(text)) : std::nullopt;
}

namespace {

bool read_in_srctree(Host& host, std::string_view name, FileText& text) {
    const char* const srctree = host.env("srctree");
    if (srctree == nullptr || (!name.empty() && name.front() == '/')) {
        return false;
    }
    return read_file(cat(srctree, '/', name), text);
}

}  // namespace

std::optional<FileText> read_source_file(Host& host, std::string_view name) {
    FileText text;
    const bool found = read_file(std::string(name), text) || read_in_srctree(host, name, text);
    return found ? std::optional(std::move(text)) : std::nullopt;
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

SourceReader::~SourceReader() {
    forget();
}

#ifdef _WIN32

bool SourceReader::read_there(const std::string& name, FileText& text) {
    return read_in_srctree(host_, name, text);
}

void SourceReader::forget() {
    here_.clear();
}

#else

// $srctree stays open, so that the way to it is not walked for each of its files.
bool SourceReader::read_there(const std::string& name, FileText& text) {
    const char* const srctree = host_.env("srctree");
    if (srctree == nullptr || *srctree == '\0' || name.empty() || name.front() == '/') {
        return read_in_srctree(host_, name, text);
    }
    if (srctree_ < 0 || srctree_name_ != srctree) {
        forget();
        srctree_name_ = srctree;
        srctree_ = ::open(srctree, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return srctree_ >= 0 && read_file_at(srctree_, name, text);
}

void SourceReader::forget() {
    here_.clear();
    if (srctree_ >= 0) {
        ::close(srctree_);
        srctree_ = -1;
    }
}

#endif

bool SourceReader::read(std::string_view name, FileText& text) {
    const std::string whole(name);
    return (may_be_here(name) && read_file(whole, text)) || read_there(whole, text);
}

}  // namespace kconfig
