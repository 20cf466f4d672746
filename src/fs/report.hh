// SPDX-License-Identifier: GPL-2.0
// What a copy has done and what went wrong.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <lkl/result.hh>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::fs {

// What a target could not hold; told once, in sum.
enum class Loss : std::uint8_t {
    owner,
    mode,
    times,
    time_precision,
    attributes,
    security,
    sockets,
    links,
};
inline constexpr std::size_t kLossCount = 8;

// Counters and errors of one run. Thread-safe.
class Report {
  public:
    struct Options {
        bool keep_going = true;  // false: stop at the first error
        // Receives one line an error, without newline: control bytes of names are escaped as
        // printable() does, here and below. Called with no lock held.
        std::function<void(std::string_view)> error_line;
        // Receives each path that was done, for --verbose; may be empty.
        std::function<void(std::string_view)> path_line;
    };

    explicit Report(Options options) : options_(std::move(options)) {}

    void count_entry() { entries_.fetch_add(1, std::memory_order_relaxed); }

    void count_bytes(std::uint64_t bytes) { bytes_.fetch_add(bytes, std::memory_order_relaxed); }

    void add_error(const Error& error);
    // `example` is the first path that lost something and why.
    void add_loss(Loss loss, const Error& example);
    void done(std::string_view path);

    [[nodiscard]] std::uint64_t entries() const { return entries_; }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    [[nodiscard]] std::uint64_t errors() const { return errors_; }

    [[nodiscard]] bool verbose() const { return static_cast<bool>(options_.path_line); }

    // True after an error without keep_going, and when the kernel is gone: the copy ends here.
    [[nodiscard]] bool should_stop() const {
        return kernel_gone_ || (!options_.keep_going && errors_ != 0);
    }

    // One sentence a kind of loss: "owner not kept for 12 entries (first: ...)".
    [[nodiscard]] std::vector<std::string> losses() const;
    [[nodiscard]] std::uint64_t loss_count(Loss loss) const;

  private:
    struct LossRecord {
        std::uint64_t count = 0;
        std::string example;
    };

    Options options_;
    std::atomic<std::uint64_t> entries_ = 0;
    std::atomic<std::uint64_t> bytes_ = 0;
    std::atomic<std::uint64_t> errors_ = 0;
    std::atomic<bool> kernel_gone_ = false;
    mutable std::mutex mutex_;
    std::array<LossRecord, kLossCount> losses_;
};

}  // namespace lkl::fs
