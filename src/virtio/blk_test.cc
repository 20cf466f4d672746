// SPDX-License-Identifier: GPL-2.0
// The block device driven by hand: requests, their statuses, and what it refuses.
#include "virtio/blk.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "virtio/mmio_registers.hh"
#include "virtio/testing/blk_driver.hh"
#include "virtio/virtio_mmio.hh"

namespace lkl {
namespace {

using namespace virtio;
using testing::BlkDriver;
using testing::BlkSubmission;
using testing::pattern;

constexpr std::size_t kDiskBytes = 1 << 20;

// A disk that remembers what it was asked, and answers at once or when told to.
class RecordingBackend final : public BlockBackend {
  public:
    struct Seen {
        BlockOp op;
        std::uint64_t offset;
        std::uint64_t length;
        bool may_unmap;
        std::size_t segments;
    };

    RecordingBackend() : bytes(pattern(kDiskBytes, 42)) {
        info_.size = bytes.size();
        info_.can_discard = info_.can_write_zeroes = true;
        info_.identity = "a disk with a name of more than 20 bytes";
    }

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override {
        seen.push_back({request.op, request.offset, request.length, request.may_unmap,
                        request.segments.size()});
        if (later) {
            waiting.push_back(&request);
            return kBlockPending;
        }
        return perform(request);
    }

    int perform(BlockRequest& request) {
        if (next_error != 0) {
            return std::exchange(next_error, 0);
        }
        std::uint64_t at = request.offset;
        for (const iovec& segment : request.segments) {
            auto* const guest = static_cast<std::byte*>(segment.iov_base);
            std::byte* const disk = bytes.data() + at;
            std::copy_n(request.op == BlockOp::read ? disk : guest, segment.iov_len,
                        request.op == BlockOp::read ? guest : disk);
            at += segment.iov_len;
        }
        return 0;
    }

    void complete_one(std::size_t index = 0) {
        BlockRequest* const request = waiting.at(index);
        waiting.erase(waiting.begin() + static_cast<long>(index));
        request->completed(perform(*request));
    }

    void drain() override {
        while (!waiting.empty()) {
            complete_one();
        }
    }

    void refresh_size() override { info_.size = bytes.size(); }

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override {
        return self;
    }

    BlockInfo info_;
    std::vector<std::byte> bytes;
    std::vector<Seen> seen;
    std::vector<BlockRequest*> waiting;
    bool later = false;
    int next_error = 0;
};

class BlkTest : public ::testing::Test {
  protected:
    static constexpr std::uint64_t kAll = kBlkSegMax | kBlkBlockSize | kBlkFlush | kBlkTopology |
                                          kBlkConfigWce | kBlkDiscard | kBlkWriteZeroes |
                                          kFeatureIndirect | kFeatureEventIndex;

    void make(VirtioBlkOptions options = {}) {
        auto owned = std::make_unique<RecordingBackend>();
        disk_ = owned.get();
        configure_(*disk_);
        device_ = make_virtio_blk(std::move(owned), std::move(options));
        driver_.emplace(*device_);
    }

    void start(std::uint64_t features = kAll, VirtioBlkOptions options = {}) {
        make(std::move(options));
        driver_->start(features, 1, 64);
    }

