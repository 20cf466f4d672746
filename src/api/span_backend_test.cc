// SPDX-License-Identifier: GPL-2.0
#include "api/span_backend.hh"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <vector>

namespace lkl {
namespace {

struct Request final : BlockRequest {
    void completed(int /*error*/) override { FAIL() << "done within submit()"; }
};

class SpanBackendTest : public ::testing::Test {
  protected:
    int submit(BlockOp op, std::uint64_t offset, std::span<std::byte> data) {
        Request request;
        const std::size_t half = data.size() / 2;
        std::array<iovec, 2> segments = {iovec{data.data(), half},
                                         iovec{data.data() + half, data.size() - half}};
        request.op = op;
        request.offset = offset;
        request.length = data.size();
        if (op == BlockOp::read || op == BlockOp::write) {
            request.segments = segments;
        }
        return backend_.submit(request);
    }

    std::vector<std::byte> memory_ = std::vector<std::byte>(4096 + 100, std::byte{1});
    SpanBackend backend_{memory_, false};
};

TEST_F(SpanBackendTest, SizeIsWholeSectors) {
    EXPECT_EQ(backend_.info().size, 4096U);
}

TEST_F(SpanBackendTest, ReadsAndWritesInPlace) {
    std::vector<std::byte> data(1024, std::byte{7});
    ASSERT_EQ(submit(BlockOp::write, 512, data), 0);
    EXPECT_EQ(memory_[511], std::byte{1});
    EXPECT_EQ(memory_[512], std::byte{7});
    EXPECT_EQ(memory_[1535], std::byte{7});
    EXPECT_EQ(memory_[1536], std::byte{1});
    std::vector<std::byte> back(1024);
    ASSERT_EQ(submit(BlockOp::read, 512, back), 0);
    EXPECT_EQ(back, data);
    ASSERT_EQ(submit(BlockOp::write_zeroes, 512, data), 0);
    EXPECT_EQ(memory_[512], std::byte{0});
    EXPECT_EQ(memory_[1536], std::byte{1});
    EXPECT_EQ(submit(BlockOp::flush, 0, {}), 0);
}

TEST_F(SpanBackendTest, RefusesWhatIsOutsideOrReadOnly) {
    std::vector<std::byte> data(512);
    EXPECT_EQ(submit(BlockOp::write, 4096, data), EINVAL);
    SpanBackend read_only(memory_, true);
    Request request;
    iovec segment{data.data(), data.size()};
    request.op = BlockOp::write;
    request.length = data.size();
    request.segments = std::span(&segment, 1);
    EXPECT_EQ(read_only.submit(request), EROFS);
    EXPECT_EQ(memory_[0], std::byte{1});
}

}  // namespace
}  // namespace lkl
