// SPDX-License-Identifier: GPL-2.0
// Identity of the files that a command names.
#include <sys/stat.h>

#include <climits>
#include <cstdlib>
#include <unordered_map>

#include "kconfig/base/text.hh"
#include "kconfig/probe/probe.hh"

namespace kconfig {

namespace {

#ifdef _WIN32
void append_file(std::string& out, const std::string& path) {
    struct _stat64 status {};

    if (_stat64(path.c_str(), &status) == 0) {
        append(out, path, ' ', static_cast<long long>(status.st_size), ' ',
               static_cast<long long>(status.st_mtime), '\n');
    }
}
#else
void append_file(std::string& out, const std::string& path) {
    struct stat status {};

    if (::stat(path.c_str(), &status) != 0) {
        return;
    }
    // Directories change with every temporary file in them; that they are there
    // is all that counts. So it is with devices.
    if (!S_ISREG(status.st_mode)) {
        append(out, path, ' ', static_cast<unsigned long long>(status.st_mode & S_IFMT), '\n');
        return;
    }
    append(out, path, ' ', static_cast<unsigned long long>(status.st_ino), ' ',
           static_cast<long long>(status.st_size), ' ',
           static_cast<long long>(status.st_mtim.tv_sec), '.',
           static_cast<long long>(status.st_mtim.tv_nsec), ' ',
           static_cast<long long>(status.st_ctim.tv_sec), '.',
           static_cast<long long>(status.st_ctim.tv_nsec), '\n');
}
#endif

// What compilers run without being told.
constexpr std::string_view kHelpers[] = {"as", "ld", "sh"};

}  // namespace

struct FileStamps::Memory {
    std::unordered_map<std::string, std::string> words;
    std::string helpers;
    bool helpers_known = false;
};

FileStamps::FileStamps(std::string search)
    : search_(std::move(search)), memory_(std::make_unique<Memory>()) {}

FileStamps::~FileStamps() = default;

std::string FileStamps::of(std::string_view command) {
    // Every program of that name along PATH: behind ccache stands another one.
    const auto along_path = [this](std::string& out, std::string_view word) {
        std::string_view rest = search_;
        while (!rest.empty()) {
            const std::size_t end = rest.find(':');
            const std::string_view directory = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            append_file(out, cat(directory.empty() ? "." : directory, '/', word));
        }
    };
    if (!memory_->helpers_known) {
        memory_->helpers_known = true;
        for (const std::string_view helper : kHelpers) {
            along_path(memory_->helpers, helper);
        }
    }
    std::string out = memory_->helpers;
    for (const std::string& word : shell_words(command)) {
        const auto [known, is_new] = memory_->words.try_emplace(word);
        if (is_new && !word.empty() && word.size() < 4096) {
            std::string& stamp = known->second;
            const std::size_t slash = word.find('/');
            if (word.front() == '-') {
                if (slash != std::string::npos) {
                    append_file(stamp, word.substr(slash));
                }
                if (const std::size_t equal = word.find('='); equal != std::string::npos) {
                    append_file(stamp, word.substr(equal + 1));
                }
            } else if (slash != std::string::npos) {
                append_file(stamp, word);
            } else if (word.find_first_of(" \t\n#<>;$") == std::string::npos) {
                append_file(stamp, word);
                along_path(stamp, word);
            }
        }
        out += known->second;
    }
    return out;
}

}  // namespace kconfig