    std::function<void(RecordingBackend&)> configure_ = [](RecordingBackend&) {};
    RecordingBackend* disk_ = nullptr;
    std::unique_ptr<MmioDevice> device_;
    std::optional<BlkDriver> driver_;
};

TEST_F(BlkTest, SaysWhatItIs) {
    make();
    EXPECT_EQ(driver_->read(kRegMagic), 0x74726976U);
    EXPECT_EQ(driver_->read(kRegVersion), 2U);
    EXPECT_EQ(driver_->read(kRegDeviceId), 2U);
    EXPECT_EQ(driver_->device_features(), kAll | kFeatureVersion1);
    EXPECT_EQ(driver_->capacity(), kDiskBytes / 512);
    EXPECT_EQ(driver_->read(0x100 + offsetof(BlkConfig, seg_max)), 254U);
    EXPECT_EQ(driver_->read(0x100 + offsetof(BlkConfig, blk_size)), 512U);
    EXPECT_EQ(driver_->read_sized(0x100 + offsetof(BlkConfig, writeback), 1), 1U);
}

TEST_F(BlkTest, AReadOnlyDiskOffersNothingThatWrites) {
    configure_ = [](RecordingBackend& disk) { disk.info_.read_only = true; };
    start(kBlkReadOnly);
    EXPECT_EQ(
        driver_->device_features() & (kBlkFlush | kBlkConfigWce | kBlkDiscard | kBlkWriteZeroes),
        0U);
    EXPECT_EQ(driver_->write_sectors(0, pattern(512, 1)), kBlkIoError);
    EXPECT_TRUE(disk_->seen.empty());
    EXPECT_EQ(driver_->read_sectors(0, 512), pattern(512, 42));
}

TEST_F(BlkTest, ReadsInOneRequestHoweverManySegments) {
    start();
    const std::vector<std::byte> nothing(8192);
    const BlkSubmission read = driver_->send(kBlkIn, 2, nothing, true, 16);
    EXPECT_EQ(driver_->status_of(read), kBlkOk);
    const auto expected = std::span(disk_->bytes).subspan(1024, 8192);
    EXPECT_TRUE(std::ranges::equal(driver_->data_of(read), expected));
    ASSERT_EQ(disk_->seen.size(), 1U);
    EXPECT_EQ(disk_->seen[0].segments, 16U);
    const auto used = driver_->take_used(0);
    ASSERT_TRUE(used);
    EXPECT_EQ(used->id, read.head);
    EXPECT_EQ(used->length, 8193U);
    EXPECT_FALSE(driver_->take_used(0));
    EXPECT_EQ(driver_->interrupts(), 1U);
    EXPECT_EQ(driver_->interrupt_status(), kInterruptUsed);
}

TEST_F(BlkTest, WritesAndFlushes) {
    start();
    const auto bytes = pattern(4096, 7);
    EXPECT_EQ(driver_->write_sectors(8, bytes), kBlkOk);
    EXPECT_TRUE(std::ranges::equal(bytes, std::span(disk_->bytes).subspan(4096, 4096)));
    EXPECT_EQ(driver_->take_used(0)->length, 1U);
    EXPECT_EQ(driver_->flush(), kBlkOk);
    ASSERT_EQ(disk_->seen.size(), 2U);
    EXPECT_EQ(disk_->seen[1].op, BlockOp::flush);
}

TEST_F(BlkTest, OnlyTransfersHaveSegments) {
    start();
    device_->mmio_write(0x100 + offsetof(BlkConfig, writeback), 0, 1);
    // The second and later ones use the first one's object again.
    driver_->send(kBlkIn, 0, std::vector<std::byte>(4096), true, 8);
    driver_->flush();
    driver_->write_sectors(0, pattern(512, 1));  // and a flush, since writes go through
    driver_->range_request(kBlkDiscardRequest, {{0, 1, 0}});
    for (const RecordingBackend::Seen& seen : disk_->seen) {
        const bool transfer = seen.op == BlockOp::read || seen.op == BlockOp::write;
        EXPECT_EQ(seen.segments != 0, transfer);
        EXPECT_TRUE(seen.op != BlockOp::flush || seen.length == 0);
    }
    EXPECT_EQ(disk_->seen.size(), 5U);
}

TEST_F(BlkTest, DescriptorsMayCutARequestAnywhere) {
    start();
    auto& driver = *driver_;
    // The header in three pieces, data and status in one descriptor.
    const BlkHeader header{kBlkIn, 0, 4};
    const auto head = driver.allocate_copy(std::as_bytes(std::span(&header, 1)));
    const auto tail = driver.allocate(513);
    driver.at(tail, 513)[512] = BlkDriver::kNoStatus;
    driver.add(0,
               {{head, 1, false}, {head + 1, 7, false}, {head + 8, 8, false}, {tail, 513, true}});
    driver.notify(0);
    EXPECT_EQ(driver.at(tail, 513)[512], kBlkOk);
    EXPECT_TRUE(
        std::ranges::equal(driver.at(tail, 512), std::span(disk_->bytes).subspan(2048, 512)));
    // The header and the data in one, in an indirect table.
    std::vector<std::byte> out(16 + 512, std::byte{0x5a});
    const BlkHeader write{kBlkOut, 0, 6};
    std::ranges::copy(std::as_bytes(std::span(&write, 1)), out.begin());
    const auto status = driver.allocate(1);
    driver.add_indirect(0, {{driver.allocate_copy(out), 16 + 512, false}, {status, 1, true}});
    driver.notify(0);
    EXPECT_EQ(driver.at(status, 1)[0], kBlkOk);
    EXPECT_EQ(disk_->bytes[6 * 512], std::byte{0x5a});
    EXPECT_EQ(disk_->bytes[7 * 512 - 1], std::byte{0x5a});
}

TEST_F(BlkTest, RefusesWhatLiesOutsideOrIsNotSectors) {
    start();
    const auto refused = [&](std::uint32_t type, std::uint64_t sector, std::size_t bytes) {
        const std::vector<std::byte> data(bytes);
        return driver_->status_of(driver_->send(type, sector, data, type == kBlkIn)) == kBlkIoError;
    };
    const std::uint64_t end = kDiskBytes / 512;
    for (const std::uint32_t type : {kBlkIn, kBlkOut}) {
        EXPECT_TRUE(refused(type, end, 512));
        EXPECT_TRUE(refused(type, end - 1, 1024));
        EXPECT_TRUE(refused(type, UINT64_MAX, 512));
        EXPECT_TRUE(refused(type, UINT64_MAX / 512, 512));
        EXPECT_TRUE(refused(type, (1ULL << 55) + 1, 512));  // wraps around to sector 1
        EXPECT_TRUE(refused(type, 0, 511));
        EXPECT_TRUE(refused(type, 0, 513));
    }
    EXPECT_TRUE(disk_->seen.empty());
    EXPECT_EQ(driver_->status() & kStatusNeedsReset, 0U);
    EXPECT_EQ(driver_->read_sectors(end - 1, 512).size(), 512U);
}

TEST_F(BlkTest, RequestsAreWholeBlocksOfALargerBlockSize) {
    configure_ = [](RecordingBackend& disk) { disk.info_.block_size = 4096; };
    start();
    EXPECT_EQ(driver_->read(0x100 + offsetof(BlkConfig, blk_size)), 4096U);
    EXPECT_EQ(driver_->write_sectors(0, pattern(512, 1)), kBlkIoError);
    EXPECT_EQ(driver_->write_sectors(1, pattern(4096, 1)), kBlkIoError);
    EXPECT_EQ(driver_->write_sectors(8, pattern(4096, 1)), kBlkOk);
}

TEST_F(BlkTest, UnknownRequestsAreUnsupported) {
    start();
    for (const std::uint32_t type : {2U, 3U, 10U, 12U, 14U, 16U, 0xffffffffU}) {
        EXPECT_EQ(driver_->status_of(driver_->send(type, 0, {}, false)), kBlkUnsupported);
    }
    EXPECT_TRUE(disk_->seen.empty());
}

TEST_F(BlkTest, GivesItsIdentityInTwentyBytes) {
    start();
    const std::vector<std::byte> room(kBlkIdBytes, std::byte{0xcc});
    const BlkSubmission get = driver_->send(kBlkGetId, 0, room, true);
    EXPECT_EQ(driver_->status_of(get), kBlkOk);
    const auto data = driver_->data_of(get);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(data.data()), data.size()),
              "a disk with a name o");
    EXPECT_EQ(driver_->take_used(0)->length, kBlkIdBytes + 1);
}

