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

  private:
    mutable std::mutex mutex_;
    std::string text_;
};

}  // namespace lkl
