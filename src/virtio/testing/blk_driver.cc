// SPDX-License-Identifier: GPL-2.0
// Laying out block requests.
#include "virtio/testing/blk_driver.hh"

#include <algorithm>

#include "base/check.hh"

namespace lkl::testing {

using namespace virtio;

BlkSubmission BlkDriver::prepare(std::uint32_t type, std::uint64_t sector,
                                 std::span<const std::byte> data, bool device_writes,
                                 unsigned segments, unsigned queue) {
    const BlkHeader header{type, 0, sector};
    BlkSubmission result;
    result.length = static_cast<std::uint32_t>(data.size());
    std::vector<Buffer> buffers = {
        {allocate_copy(std::as_bytes(std::span(&header, 1))), sizeof(header), false}};
    if (!data.empty()) {
        result.data = allocate(data.size(), 512);
        std::ranges::copy(data, at(result.data, data.size()).begin());
        LKL_CHECK(data.size() % segments == 0);
        const auto piece = static_cast<std::uint32_t>(data.size() / segments);
        for (unsigned i = 0; i < segments; ++i) {
            buffers.push_back({result.data + std::uint64_t{i} * piece, piece, device_writes});
        }
    }
    result.status = allocate(1);
    at(result.status, 1)[0] = kNoStatus;
    buffers.push_back({result.status, 1, true});
    result.head = add(queue, buffers);
    return result;
}

BlkSubmission BlkDriver::send(std::uint32_t type, std::uint64_t sector,
                              std::span<const std::byte> data, bool device_writes,
                              unsigned segments) {
    const BlkSubmission submission = prepare(type, sector, data, device_writes, segments);
    notify(0);
    return submission;
}

std::vector<std::byte> BlkDriver::data_of(const BlkSubmission& submission) {
    const std::span<std::byte> bytes = at(submission.data, submission.length);
    return {bytes.begin(), bytes.end()};
}

std::byte BlkDriver::write_sectors(std::uint64_t sector, std::span<const std::byte> data) {
    return status_of(send(kBlkOut, sector, data, false));
}

std::vector<std::byte> BlkDriver::read_sectors(std::uint64_t sector, std::size_t bytes) {
    const std::vector<std::byte> before(bytes, std::byte{0xcc});
    const BlkSubmission submission = send(kBlkIn, sector, before, true);
    LKL_CHECK(status_of(submission) == kBlkOk);
    return data_of(submission);
}

std::byte BlkDriver::flush() {
    return status_of(send(kBlkFlushRequest, 0, {}, false));
}

std::byte BlkDriver::range_request(std::uint32_t type, const std::vector<BlkRange>& ranges) {
    return status_of(send(type, 0, std::as_bytes(std::span(ranges)), false));
}

std::vector<std::byte> pattern(std::size_t bytes, unsigned seed) {
    std::vector<std::byte> result(bytes);
    std::uint32_t state = seed * 2654435761U + 1;
    for (std::byte& byte : result) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::byte>(state >> 24);
    }
    return result;
}

}  // namespace lkl::testing
