// SPDX-License-Identifier: GPL-2.0
// Running a command with both of its outputs captured.
#include "kconfig/probe/spawn.hh"

#include "kconfig/base/text.hh"

#ifdef _WIN32

namespace kconfig {

bool can_capture() {
    return false;
}

bool capture(const std::string&, ProbeOutput&) {
    return false;
}

std::string standard_input_key(bool& piped) {
    piped = true;
    return {};
}

std::string whole_environment() {
    return {};
}

}  // namespace kconfig

#else

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

extern char** environ;

namespace kconfig {

namespace {

constexpr std::size_t kMaxBytes = 4096;

struct Pipe {
    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            read = ends[0];
            write = ends[1];
        }
    }

    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    ~Pipe() {
        close(read);
        close(write);
    }

    static void close(int& fd) {
        if (fd >= 0) {
            ::close(fd);
            fd = -1;
        }
    }

    int read = -1;
    int write = -1;
};

// Reads once; closes the end at the end of the data. Keeps at most @p limit.
void drain(int& fd, std::string& into, std::size_t limit) {
    char buffer[4096];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got > 0) {
        const std::size_t room = limit - std::min(limit, into.size());
        into.append(buffer, std::min(room, static_cast<std::size_t>(got)));
        // The original closes the pipe when its buffer is full.
        if (into.size() >= limit) {
            Pipe::close(fd);
        }
    } else if (got == 0 || errno != EINTR) {
        Pipe::close(fd);
    }
}

}  // namespace

bool can_capture() {
    return true;
}

bool capture(const std::string& command, ProbeOutput& output) {
    Pipe out;
    Pipe err;
    if (out.read < 0 || err.read < 0) {
        return false;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out.write, 1);
    posix_spawn_file_actions_adddup2(&actions, err.write, 2);
    std::string text = command;
    char shell[] = "sh";
    char option[] = "-c";
    char* const arguments[] = {shell, option, text.data(), nullptr};
    pid_t child = -1;
    const int failed = ::posix_spawn(&child, "/bin/sh", &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        return false;
    }
    Pipe::close(out.write);
    Pipe::close(err.write);
    output = {};
    while (out.read >= 0 || err.read >= 0) {
        pollfd watched[] = {{out.read, POLLIN, 0}, {err.read, POLLIN, 0}};
        if (::poll(watched, 2, -1) < 0) {
            if (errno == EINTR) {
                continue;
            }
            break;
        }
        if (watched[0].revents != 0) {
            drain(out.read, output.out, kMaxBytes);
        }
        if (watched[1].revents != 0) {
            drain(err.read, output.err, 64 * kMaxBytes);
        }
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return true;
}

std::string standard_input_key(bool& piped) {
    struct stat status {};

    piped = false;
    if (::fstat(0, &status) != 0) {
        return "closed";
    }
    if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) {
        piped = true;
        return "pipe";
    }
    if (S_ISCHR(status.st_mode)) {
        piped = ::isatty(0) != 0;
        return cat("device ", static_cast<unsigned long long>(status.st_rdev));
    }
    piped = true;  // a command that reads moves on what the program reads, too
    return cat("file ", static_cast<unsigned long long>(status.st_dev), ' ',
               static_cast<unsigned long long>(status.st_ino), ' ',
               static_cast<long long>(status.st_size), ' ',
               static_cast<long long>(status.st_mtim.tv_sec), '.',
               static_cast<long long>(status.st_mtim.tv_nsec), ' ',
               static_cast<long long>(::lseek(0, 0, SEEK_CUR)));
}

std::string whole_environment() {
    std::vector<std::string> variables;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        variables.emplace_back(*variable);
    }
    std::sort(variables.begin(), variables.end());
    std::string out;
    for (const std::string& variable : variables) {
        append(out, variable, '\n');
    }
    return out;
}

}  // namespace kconfig

#endif
