// SPDX-License-Identifier: GPL-2.0
// The properties of a file that decide how requests are done.
#pragma once

#include <cstdint>

namespace lkl {

struct FileFacts {
    bool block_device = false;
    bool in_memory = false;              // tmpfs and the like: nothing blocks, nothing to flush
    std::uint32_t memory_alignment = 1;  // of buffers; above 1 with O_DIRECT only
};

}  // namespace lkl
