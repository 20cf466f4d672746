// SPDX-License-Identifier: GPL-2.0
#include "fs/key_source.hh"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "fs/terminal_secret.hh"

namespace lkl::fs {
namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{8} << 20;  // as cryptsetup's
constexpr const char* kRead = "read the passphrase from";

// Retries what a signal interrupted.
ssize_t read_some(int fd, std::span<std::byte> buffer) {
    ssize_t count = 0;
    do {
        count = ::read(fd, buffer.data(), buffer.size());
    } while (count < 0 && errno == EINTR);
    return count;
}

// Byte by byte: what follows the line may be for somebody else.
Result<Secret> read_line(int fd, const std::string& name) {
    Secret line(kMaxPassphrase);
    for (std::size_t size = 0;; ++size) {
        std::byte byte{};
        const ssize_t count = read_some(fd, std::span(&byte, 1));
        if (count < 0) {
            return Error::host(errno, kRead, name);
        }
        if (count == 0 && size == 0) {
            return Error::other("it is empty", kRead, name);
        }
        if (count == 0 || byte == std::byte{'\n'}) {
            line.shorten(size);
            return line;
        }
        if (size == line.size()) {
            return Error::other("the line has more than " + std::to_string(kMaxPassphrase) +
                                    " bytes; give it as a key file",
                                kRead, name);
        }
        line.bytes()[size] = byte;
    }
}

// Moves on by `count` bytes, in a pipe too.
Result<void> skip(int fd, std::uint64_t count, const std::string& name) {
    Secret ignored(4096);
    while (count > 0) {
        const auto part = ignored.bytes().first(std::min<std::uint64_t>(count, ignored.size()));
        const ssize_t got = read_some(fd, part);
        if (got < 0) {
            return Error::host(errno, kRead, name);
        }
        if (got == 0) {
            return Error::other("it ends before the key", kRead, name);
        }
        count -= static_cast<std::uint64_t>(got);
    }
    return {};
}

Result<Secret> read_whole(int fd, const KeyOptions& options, const std::string& name) {
    LKL_TRY_VOID(skip(fd, options.key_file_offset, name));
    const bool limited = options.key_file_size.has_value();
    const std::uint64_t wanted = options.key_file_size.value_or(kMaxKeyFile + 1);
    Secret key(std::min<std::uint64_t>(wanted, kMaxKeyFile + 1));
    std::size_t size = 0;
    while (size < key.size()) {
        const ssize_t got = read_some(fd, key.bytes().subspan(size));
        if (got < 0) {
            return Error::host(errno, kRead, name);
        }
        if (got == 0) {
            break;
        }
        size += static_cast<std::size_t>(got);
    }
    if (size > kMaxKeyFile) {
        return Error::other("it has more than 8 MiB; --keyfile-size limits what counts", kRead,
                            name);
    }
    if (size == 0 || (limited && size < wanted)) {
        return Error::other("it ends before the key", kRead, name);
    }
    key.shorten(size);
    return key;
}

}  // namespace

Result<KeySource> KeySource::open(const KeyOptions& options) {
    KeySource source;
    source.options_ = options;
    source.terminal_ = ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
    if (options.key_file == "-") {
        source.file_.reset(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    } else if (!options.key_file.empty()) {
        source.file_.reset(::open(options.key_file.c_str(), O_RDONLY | O_CLOEXEC));
    }
    if (!options.key_file.empty() && !source.file_) {
        return Error::host(errno, "open the key file", options.key_file);
    }
    return source;
}

Result<Secret> KeySource::passphrase(const std::string& path) {
    if (file_) {
        return read_whole(file_.get(), options_, options_.key_file);
    }
    if (options_.passphrase_fd >= 0) {
        return read_line(options_.passphrase_fd,
                         "descriptor " + std::to_string(options_.passphrase_fd));
    }
    if (!terminal_) {
        return Error::other(
            "it is encrypted (LUKS), and standard input is no terminal, or not this process's to "
            "ask: give --passphrase-fd or --key-file",
            "ask for the passphrase of", path);
    }
    return ask_terminal("Passphrase for " + path + ": ", path);
}

}  // namespace lkl::fs
