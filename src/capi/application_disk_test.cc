// SPDX-License-Identifier: GPL-2.0
#include "capi/application_disk.hh"

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

class ApplicationDiskTest : public ::testing::Test {
  protected:
    ApplicationDiskTest() {
        disk_.handle = &seen_;
        disk_.ops = &operations;
    }

    Seen seen_;
    lkl_disk disk_{};
};

TEST_F(ApplicationDiskTest, PassesRequestsOn) {
    auto backend = make_application_disk(disk_).value();
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

TEST_F(ApplicationDiskTest, TranslatesStatus) {
    auto backend = make_application_disk(disk_).value();
    Request flush;
    flush.op = BlockOp::flush;
    seen_.answer = LKL_DEV_BLK_STATUS_IOERR;
    EXPECT_EQ(backend->submit(flush), EIO);
    seen_.answer = LKL_DEV_BLK_STATUS_UNSUP;
    EXPECT_EQ(backend->submit(flush), EOPNOTSUPP);
    seen_.answer = 77;
    EXPECT_EQ(backend->submit(flush), EIO);
}

TEST_F(ApplicationDiskTest, CapacityMustBeKnownAndEnough) {
    seen_.capacity_status = -ENOMEDIUM;
    EXPECT_EQ(make_application_disk(disk_).error().linux_errno(), ENOMEDIUM);
    seen_.capacity_status = 0;
    seen_.capacity = 511;
    EXPECT_FALSE(make_application_disk(disk_));
    seen_.capacity = 512;
    EXPECT_TRUE(make_application_disk(disk_));
}

}  // namespace
}  // namespace lkl::capi
