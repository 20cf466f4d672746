// SPDX-License-Identifier: GPL-2.0
#include "fs/new_file.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <utility>

namespace lkl::fs {
namespace {

constexpr mode_t kMode = 0666;  // less the umask

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return {};
    }
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Everything but these two: the end of a pipe that others wait for must not hang on this process.
void close_others(int low, int high) {
    if (low > high) {
        std::swap(low, high);
    }
    if (low > 0) {
        ::close_range(0, static_cast<unsigned>(low) - 1, 0);
    }
    if (low + 1 < high) {
        ::close_range(static_cast<unsigned>(low) + 1, static_cast<unsigned>(high) - 1, 0);
    }
    ::close_range(static_cast<unsigned>(high) + 1, UINT_MAX, 0);
}

// The guard: whatever has to be done is between an order and the end, by calls that are safe in the
// child of a process with threads.
[[noreturn]] void guard(const char* path, const struct stat& made, int order, int finished) {
    struct stat now {};

    ::setsid();  // Ctrl-C is for the parent
    close_others(order, finished);
    char byte = 0;
    ssize_t size = 0;
    do {
        size = ::read(order, &byte, 1);
    } while (size < 0 && errno == EINTR);
    // Only that very file: somebody may have put another in its place.
    if (size == 0 && ::lstat(path, &now) == 0 && now.st_dev == made.st_dev &&
        now.st_ino == made.st_ino && now.st_size == 0) {
        ::unlink(path);
    }
    ::_exit(0);
}

}  // namespace

Result<NewFile> NewFile::create(const std::string& path, const char* operation) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC;
    NewFile made(UniqueFd(::open(path.c_str(), kFlags | O_EXCL, kMode)));
    if (made.file_) {
        made.start_guard(path);
        return made;
    }
    NewFile there(UniqueFd(::open(path.c_str(), kFlags, kMode)));
    if (!there.file_) {
        return Error::host(errno, operation, path);
    }
    return there;
}

NewFile::~NewFile() {
    if (order_) {
        order_read_.reset();
        order_.reset();
        await_guard();
    }
}

void NewFile::keep() {
    constexpr char kKeep = 'k';
    if (order_) {
        // A pipe takes one byte at once.
        static_cast<void>(::write(order_.get(), &kKeep, 1));
        order_.reset();
        order_read_.reset();
        await_guard();
    }
}

int NewFile::close() {
    const int fd = file_.release();
    return fd < 0 || ::close(fd) == 0 ? 0 : errno;
}

void NewFile::start_guard(const std::string& path) {
    struct stat made {};

    Pipe order = make_pipe();
    Pipe finished = make_pipe();
    if (!order.read || !finished.read || ::fstat(file_.get(), &made) != 0) {
        return;
    }
    // Not fork(), whose handlers would copy a kernel that runs in this process already.
    guard_ = ::_Fork();
    if (guard_ == 0) {
        guard(path.c_str(), made, order.read.get(), finished.write.get());
    }
    if (guard_ > 0) {
        order_ = std::move(order.write);
        order_read_ = std::move(order.read);
        finished_ = std::move(finished.read);
    }
}

void NewFile::await_guard() {
    char byte = 0;
    while (::read(finished_.get(), &byte, 1) < 0 && errno == EINTR) {
    }
    finished_.reset();
    ::waitpid(guard_, nullptr, 0);  // a sandbox forbids it: then the end of this process does it
}

}  // namespace lkl::fs
