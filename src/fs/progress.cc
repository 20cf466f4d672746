// SPDX-License-Identifier: GPL-2.0
#include "fs/progress.hh"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "fs/entry_text.hh"
#include "fs/json_text.hh"

namespace lkl::fs {
namespace {

constexpr auto kBarInterval = std::chrono::milliseconds(100);
constexpr auto kJsonInterval = std::chrono::seconds(1);
constexpr std::size_t kWidestBar = 40;

std::string one_decimal(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

std::size_t terminal_width() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string format_bytes(std::uint64_t bytes) {
    constexpr std::uint64_t kStep = 1000;
    if (bytes < kStep) {
        return std::to_string(bytes) + " B";
    }
    constexpr std::string_view kUnits = "kMGTPE";
    auto value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    // 999.95 would be shown as 1000.0
    while (value >= 999.95 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return one_decimal(value) + " " + kUnits[unit] + "B";
}

std::string format_duration(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::max(seconds, 0.0) + 0.5);
    std::array<char, 64> text{};
    const std::uint64_t hours = whole / 3600;
    const auto minutes = static_cast<unsigned>(whole / 60 % 60);
    const auto rest = static_cast<unsigned>(whole % 60);
    if (hours > 0) {
        std::snprintf(text.data(), text.size(), "%llu:%02u:%02u",
                      static_cast<unsigned long long>(hours), minutes, rest);
    } else {
        std::snprintf(text.data(), text.size(), "%u:%02u", minutes, rest);
    }
    return text.data();
}

std::string format_bar(const ProgressState& state, std::size_t width) {
    const double rate = state.seconds > 0 ? static_cast<double>(state.bytes) / state.seconds : 0;
    std::string text = std::to_string(state.entries);
    if (state.total_entries) {
        text += "/" + std::to_string(*state.total_entries);
    }
    text += " files  " + format_bytes(state.bytes);
    if (state.total_bytes) {
        text += "/" + format_bytes(*state.total_bytes);
    }
    text += "  " + format_bytes(static_cast<std::uint64_t>(rate)) + "/s";
    if (!state.total_bytes || !state.total_entries) {
        return text.substr(0, width);
    }
    // An entry costs about as much as 16 kB of data, so that trees of empty files move as well.
    constexpr double kEntryWeight = 16000;
    const auto weight = [](std::uint64_t bytes, std::uint64_t entries) {
        return static_cast<double>(bytes) + kEntryWeight * static_cast<double>(entries);
    };
    const double total = weight(*state.total_bytes, *state.total_entries);
    const double part = total > 0 ? std::min(weight(state.bytes, state.entries) / total, 1.0) : 1.0;
    if (part > 0.01) {
        text += "  " + format_duration(state.seconds * (1 - part) / part) + " left";
    }
    const std::string percent = std::to_string(static_cast<int>(part * 100)) + "% ";
    constexpr std::size_t kFrame = 3;  // brackets and a space
    if (width > text.size() + percent.size() + kFrame + 10) {
        const std::size_t room =
            std::min(width - text.size() - percent.size() - kFrame, kWidestBar);
        const auto filled = static_cast<std::size_t>(part * static_cast<double>(room));
        text = "[" + std::string(filled, '#') + std::string(room - filled, '.') + "] " + percent +
               text;
    } else {
        text = percent + text;
    }
    return text.substr(0, width);
}

void Console::clear() {
    if (!shown_.empty()) {
        std::fputs("\r\033[K", stderr);
    }
}

void Console::message(std::string_view text) {
    // Errors quote labels and names of the image, and a panic the kernel's log.
    const std::string shown = printable_lines(text);
    const std::lock_guard lock(mutex_);
    clear();
    std::fprintf(stderr, "%s: %s\n%s", program_.c_str(), shown.c_str(), shown_.c_str());
}

void Console::output(std::string_view text) {
    const std::lock_guard lock(mutex_);
    clear();
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (!shown_.empty()) {
        std::fflush(stdout);
        std::fputs(shown_.c_str(), stderr);
    }
}

void Console::status(std::string_view line) {
    const std::lock_guard lock(mutex_);
    clear();
    shown_ = line;
    std::fputs(shown_.c_str(), stderr);
    std::fflush(stderr);
}

bool Progress::shows(ProgressMode mode) {
    return mode == ProgressMode::automatic ? ::isatty(STDERR_FILENO) == 1
                                           : mode != ProgressMode::off;
}

Progress::Progress(ProgressMode mode, Console& console, const Report& report, const Totals& totals)
    : mode_(mode), console_(console), report_(report), totals_(totals) {
    if (shows(mode)) {
        mode_ = mode == ProgressMode::json ? ProgressMode::json : ProgressMode::bar;
        thread_ = std::jthread([this] { run(); });
    }
}

Progress::~Progress() {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
    show(true);
}

ProgressState Progress::state() const {
    ProgressState state;
    state.entries = report_.entries();
    state.bytes = report_.bytes();
    if (totals_.known) {
        state.total_entries = totals_.entries;
        state.total_bytes = totals_.bytes;
    }
    state.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    return state;
}

void Progress::show(bool last) {
    if (mode_ == ProgressMode::json) {
        const std::string line = progress_json(state()) + "\n";
        std::fwrite(line.data(), 1, line.size(), stderr);
        std::fflush(stderr);
    } else {
        console_.status(last ? std::string() : format_bar(state(), terminal_width() - 1));
    }
}

void Progress::run() {
    std::unique_lock lock(mutex_);
    const auto interval = mode_ == ProgressMode::json
                              ? std::chrono::duration_cast<std::chrono::milliseconds>(kJsonInterval)
                              : kBarInterval;
    while (!wake_.wait_for(lock, interval, [this] { return ending_; })) {
        lock.unlock();
        show(false);
        lock.lock();
    }
}

}  // namespace lkl::fs