TEST_F(BlkTest, AShortIdentityIsFilledUpAndFitsASmallBuffer) {
    start(kAll, {.identity = "vda"});
    const std::vector<std::byte> room(5, std::byte{0xcc});
    const BlkSubmission get = driver_->send(kBlkGetId, 0, room, true);
    const auto data = driver_->data_of(get);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(data.data()), data.size()),
              std::string("vda\0\0", 5));
    EXPECT_EQ(driver_->take_used(0)->length, 6U);
}

TEST_F(BlkTest, DiscardsAndWritesZeroesInRanges) {
    start();
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, {{8, 16, 0}, {100, 1, 0}}), kBlkOk);
    EXPECT_EQ(driver_->range_request(kBlkWriteZeroesRequest, {{3, 5, 0}}), kBlkOk);
    EXPECT_EQ(driver_->range_request(kBlkWriteZeroesRequest, {{3, 5, kBlkRangeUnmap}}), kBlkOk);
    ASSERT_EQ(disk_->seen.size(), 4U);
    EXPECT_EQ(disk_->seen[0].op, BlockOp::discard);
    EXPECT_EQ(disk_->seen[0].offset, 8U * 512);
    EXPECT_EQ(disk_->seen[0].length, 16U * 512);
    EXPECT_EQ(disk_->seen[1].offset, 100U * 512);
    EXPECT_EQ(disk_->seen[2].op, BlockOp::write_zeroes);
    EXPECT_FALSE(disk_->seen[2].may_unmap);
    EXPECT_TRUE(disk_->seen[3].may_unmap);
}

