// SPDX-License-Identifier: GPL-2.0
// Disks in memory, of the application's, and read-only ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "block/callback_backend.hh"
#include "block/memory_backend.hh"
#include "block/read_only_backend.hh"
#include "block/testing/simple_request.hh"
#include "virtio/blk.hh"
#include "virtio/testing/blk_driver.hh"

namespace lkl {
namespace {

using testing::do_range;
using testing::do_read;
using testing::do_transfer;
using testing::pattern;

std::unique_ptr<BlockBackend> in_child(std::unique_ptr<BlockBackend> disk) {
    BlockBackend& old = *disk;
    return old.after_fork_in_child(std::move(disk));
}

TEST(MemoryBackend, HoldsWhatIsWritten) {
    auto disk = std::move(*MemoryBackend::owned(64 * 1024));
    EXPECT_EQ(do_read(*disk, 0, 64 * 1024), std::vector<std::byte>(64 * 1024));
    auto bytes = pattern(3 * 512, 1);
    ASSERT_EQ(do_transfer(*disk, BlockOp::write, 512, bytes, 100), 0);
    EXPECT_EQ(do_read(*disk, 512, 3 * 512), bytes);
    ASSERT_EQ(do_range(*disk, BlockOp::write_zeroes, 1024, 512), 0);
    EXPECT_EQ(do_read(*disk, 1024, 512), std::vector<std::byte>(512));
    EXPECT_EQ(do_read(*disk, 1536, 512), std::vector(bytes.begin() + 1024, bytes.end()));
    EXPECT_EQ(do_range(*disk, BlockOp::flush, 0, 0), 0);
    const BlockBackend* const before = disk.get();
    disk = in_child(std::move(disk));
    EXPECT_EQ(disk.get(), before);  // its memory is a copy already
}

TEST(MemoryBackend, SizesThatCannotBe) {
    EXPECT_FALSE(MemoryBackend::owned(0).has_value());
    EXPECT_FALSE(MemoryBackend::owned(1000).has_value());
    std::vector<std::byte> bytes(511);
    EXPECT_FALSE(MemoryBackend::borrowed(bytes).has_value());
}

TEST(MemoryBackend, BorrowedBytesAreTheCallers) {
    auto bytes = pattern(1024 + 100, 2);
    auto disk = std::move(*MemoryBackend::borrowed(bytes));
    EXPECT_EQ(disk->info().size, 1024U);
    auto written = pattern(512, 3);
    ASSERT_EQ(do_transfer(*disk, BlockOp::write, 0, written), 0);
    EXPECT_TRUE(std::ranges::equal(std::span(bytes).first(512), written));
    // They may be shared with the parent, so a child does not write to them.
    disk = in_child(std::move(disk));
    auto other = pattern(512, 4);
    ASSERT_EQ(do_transfer(*disk, BlockOp::write, 0, other), 0);
    EXPECT_EQ(do_read(*disk, 0, 512), other);
    EXPECT_TRUE(std::ranges::equal(std::span(bytes).first(512), written));
}

TEST(ReadOnlyBackend, LetsNothingThrough) {
    auto bytes = pattern(4096, 5);
    const auto before = bytes;
    ReadOnlyBackend disk(std::move(*MemoryBackend::borrowed(bytes)));
    EXPECT_TRUE(disk.info().read_only);
    EXPECT_FALSE(disk.info().can_discard);
    auto written = pattern(512, 6);
    EXPECT_EQ(do_transfer(disk, BlockOp::write, 0, written), EROFS);
    EXPECT_EQ(do_range(disk, BlockOp::write_zeroes, 0, 512), EROFS);
    EXPECT_EQ(do_range(disk, BlockOp::discard, 0, 512), EROFS);
    EXPECT_EQ(do_range(disk, BlockOp::flush, 0, 0), 0);
    EXPECT_EQ(do_read(disk, 0, 4096), before);
    EXPECT_EQ(bytes, before);
}

// An application's disk of 16 sectors.
struct Application {
    std::vector<std::byte> bytes = pattern(16 * 512, 7);
    std::vector<BlockOp> asked;
    int error = 0;

