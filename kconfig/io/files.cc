// SPDX-License-Identifier: GPL-2.0
// File operations.
#include "kconfig/io/files.hh"

#include <filesystem>

#ifdef _WIN32
#include <process.h>
#else
#include <fcntl.h>
#include <unistd.h>
#endif

namespace kconfig {

bool is_directory(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

bool file_exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

bool make_parent_directory(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos || slash == 0) {
        return true;
    }
    const std::string directory = path.substr(0, slash);
    if (is_directory(directory)) {
        return true;
    }
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    return !error;
}

bool rename_file(const std::string& from, const std::string& to) {
    std::error_code error;
    std::filesystem::rename(from, to, error);
    return !error;
}

void remove_file(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
}

#ifdef _WIN32

bool touch_file(const std::string& path) {
    return OutputFile(path).is_open();
}

int process_id() {
    return _getpid();
}

#else

bool touch_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return false;
    }
    ::close(fd);
    return true;
}

int process_id() {
    return ::getpid();
}

#endif

}  // namespace kconfig