TEST_F(BlkTest, RefusesWrongRanges) {
    start();
    const std::uint64_t end = kDiskBytes / 512;
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, {{end, 1, 0}}), kBlkIoError);
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, {{0, UINT32_MAX, 0}}), kBlkIoError);
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, {{1ULL << 55, 1, 0}}), kBlkIoError);
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, {{0, 1, kBlkRangeUnmap}}),
              kBlkUnsupported);
    EXPECT_EQ(driver_->range_request(kBlkWriteZeroesRequest, {{0, 1, 2}}), kBlkUnsupported);
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, {}), kBlkIoError);
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, std::vector<BlkRange>(17, {0, 1, 0})),
              kBlkIoError);
    EXPECT_EQ(driver_->status_of(driver_->send(kBlkDiscardRequest, 0, pattern(15, 1), false)),
              kBlkIoError);
    EXPECT_TRUE(disk_->seen.empty());
    // The ranges before the wrong one are done, those after it are not.
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, {{0, 1, 0}, {end, 1, 0}, {1, 1, 0}}),
              kBlkIoError);
    EXPECT_EQ(disk_->seen.size(), 1U);
}

TEST_F(BlkTest, TheBackEndsErrorsArriveAndAreTold) {
    std::vector<std::string> told;
    start(kAll, {.identity = "disk",
                 .on_error = [&](const Error& error) { told.push_back(error.message()); }});
    disk_->next_error = ENOSPC;
    EXPECT_EQ(driver_->write_sectors(4, pattern(1024, 1)), kBlkIoError);
    disk_->next_error = EOPNOTSUPP;
    EXPECT_EQ(driver_->range_request(kBlkDiscardRequest, {{0, 1, 0}}), kBlkUnsupported);
    EXPECT_EQ(driver_->write_sectors(4, pattern(1024, 1)), kBlkOk);
    EXPECT_EQ(driver_->write_sectors(1 << 30, pattern(512, 1)), kBlkIoError);  // the driver's fault
    ASSERT_EQ(told.size(), 2U);
    EXPECT_NE(told[0].find("write disk, 1024 bytes at 2048"), std::string::npos) << told[0];
    EXPECT_NE(told[0].find("No space left"), std::string::npos) << told[0];
}

