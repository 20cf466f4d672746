// SPDX-License-Identifier: GPL-2.0
// What debuggers find of the instances in this process.
//
// Two ways, since the kernel's symbols are in no file that the process has loaded as a library:
// an instance at its preferred base is registered with GDB's JIT interface (GDB manual, "JIT
// Compilation Interface"), which takes the image's own symbol table at the addresses it was linked
// for; and every instance is in a list that scripts/gdb/liblkl-gdb.py reads, which adds the
// full symbols at the instance's own address. Nothing of this costs time after the boot.
#pragma once

#include <cstdint>
#include <memory>

#include "machine/image.hh"

namespace lkl {

// Registers for its lifetime; `image` outlives it. In the child of a fork the instances' entries
// are there as in the parent. Not thread-safe: see instances_mutex().
class DebuggerEntry {
  public:
    DebuggerEntry(const Image& image, std::uint64_t base);
    ~DebuggerEntry();
    DebuggerEntry(const DebuggerEntry&) = delete;
    DebuggerEntry& operator=(const DebuggerEntry&) = delete;

  private:
    struct Entry;
    std::unique_ptr<Entry> entry_;
};

}  // namespace lkl
