// SPDX-License-Identifier: GPL-2.0
// A shared library with a large constant, for a test to load and to replace.
#include <array>

// NOLINTNEXTLINE: C linkage, for dlsym()
extern "C" const std::array<char, 32768> lkl_big_constant = {'b', 'i', 'g'};