TEST_F(BlkTest, CompletionsLaterAndInAnyOrder) {
    start();
    disk_->later = true;
    const BlkSubmission first = driver_->send(kBlkIn, 0, std::vector<std::byte>(512), true);
    const BlkSubmission second = driver_->send(kBlkIn, 1, std::vector<std::byte>(512), true);
    EXPECT_FALSE(driver_->take_used(0));
    EXPECT_EQ(driver_->status_of(first), BlkDriver::kNoStatus);
    disk_->complete_one(1);
    EXPECT_EQ(driver_->take_used(0)->id, second.head);
    EXPECT_EQ(driver_->status_of(second), kBlkOk);
    EXPECT_EQ(driver_->status_of(first), BlkDriver::kNoStatus);
    disk_->complete_one();
    EXPECT_EQ(driver_->take_used(0)->id, first.head);
    EXPECT_TRUE(std::ranges::equal(driver_->data_of(first), std::span(disk_->bytes).first(512)));
}

TEST_F(BlkTest, RangesGoOnAfterALaterCompletion) {
    start();
    disk_->later = true;
    const std::vector<BlkRange> ranges = {{0, 1, 0}, {2, 1, 0}, {4, 1, 0}};
    const BlkSubmission discard =
        driver_->send(kBlkDiscardRequest, 0, std::as_bytes(std::span(ranges)), false);
    for (unsigned i = 1; i <= 3; ++i) {
        EXPECT_EQ(disk_->seen.size(), i);
        EXPECT_EQ(driver_->status_of(discard), BlkDriver::kNoStatus);
        disk_->complete_one();
    }
    EXPECT_EQ(driver_->status_of(discard), kBlkOk);
    EXPECT_EQ(disk_->seen.size(), 3U);
}

TEST_F(BlkTest, WriteThroughFlushesBeforeTheAnswer) {
    start();
    const auto ops = [&] {
        std::vector<BlockOp> result;
        std::ranges::transform(disk_->seen, std::back_inserter(result),
                               &RecordingBackend::Seen::op);
        disk_->seen.clear();
        return result;
    };
    using enum BlockOp;
    driver_->write_sectors(0, pattern(512, 1));
    EXPECT_EQ(ops(), (std::vector{write}));
    device_->mmio_write(0x100 + offsetof(BlkConfig, writeback), 0, 1);
    EXPECT_EQ(driver_->read_sized(0x100 + offsetof(BlkConfig, writeback), 1), 0U);
    driver_->write_sectors(0, pattern(512, 1));
    EXPECT_EQ(ops(), (std::vector{write, flush}));
    driver_->range_request(kBlkWriteZeroesRequest, {{0, 1, 0}, {1, 1, 0}});
    EXPECT_EQ(ops(), (std::vector{write_zeroes, write_zeroes, flush}));
    driver_->read_sectors(0, 512);
    EXPECT_EQ(ops(), (std::vector{read}));
    disk_->later = true;
    const BlkSubmission sent = driver_->send(kBlkOut, 0, pattern(512, 2), false);
    disk_->complete_one();
    EXPECT_EQ(driver_->status_of(sent), BlkDriver::kNoStatus);
    disk_->complete_one();
    EXPECT_EQ(driver_->status_of(sent), kBlkOk);
    EXPECT_EQ(ops(), (std::vector{write, flush}));
}

TEST_F(BlkTest, ADriverWithoutFlushGetsWriteThrough) {
    start(0);
    driver_->write_sectors(0, pattern(512, 1));
    ASSERT_EQ(disk_->seen.size(), 2U);
    EXPECT_EQ(disk_->seen[1].op, BlockOp::flush);
}

