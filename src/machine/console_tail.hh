// SPDX-License-Identifier: GPL-2.0
// The last of what the kernel printed.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace lkl {

// Thread-safe.
class ConsoleTail {
  public:
    void append(std::string_view text);
    [[nodiscard]] std::string text() const;

    // Around fork(), which must not copy the lock taken.
    void lock_for_fork() { mutex_.lock(); }

    void unlock_in_parent() { mutex_.unlock(); }

    void restart_in_child() { new (&mutex_) std::mutex; }

  private:
    mutable std::mutex mutex_;
    std::string text_;
};

}  // namespace lkl
