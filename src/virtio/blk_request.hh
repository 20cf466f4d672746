// SPDX-License-Identifier: GPL-2.0
// A block request on its way through the device.
#pragma once

#include <cstdint>
#include <vector>

#include "virtio/blk.hh"

namespace lkl {

// Kept and used again, with the storage of its vectors.
struct VirtioBlk::Request final : BlockRequest {
    explicit Request(VirtioBlk& owner) : device(&owner) {}

    void completed(int error) override { device->completed(*this, error); }

    VirtioBlk* device;
    unsigned queue = 0;
    DescriptorChain chain;
    virtio::BlkHeader header{};
    std::byte* status = nullptr;           // where the result goes
    std::uint32_t data_bytes = 0;          // what a read or GET_ID writes before the status
    std::vector<virtio::BlkRange> ranges;  // of discard and write_zeroes
    std::size_t next_range = 0;
    bool flush_after = false;  // a write in write-through mode
};

}  // namespace lkl
