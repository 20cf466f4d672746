// SPDX-License-Identifier: GPL-2.0
#include "capi/user_backend.hh"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace lkl::capi {
namespace {

struct Seen {
    lkl_blk_req request{};
    std::vector<iovec> segments;
    int answer = LKL_DEV_BLK_STATUS_OK;
    unsigned long long capacity = 10000;
    int capacity_status = 0;
};

Seen& seen_of(lkl_disk disk) {
    return *static_cast<Seen*>(disk.handle);
}

struct lkl_dev_blk_ops operations = {[](lkl_disk disk, unsigned long long* res) {
                                         *res = seen_of(disk).capacity;
                                         return seen_of(disk).capacity_status;
                                     },
                                     [](lkl_disk disk, lkl_blk_req* request) {
                                         seen_of(disk).request = *request;
                                         seen_of(disk).segments.assign(
                                             request->buf, request->buf + request->count);
                                         return seen_of(disk).answer;
                                     }};

struct Request final : BlockRequest {
    void completed(int /*error*/) override { FAIL() << "done within submit()"; }
};

class UserBackendTest : public ::testing::Test {
  protected:
    UserBackendTest() {
        disk_.handle = &seen_;
        disk_.ops = &operations;
    }

    Seen seen_;
    lkl_disk disk_{};
};

TEST_F(UserBackendTest, PassesRequestsOn) {
    auto backend = UserBackend::create(disk_).value();
    EXPECT_EQ(backend->info().size, 9728U);
    std::array<char, 1024> data{};
    std::array<iovec, 2> segments = {iovec{data.data(), 512}, iovec{data.data() + 512, 512}};
    Request request;
    request.op = BlockOp::write;
    request.offset = 1024;
    request.length = 1024;
    request.segments = segments;
    EXPECT_EQ(backend->submit(request), 0);
    EXPECT_EQ(seen_.request.type, static_cast<unsigned>(LKL_DEV_BLK_TYPE_WRITE));
    EXPECT_EQ(seen_.request.sector, 2U);
    ASSERT_EQ(seen_.segments.size(), 2U);
    EXPECT_EQ(seen_.segments[1].iov_base, data.data() + 512);
    Request flush;
    flush.op = BlockOp::flush;
    EXPECT_EQ(backend->submit(flush), 0);
    EXPECT_EQ(seen_.request.type, static_cast<unsigned>(LKL_DEV_BLK_TYPE_FLUSH));
    EXPECT_EQ(seen_.request.count, 0);
}

TEST_F(UserBackendTest, TranslatesStatus) {
    auto backend = UserBackend::create(disk_).value();
    Request flush;
    flush.op = BlockOp::flush;
    seen_.answer = LKL_DEV_BLK_STATUS_IOERR;
    EXPECT_EQ(backend->submit(flush), EIO);
    seen_.answer = LKL_DEV_BLK_STATUS_UNSUP;
    EXPECT_EQ(backend->submit(flush), EOPNOTSUPP);
    seen_.answer = 77;
    EXPECT_EQ(backend->submit(flush), EIO);
}

TEST_F(UserBackendTest, RefusesWhatIsOutside) {
    auto backend = UserBackend::create(disk_).value();
    std::array<char, 512> data{};
    iovec segment{data.data(), data.size()};
    Request request;
    request.offset = 9728;
    request.length = 512;
    request.segments = std::span(&segment, 1);
    EXPECT_EQ(backend->submit(request), EINVAL);
    EXPECT_TRUE(seen_.segments.empty());
}

TEST_F(UserBackendTest, CapacityMustBeKnownAndEnough) {
    seen_.capacity_status = -ENOMEDIUM;
    EXPECT_EQ(UserBackend::create(disk_).error().linux_errno(), ENOMEDIUM);
    seen_.capacity_status = 0;
    seen_.capacity = 511;
    EXPECT_FALSE(UserBackend::create(disk_));
    seen_.capacity = 512;
    EXPECT_TRUE(UserBackend::create(disk_));
}

}  // namespace
}  // namespace lkl::capi
