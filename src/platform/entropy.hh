// SPDX-License-Identifier: GPL-2.0
// Random bytes of the host's generator.
#pragma once

#include <cstddef>
#include <span>

namespace lkl {

void fill_random(std::span<std::byte> buffer) noexcept;

}  // namespace lkl
