// SPDX-License-Identifier: GPL-2.0
// A block driver for tests: requests in, statuses and data out.
#pragma once

#include <string_view>

#include "virtio/blk_layout.hh"
#include "virtio/testing/fake_driver.hh"

namespace lkl::testing {

// A request that was made available.
struct BlkSubmission {
    std::uint16_t head = 0;
    std::uint64_t data = 0;  // guest address of its data, contiguous there
    std::uint32_t length = 0;
    std::uint64_t status = 0;  // guest address of the status byte
};

class BlkDriver : public FakeDriver {
  public:
    using FakeDriver::FakeDriver;

    static constexpr std::byte kNoStatus{0xee};  // what a status byte holds before the answer

    [[nodiscard]] std::uint64_t capacity() {
        return read(0x100) | (std::uint64_t(read(0x104)) << 32);
    }

    // Makes a request available whose data lies in `segments` equal pieces; `data` is what the
    // device reads, or, if `device_writes`, what lies there before. Does not notify.
    BlkSubmission prepare(std::uint32_t type, std::uint64_t sector, std::span<const std::byte> data,
                          bool device_writes, unsigned segments = 1, unsigned queue = 0);

    // prepare() and notify().
    BlkSubmission send(std::uint32_t type, std::uint64_t sector, std::span<const std::byte> data,
                       bool device_writes, unsigned segments = 1);

    std::byte status_of(const BlkSubmission& submission) { return at(submission.status, 1)[0]; }

    std::vector<std::byte> data_of(const BlkSubmission& submission);

    // Whole requests that are answered at once: the status.
    std::byte write_sectors(std::uint64_t sector, std::span<const std::byte> data);
    std::vector<std::byte> read_sectors(std::uint64_t sector, std::size_t bytes);
    std::byte flush();
    std::byte range_request(std::uint32_t type, const std::vector<virtio::BlkRange>& ranges);
};

// `bytes` bytes that depend on `seed`.
std::vector<std::byte> pattern(std::size_t bytes, unsigned seed);

}  // namespace lkl::testing
