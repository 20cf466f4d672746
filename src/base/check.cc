// SPDX-License-Identifier: GPL-2.0
#include "base/check.hh"

#include <cstdio>
#include <cstdlib>

namespace lkl {

void check_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "lkl: %s:%d: broken invariant: %s\n", file, line, condition);
    std::abort();
}

}  // namespace lkl
