// SPDX-License-Identifier: GPL-2.0
// What becomes of a back end in the child of a fork.
#pragma once

#include <memory>

#include "virtio/block_backend.hh"

namespace lkl {

// How a child may write to what the parent has: into a throw-away layer in memory, not at all
// (EROFS), or may use it not at all (EIO).
enum class ForkMode { overlay, read_only, fail };

// `backend` behind what `mode` asks for. Reads still see what the parent writes later.
std::unique_ptr<BlockBackend> forked(std::unique_ptr<BlockBackend> backend, ForkMode mode);

}  // namespace lkl
