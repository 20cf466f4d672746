// SPDX-License-Identifier: GPL-2.0
// Memory of a kernel in the library that O_DIRECT transfers without a copy.
#pragma once

#include <cstddef>
#include <lkl/kernel.hh>
#include <span>

namespace lkl {

// Pages of the kernel's RAM that the application sees at an address of its own. They are memory
// like any other for every call; O_DIRECT reads and writes (read, write, their p and v forms) move
// data between them and the disk directly, where memory of other kinds goes through a copy. Wanted
// for that: an address and a length in multiples of 512 bytes, and a vector's parts all in one
// buffer; what does not fit is copied. A page that cannot be touched follows each buffer.
//
// Move-only; freed in the destructor. The memory is there as long as this object or the Kernel
// lives, after a halt or a panic too; in the child of a fork it is the child's own copy. Threads:
// size() and bytes() from any; moves and destruction are not for that. Freed while a transfer is
// under way, the transfer ends in pages that nobody sees.
class IoBuffer {
  public:
    IoBuffer() = default;

    // `size` zeroed bytes, rounded up to whole pages. ENOMEM: the kernel's RAM ("mem=") has not so
    // much that is free, no task is killed for it; EINVAL: 0 bytes.
    static Result<IoBuffer> allocate(const Kernel& kernel, std::size_t size);

    IoBuffer(IoBuffer&& other) noexcept;
    IoBuffer& operator=(IoBuffer&& other) noexcept;
    IoBuffer(const IoBuffer&) = delete;
    IoBuffer& operator=(const IoBuffer&) = delete;

    ~IoBuffer() { reset(); }

    // What was asked for; the rest of the last page can be used too.
    [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

    [[nodiscard]] std::byte* data() const { return bytes_.data(); }

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

    // Frees; the object is empty then.
    void reset();

  private:
    IoBuffer(detail::InstanceRef instance, std::span<std::byte> bytes)
        : instance_(std::move(instance)), bytes_(bytes) {}

    detail::InstanceRef instance_;
    std::span<std::byte> bytes_;
};

}  // namespace lkl
