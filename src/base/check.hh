// SPDX-License-Identifier: GPL-2.0
// Broken invariants end the process with a message.
#pragma once

namespace lkl {

[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace lkl

#define LKL_CHECK(condition)                                     \
    do {                                                         \
        if (!(condition)) [[unlikely]] {                         \
            ::lkl::check_failed(#condition, __FILE__, __LINE__); \
        }                                                        \
    } while (false)
