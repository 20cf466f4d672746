// SPDX-License-Identifier: GPL-2.0
// File operations.
#include "kconfig/io/files.hh"

#include <filesystem>

#ifdef _WIN32
#include <process.h>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace kconfig {

namespace {

#ifdef _WIN32

bool make_directories(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    return !error;
}

#else

// None of them may be written by others, whatever the umask, as the original has it.
bool make_directories(const std::string& path) {
    constexpr mode_t kMode = 0755;
    for (std::size_t end = path.find_first_not_of('/'); end != std::string::npos;) {
        end = path.find('/', end);
        const std::string part = path.substr(0, end);
        if (!is_directory(part) && ::mkdir(part.c_str(), kMode) != 0 && !is_directory(part)) {
            return false;
        }
        end = end == std::string::npos ? end : path.find_first_not_of('/', end);
    }
    return true;
}

#endif

}  // namespace

bool is_directory(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

bool file_exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

std::string why_unreadable(const std::string& path) {
    return is_directory(path)  ? ": it is a directory"
           : file_exists(path) ? ": permission denied or not a file"
                               : ": there is no such file";
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
    return make_directories(directory);
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
