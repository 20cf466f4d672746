// SPDX-License-Identifier: GPL-2.0
// What an instance printed, and whether a healthy kernel prints such things.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::testing {

// Console output of one instance. Thread-safe.
class KernelLog {
  public:
    void append(std::string_view text);
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool contains(std::string_view pattern) const {
        return text().find(pattern) != std::string::npos;
    }

  private:
    mutable std::mutex mutex_;
    std::string text_;
};

// The lines of console output that no healthy kernel prints (WARNING, BUG, oops, panic, lockdep and
// stack traces), without those that contain one of `expected`.
std::vector<std::string> complaints_on_console(std::string_view console,
                                               const std::vector<std::string>& expected);

// The same for the kernel's log as syslog(2) returns it, "<level>[time] text" a line: all of level
// KERN_WARNING or more severe.
std::vector<std::string> complaints_in_records(std::string_view records,
                                               const std::vector<std::string>& expected);

}  // namespace lkl::testing
