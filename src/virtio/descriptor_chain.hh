// SPDX-License-Identifier: GPL-2.0
// One buffer that the driver has made available, copied out of the queue and validated.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lkl {

// Every segment lies within guest memory, those that the device writes within what is writable of
// it; none is empty, and those that the device reads come before those that it writes. The bytes
// they point at stay the guest's: read each once. Reusable: the storage is kept from one
// Virtqueue::pop() to the next. Not thread-safe.
class DescriptorChain {
  public:
    // What names the chain in the used ring.
    [[nodiscard]] std::uint16_t head() const { return head_; }

    // The segments not taken yet. They may be changed in place (to continue a short transfer).
    [[nodiscard]] std::span<iovec> readable();
    [[nodiscard]] std::span<iovec> writable();

    [[nodiscard]] std::uint64_t readable_bytes() const { return readable_bytes_; }

    [[nodiscard]] std::uint64_t writable_bytes() const { return writable_bytes_; }

    // Copies the first bytes of the readable part to `out` and takes them off. False, and nothing
    // taken, if there are fewer.
    bool take_readable(std::span<std::byte> out);

    // Copies `data` to the start of the writable part and takes that off; returns how many bytes
    // there was room for.
    std::size_t put_writable(std::span<const std::byte> data);

    // Takes the last byte of the writable part off; nullptr if there is none.
    std::byte* take_last_writable();

  private:
    friend class Virtqueue;

    void reset(std::uint16_t head);
    void append(std::span<std::byte> bytes, bool writable);

    [[nodiscard]] std::size_t segments() const { return segments_.size(); }

    std::uint16_t head_ = 0;
    std::size_t first_readable_ = 0;
    std::size_t first_writable_ = 0;
    std::size_t readable_end_ = 0;
    std::uint64_t readable_bytes_ = 0;
    std::uint64_t writable_bytes_ = 0;
    std::vector<iovec> segments_;
};

}  // namespace lkl