    int perform(const CallbackRequest& request) {
        asked.push_back(request.op);
        std::byte* at = bytes.data() + request.sector * 512;
        for (const iovec& buffer : request.buffers) {
            auto* const theirs = static_cast<std::byte*>(buffer.iov_base);
            const bool read = request.op == BlockOp::read;
            std::copy_n(read ? at : theirs, buffer.iov_len, read ? theirs : at);
            at += buffer.iov_len;
        }
        return error;
    }
};

TEST(CallbackBackend, AsksTheApplication) {
    Application application;
    auto disk = std::move(*CallbackBackend::create(
        {.capacity = 16 * 512 + 5,
         .perform = [&](const CallbackRequest& request) { return application.perform(request); }}));
    EXPECT_EQ(disk->info().size, 16U * 512);
    EXPECT_EQ(do_read(*disk, 512, 1024),
              std::vector(application.bytes.begin() + 512, application.bytes.begin() + 1536));
    auto written = pattern(1024, 8);
    ASSERT_EQ(do_transfer(*disk, BlockOp::write, 2048, written, 300), 0);
    EXPECT_TRUE(std::ranges::equal(std::span(application.bytes).subspan(2048, 1024), written));
    EXPECT_EQ(do_range(*disk, BlockOp::flush, 0, 0), 0);
    using enum BlockOp;
    EXPECT_EQ(application.asked, (std::vector{read, write, flush}));
    application.error = ENOMEDIUM;
    EXPECT_EQ(do_range(*disk, BlockOp::flush, 0, 0), ENOMEDIUM);
    // A child's application is a copy, but what it writes to may not be.
    application.error = 0;
    application.asked.clear();
    disk = in_child(std::move(disk));
    EXPECT_EQ(do_transfer(*disk, BlockOp::write, 0, written), 0);
    EXPECT_EQ(do_read(*disk, 0, 1024), written);
    EXPECT_TRUE(application.asked.empty());
}

TEST(CallbackBackend, NeedsAFunctionAndASector) {
    EXPECT_FALSE(CallbackBackend::create({.capacity = 4096}).has_value());
    EXPECT_FALSE(CallbackBackend::create(
                     {.capacity = 511, .perform = [](const CallbackRequest&) { return 0; }})
                     .has_value());
}

TEST(CallbackBackend, CanGrow) {
    std::uint64_t capacity = 1024;
    auto disk =
        std::move(*CallbackBackend::create({.capacity = capacity,
                                            .perform = [](const CallbackRequest&) { return 0; },
                                            .current_capacity = [&] { return capacity; }}));
    capacity = 5000;
    disk->refresh_size();
    EXPECT_EQ(disk->info().size, 4608U);
    capacity = 512;
    disk->refresh_size();
    EXPECT_EQ(disk->info().size, 4608U);
}

// The device on a back end: what it becomes in a child.
TEST(BlkOnMemory, ADeviceInAChildWritesElsewhere) {
    using namespace virtio;
    auto bytes = pattern(64 * 512, 9);
    const auto before = bytes;
    const auto device = make_virtio_blk(std::move(*MemoryBackend::borrowed(bytes)));
    testing::BlkDriver driver(*device);
    driver.start(kFeatureEventIndex | kBlkFlush | kBlkWriteZeroes, 1);
    device->drain();
    device->after_fork_in_child();
    const auto written = pattern(1024, 10);
    EXPECT_EQ(driver.write_sectors(4, written), kBlkOk);
    EXPECT_EQ(driver.read_sectors(4, 1024), written);
    EXPECT_EQ(driver.range_request(kBlkWriteZeroesRequest, {{0, 2, 0}}), kBlkOk);
    EXPECT_EQ(driver.read_sectors(0, 1024), std::vector<std::byte>(1024));
    EXPECT_EQ(driver.flush(), kBlkOk);
    EXPECT_EQ(bytes, before);
}

}  // namespace
}  // namespace lkl
