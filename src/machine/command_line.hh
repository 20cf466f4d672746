// SPDX-License-Identifier: GPL-2.0
// Kernel parameters that concern the host.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hh"

namespace lkl {

// Bytes of the last "mem=SIZE[KMGT]" of a command line; nothing if it has none.
Result<std::optional<std::uint64_t>> parse_mem(std::string_view command_line);

}  // namespace lkl
