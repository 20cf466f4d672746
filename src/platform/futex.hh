// SPDX-License-Identifier: GPL-2.0
// The project's one way to wait for another thread: sleep while a word keeps its value.
#pragma once

#include <cstdint>

namespace lkl {

// Sleeps while *word == expected, until woken or for no reason: check again afterwards. The word
// is read atomically.
void futex_wait(const std::uint32_t* word, std::uint32_t expected) noexcept;

// The same, but not after `until` (monotonic nanoseconds): false if that has come.
bool futex_wait_until(const std::uint32_t* word, std::uint32_t expected,
                      std::uint64_t until) noexcept;

// Wakes all that wait on the word. It need not exist any more.
void futex_wake_all(const std::uint32_t* word) noexcept;

}  // namespace lkl
