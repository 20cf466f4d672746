// SPDX-License-Identifier: GPL-2.0
#include "fs/terminal_secret.hh"

#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "base/unique_fd.hh"

namespace lkl::fs {
namespace {

constexpr const char* kAsk = "ask for the passphrase of";
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

std::atomic<int> caught_signal = 0;
std::atomic<int> wake_descriptor = -1;
static_assert(std::atomic<int>::is_always_lock_free);

// Another thread may be the one that the signal comes to: the descriptor wakes the reader.
extern "C" void remember_signal(int number) {
    const int before = errno;
    caught_signal = number;
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_descriptor.load(), &one, sizeof(one)));
    errno = before;
}

// While it lives, the signals are remembered instead of taking effect.
class SignalWatch {
  public:
    explicit SignalWatch(int wake) {
        caught_signal = 0;
        wake_descriptor = wake;

        struct sigaction action {};

        action.sa_handler = remember_signal;
        action.sa_flags = static_cast<int>(SA_RESTART | SA_ONSTACK);
        ::sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i < kSignals.size(); ++i) {
            ::sigaction(kSignals[i], nullptr, &before_[i]);
            if (before_[i].sa_handler != SIG_IGN) {
                ::sigaction(kSignals[i], &action, nullptr);
            }
        }
    }

    ~SignalWatch() {
        for (std::size_t i = 0; i < kSignals.size(); ++i) {
            ::sigaction(kSignals[i], &before_[i], nullptr);
        }
    }

    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

  private:
    std::array<struct sigaction, kSignals.size()> before_{};
};

// No echo while it lives, and Ctrl-Z does not stop the process with the echo off.
class QuietTerminal {
  public:
    Result<void> start(const std::string& path) {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) {
            return Error::host(errno, kAsk, path);
        }
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
        quiet.c_lflag |= ICANON;
        quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
        if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0) {
            return Error::host(errno, kAsk, path);
        }
        started_ = true;
        return {};
    }

    QuietTerminal() = default;

    ~QuietTerminal() {
        if (started_) {
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        }
    }

    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

  private:
    termios before_{};
    bool started_ = false;
};

void show(const std::string& text) {
    static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

// A line of the terminal; a signal is the error EINTR.
Result<Secret> read_line(int wake, const std::string& path) {
    Secret line(kMaxPassphrase + 1);  // with the newline
    std::array<pollfd, 2> waits{{{STDIN_FILENO, POLLIN, 0}, {wake, POLLIN, 0}}};
    while (caught_signal == 0) {
        if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) {
            return Error::host(errno, kAsk, path);
        }
        if (caught_signal != 0 || waits[0].revents == 0) {
            continue;
        }
        const ssize_t count = ::read(STDIN_FILENO, line.bytes().data(), line.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return Error::host(errno, kAsk, path);
        }
        if (count == 0) {
            return Error::other("there was none", kAsk, path);
        }
        const auto size = static_cast<std::size_t>(count);
        const bool whole = line.bytes()[size - 1] == std::byte{'\n'};
        if (!whole && size == line.size()) {
            return Error::other("it has more than " + std::to_string(kMaxPassphrase) + " bytes",
                                kAsk, path);
        }
        line.shorten(whole ? size - 1 : size);
        return line;
    }
    return Error::host(EINTR, kAsk, path);
}

}  // namespace

Result<Secret> ask_terminal(const std::string& question, const std::string& path) {
    const UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake) {
        return Error::host(errno, kAsk, path);
    }
    Result<Secret> line = Secret();
    {
        const SignalWatch watch(wake.get());
        QuietTerminal terminal;
        LKL_TRY_VOID(terminal.start(path));
        show(question);
        line = read_line(wake.get(), path);
        show("\n");
    }
    if (const int number = caught_signal.exchange(0); number != 0) {
        ::raise(number);
    }
    return line;
}

}  // namespace lkl::fs
