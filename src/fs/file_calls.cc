// SPDX-License-Identifier: GPL-2.0
#include "fs/file_calls.hh"

namespace lkl::fs {
namespace {

// Longest path that is given to a kernel in one piece; PATH_MAX counts the final zero.
constexpr std::size_t kPathPiece = 4000;

}  // namespace

Result<OpenFile> open_file(FileCalls& calls, At at, int flags, std::uint32_t mode,
                           std::string_view path) {
    const long fd = calls.open(at, flags | open_flags::close_on_exec, mode);
    if (fd < 0) {
        return calls.error(fd, "open", std::string(path));
    }
    return OpenFile(calls, static_cast<int>(fd));
}

Result<OpenFile> open_directory(FileCalls& calls, std::string_view path, bool follow, int start) {
    const int flags = open_flags::read_only | open_flags::directory;
    const int last = follow ? flags : flags | open_flags::no_follow;
    OpenFile current;
    int dir = start;
    std::string_view rest = path;
    while (rest.size() > kPathPiece) {
        const std::size_t cut = rest.rfind('/', kPathPiece);
        if (cut == std::string_view::npos || cut == 0) {
            break;  // one component longer than any name: the kernel says ENAMETOOLONG
        }
        const std::string piece(rest.substr(0, cut));
        LKL_TRY(OpenFile next, open_file(calls, {dir, piece.c_str()}, flags, 0, path));
        current = std::move(next);
        dir = current.get();
        rest.remove_prefix(cut + 1);
    }
    const std::string piece(rest.empty() ? "." : rest);
    return open_file(calls, {dir, piece.c_str()}, last, 0, path);
}

Result<FileStatus> path_status(FileCalls& calls, const std::string& path) {
    FileStatus status;
    const long result = calls.status({FileCalls::kCurrentDirectory, path.c_str()}, status);
    if (result < 0) {
        return calls.error(result, "find", path);
    }
    return status;
}

}  // namespace lkl::fs
