// SPDX-License-Identifier: GPL-2.0
#include "platform/entropy.hh"

#include <sys/random.h>

#include <cerrno>

#include "base/check.hh"

namespace lkl {

void fill_random(std::span<std::byte> buffer) noexcept {
    while (!buffer.empty()) {
        const ssize_t n = getrandom(buffer.data(), buffer.size(), 0);
        if (n > 0) {
            buffer = buffer.subspan(static_cast<std::size_t>(n));
        } else {
            LKL_CHECK(errno == EINTR);
        }
    }
}

}  // namespace lkl
