// SPDX-License-Identifier: GPL-2.0
// Tells a person or a program how far a copy is.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "fs/report.hh"

namespace lkl::fs {

enum class ProgressMode { automatic, off, bar, json };

// What is known of a copy's whole size; filled by a scan that runs beside the copy.
struct Totals {
    std::atomic<bool> known = false;
    std::atomic<std::uint64_t> entries = 0;
    std::atomic<std::uint64_t> bytes = 0;
};

struct ProgressState {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> total_entries;
    std::optional<std::uint64_t> total_bytes;
    double seconds = 0;
};

// "17 B", "1.5 kB", "526.0 MB": powers of 1000, one decimal from kilobytes on.
std::string format_bytes(std::uint64_t bytes);

// "0:07", "12:03", "1:00:00".
std::string format_duration(double seconds);

// One line of at most `width` columns: a bar with percentage and time left where the totals are
// known, else counts and rate.
std::string format_bar(const ProgressState& state, std::size_t width);

// Writes whole lines to standard error around a progress line. Thread-safe.
class Console {
  public:
    explicit Console(std::string program) : program_(std::move(program)) {}

    // "PROGRAM: TEXT", with what could steer a terminal escaped (printable_lines()).
    void message(std::string_view text);
    // TEXT as it is, to standard output.
    void output(std::string_view text);
    // Replaces the progress line; an empty one clears it.
    void status(std::string_view line);

    [[nodiscard]] const std::string& program() const { return program_; }

  private:
    void clear();

    std::string program_;
    std::mutex mutex_;
    std::string shown_;
};

// Shows the state of `report` a few times a second until it is destroyed. `automatic` is a bar
// when standard error is a terminal and nothing otherwise.
class Progress {
  public:
    Progress(ProgressMode mode, Console& console, const Report& report, const Totals& totals);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // Whether `mode` shows anything: only then is a scan for the totals worth while.
    static bool shows(ProgressMode mode);

  private:
    void run();
    void show(bool last);
    [[nodiscard]] ProgressState state() const;

    ProgressMode mode_;
    Console& console_;
    const Report& report_;
    const Totals& totals_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::jthread thread_;
};

}  // namespace lkl::fs