TEST_F(BlkTest, ResetWaitsForWhatIsInFlightAndForgetsIt) {
    start();
    disk_->later = true;
    const BlkSubmission write = driver_->send(kBlkOut, 0, pattern(512, 3), false);
    const auto interrupts = driver_->interrupts();
    driver_->write(kRegStatus, 0);
    EXPECT_TRUE(disk_->waiting.empty());
    EXPECT_EQ(driver_->status(), 0U);
    EXPECT_EQ(driver_->interrupts(), interrupts);
    EXPECT_EQ(driver_->used_index(0), 0U);
    EXPECT_EQ(driver_->read(kRegQueueReady), 0U);
    (void)write;
    // And it works again.
    disk_->later = false;
    driver_->start(kAll, 1);
    EXPECT_EQ(driver_->read_sectors(0, 512), pattern(512, 3));
}

TEST_F(BlkTest, SeveralQueuesAnswerEachItsOwn) {
    make({.queues = 3});
    EXPECT_NE(driver_->device_features() & kBlkMq, 0U);
    EXPECT_EQ(driver_->read_sized(0x100 + offsetof(BlkConfig, num_queues), 2), 3U);
    driver_->start(kAll | kBlkMq, 3);
    const auto sent = driver_->prepare(kBlkIn, 1, std::vector<std::byte>(512), true, 1, 2);
    driver_->notify(1);
    EXPECT_EQ(driver_->status_of(sent), BlkDriver::kNoStatus);
    driver_->notify(2);
    EXPECT_EQ(driver_->status_of(sent), kBlkOk);
    EXPECT_FALSE(driver_->take_used(0));
    EXPECT_FALSE(driver_->take_used(1));
    EXPECT_TRUE(driver_->take_used(2));
}

TEST_F(BlkTest, AChainThatIsNoRequestNeedsAReset) {
    for (const bool header : {false, true}) {
        start();
        const std::uint64_t at = driver_->allocate(64);
        if (header) {
            driver_->add(0, {{at, 16, false}});  // no room for a status
        } else {
            driver_->add(0, {{at, 15, false}, {at + 32, 1, true}});
        }
        driver_->notify(0);
        EXPECT_NE(driver_->status() & kStatusNeedsReset, 0U);
        EXPECT_EQ(driver_->interrupt_status(), kInterruptConfig);
        EXPECT_FALSE(driver_->take_used(0));
        driver_->notify(0);
        EXPECT_FALSE(driver_->take_used(0));
        driver_->start(kAll, 1);
        EXPECT_EQ(driver_->read_sectors(0, 512).size(), 512U);
        driver_.reset();
    }
}

TEST_F(BlkTest, AGrownDiskIsTold) {
    auto owned = std::make_unique<RecordingBackend>();
    RecordingBackend& disk = *owned;
    auto blk = std::make_unique<VirtioBlk>(std::move(owned), VirtioBlkOptions{});
    VirtioBlk& control = *blk;
    VirtioMmio device(std::move(blk));
    BlkDriver driver(device);
    driver.start(kAll, 1);
    const auto generation = driver.read(kRegConfigGeneration);
    disk.bytes.resize(kDiskBytes * 2);
    control.size_changed();
    EXPECT_EQ(driver.capacity(), kDiskBytes * 2 / 512);
    EXPECT_NE(driver.read(kRegConfigGeneration), generation);
    EXPECT_EQ(driver.interrupt_status(), kInterruptConfig);
    EXPECT_EQ(driver.read_sectors(kDiskBytes / 512, 512).size(), 512U);
}

TEST_F(BlkTest, ASteadyStateAllocatesNoRequests) {
    start();
    driver_->read_sectors(0, 512);
    // In flight together, then again and again: the same objects serve.
    disk_->later = true;
    std::map<BlockRequest*, unsigned> objects;
    for (int round = 0; round < 100; ++round) {
        for (unsigned i = 0; i < 4; ++i) {
            driver_->prepare(kBlkFlushRequest, 0, {}, false);
        }
        driver_->notify(0);
        for (BlockRequest* const request : disk_->waiting) {
            ++objects[request];
        }
        disk_->drain();
    }
    EXPECT_LE(objects.size(), 5U);
}

}  // namespace
}  // namespace lkl
