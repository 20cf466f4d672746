// SPDX-License-Identifier: GPL-2.0
// The copy-on-write overlay against a model, and the layer's corners.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "block/memory_backend.hh"
#include "block/overlay_backend.hh"
#include "block/testing/simple_request.hh"
#include "block/testing/temporary.hh"
#include "virtio/testing/blk_driver.hh"

namespace lkl {
namespace {

using testing::do_range;
using testing::do_read;
using testing::do_transfer;
using testing::pattern;
using testing::SimpleRequest;

constexpr std::uint64_t kSector = OverlayLayer::kSector;
constexpr std::uint64_t kChunk = OverlayLayer::kChunk;

using State = OverlayLayer::State;

TEST(OverlayLayer, RunsAreAsLongAsTheirState) {
    OverlayLayer layer;
    const auto run = [&](std::uint64_t offset, std::uint64_t limit) {
        const OverlayLayer::Run found = layer.run_at(offset, limit);
        return std::pair(found.state, found.length);
    };
    EXPECT_EQ(run(0, 10 * kChunk), std::pair(State::absent, 10 * kChunk));
    ASSERT_EQ(layer.write(2 * kSector, pattern(3 * kSector, 1)), 0);
    EXPECT_EQ(run(0, kChunk), std::pair(State::absent, 2 * kSector));
    EXPECT_EQ(run(2 * kSector, kChunk), std::pair(State::data, 3 * kSector));
    EXPECT_EQ(run(3 * kSector, kSector), std::pair(State::data, kSector));
    EXPECT_EQ(run(5 * kSector, 4 * kChunk), std::pair(State::absent, 4 * kChunk));
    // Data ends with a chunk; zeroes and absence go on.
    ASSERT_EQ(layer.write(2 * kChunk - kSector, pattern(2 * kSector, 2)), 0);
    EXPECT_EQ(run(2 * kChunk - kSector, kChunk), std::pair(State::data, kSector));
    EXPECT_EQ(run(2 * kChunk, kChunk), std::pair(State::data, kSector));
    ASSERT_EQ(layer.write_zeroes(3 * kChunk + kSector, 2 * kChunk), 0);
    EXPECT_EQ(run(3 * kChunk + kSector, 9 * kChunk), std::pair(State::zero, 2 * kChunk));
    ASSERT_EQ(layer.write_zeroes(0, kSector), 0);
    EXPECT_EQ(run(0, kSector), std::pair(State::zero, kSector));
    EXPECT_EQ(run(0, 8 * kSector), std::pair(State::zero, kSector));
}

TEST(OverlayLayer, BytesAcrossChunksAndWordsOfBits) {
    OverlayLayer layer;
    const auto bytes = pattern(3 * kChunk, 3);
    const std::uint64_t at = kChunk - 70 * kSector;
    ASSERT_EQ(layer.write(at, bytes), 0);
    std::vector<std::byte> back(bytes.size());
    ASSERT_EQ(layer.read(at, back), 0);
    EXPECT_EQ(back, bytes);
}

TEST(OverlayLayer, DiscardTakesOnlyWhatTheLayerHas) {
    OverlayLayer layer;
    ASSERT_EQ(layer.write(4 * kSector, pattern(kSector, 4)), 0);
    ASSERT_EQ(layer.discard(0, 100 * kChunk), 0);
    EXPECT_EQ(layer.run_at(0, kChunk).state, State::absent);
    EXPECT_EQ(layer.run_at(4 * kSector, kChunk).state, State::zero);
    EXPECT_EQ(layer.run_at(5 * kSector, kChunk).state, State::absent);
}

enum class Where { memory, file };

// A base that answers every read later, on drain(): as a file does that has to go to the disk.
class LateBackend final : public BlockBackend {
  public:
    explicit LateBackend(std::span<const std::byte> bytes) : bytes_(bytes) {
        info_.size = bytes.size();
        info_.read_only = true;
    }

    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& request) override {
        EXPECT_EQ(request.op, BlockOp::read);
        waiting_.push_back(&request);
        return kBlockPending;
    }

    void drain() override {
        while (!waiting_.empty()) {
            BlockRequest& request = *waiting_.back();
            waiting_.pop_back();
            auto at = static_cast<long>(request.offset);
            for (const iovec& segment : request.segments) {
                std::copy_n(bytes_.begin() + at, segment.iov_len,
                            static_cast<std::byte*>(segment.iov_base));
                at += static_cast<long>(segment.iov_len);
            }
            request.completed(std::exchange(next_error, 0));
        }
    }

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override {
        return self;
    }

    int next_error = 0;

  private:
    BlockInfo info_;
    std::span<const std::byte> bytes_;
    std::vector<BlockRequest*> waiting_;
};

class OverlayTest : public ::testing::TestWithParam<std::pair<Where, bool>> {
  protected:
    static constexpr std::size_t kBytes = 3 * kChunk;

    void SetUp() override {
        std::unique_ptr<BlockBackend> base;
        if (GetParam().second) {
            auto late = std::make_unique<LateBackend>(base_bytes_);
            late_ = late.get();
            base = std::move(late);
        } else {
            base = std::move(*MemoryBackend::borrowed(base_bytes_));
        }
        if (GetParam().first == Where::memory) {
            disk_ = OverlayBackend::in_memory(std::move(base));
        } else {
            auto made = OverlayBackend::in_file(std::move(base), folder_.file(""));
            ASSERT_TRUE(made.has_value()) << made.error().message();
            disk_ = std::move(*made);
        }
    }

    testing::TemporaryFolder folder_;
    std::vector<std::byte> base_bytes_ = pattern(kBytes, 5);
    LateBackend* late_ = nullptr;
    std::unique_ptr<BlockBackend> disk_;
};

TEST_P(OverlayTest, DescribesADiskThatCanBeWrittenTo) {
    EXPECT_FALSE(disk_->info().read_only);
    EXPECT_TRUE(disk_->info().can_discard);
    EXPECT_TRUE(disk_->info().can_write_zeroes);
    EXPECT_EQ(disk_->info().size, kBytes);
}

TEST_P(OverlayTest, AThousandRandomRequestsAgreeWithAModel) {
    const auto untouched = base_bytes_;
    auto model = base_bytes_;
    std::mt19937 random(GetParam().second ? 7 : 8);  // NOLINT: the same cases every time
    const auto below = [&](std::uint64_t limit) { return random() % limit; };
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t sector = below(kBytes / kSector);
        const std::uint64_t most = std::min<std::uint64_t>(kBytes / kSector - sector, 200);
        const std::uint64_t at = sector * kSector;
        const std::uint64_t length = (1 + below(most)) * kSector;
        const auto here = std::span(model).subspan(at, length);
        const std::size_t piece = 1 + below(3000);
        switch (below(5)) {
            case 0:
            case 1: {
                std::vector<std::byte> bytes(length);
                ASSERT_EQ(do_transfer(*disk_, BlockOp::read, at, bytes, piece), 0);
                ASSERT_TRUE(std::ranges::equal(bytes, here)) << "request " << i;
                break;
            }
            case 2: {
                auto bytes = pattern(length, random());
                ASSERT_EQ(do_transfer(*disk_, BlockOp::write, at, bytes, piece), 0);
                std::ranges::copy(bytes, here.begin());
                break;
            }
            case 3:
                ASSERT_EQ(do_range(*disk_, BlockOp::write_zeroes, at, length), 0);
                std::ranges::fill(here, std::byte{0});
                break;
            default: {
                // Any content is right afterwards: take what is there.
                ASSERT_EQ(do_range(*disk_, BlockOp::discard, at, length), 0);
                const auto bytes = do_read(*disk_, at, length);
                ASSERT_EQ(bytes.size(), length);
                std::ranges::copy(bytes, here.begin());
            }
        }
    }
    EXPECT_EQ(do_read(*disk_, 0, kBytes), model);
    EXPECT_EQ(do_range(*disk_, BlockOp::flush, 0, 0), 0);
    EXPECT_EQ(base_bytes_, untouched);
}

TEST_P(OverlayTest, AnErrorBelowIsTheReads) {
    if (late_ == nullptr) {
        GTEST_SKIP() << "the base answers at once";
    }
    auto bytes = pattern(kSector, 6);
    ASSERT_EQ(do_transfer(*disk_, BlockOp::write, 4 * kSector, bytes), 0);
    late_->next_error = EIO;
    std::vector<std::byte> all(16 * kSector);
    EXPECT_EQ(do_transfer(*disk_, BlockOp::read, 0, all), EIO);
    EXPECT_EQ(do_transfer(*disk_, BlockOp::read, 0, all), 0);
}

TEST_P(OverlayTest, ACompletedPartDoesNotCompleteTheWhole) {
    if (late_ == nullptr) {
        GTEST_SKIP() << "the base answers at once";
    }
    auto bytes = pattern(kSector, 6);
    ASSERT_EQ(do_transfer(*disk_, BlockOp::write, 4 * kSector, bytes), 0);
    std::vector<std::byte> all(16 * kSector);
    SimpleRequest request;
    request.transfer(BlockOp::read, 0, all);  // two parts below, one in the layer
    ASSERT_EQ(request.submit_to(*disk_), kBlockPending);
    EXPECT_EQ(request.completions(), 0);
    disk_->drain();
    EXPECT_EQ(request.completions(), 1);
}

TEST_P(OverlayTest, AChildHasItsOwnCopy) {
    auto mine = pattern(4096, 9);
    ASSERT_EQ(do_transfer(*disk_, BlockOp::write, 8192, mine), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        BlockBackend& old = *disk_;
        disk_ = old.after_fork_in_child(std::move(disk_));
        auto other = pattern(4096, 10);
        const bool good = do_read(*disk_, 8192, 4096) == mine &&
                          do_transfer(*disk_, BlockOp::write, 8192, other) == 0 &&
                          do_range(*disk_, BlockOp::write_zeroes, 0, kBytes / 2 / 512 * 512) == 0 &&
                          do_transfer(*disk_, BlockOp::write, 8192, other) == 0 &&
                          do_read(*disk_, 8192, 4096) == other;
        _exit(good ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_EQ(do_read(*disk_, 8192, 4096), mine);
    EXPECT_EQ(do_read(*disk_, 0, 4096),
              std::vector(base_bytes_.begin(), base_bytes_.begin() + 4096));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, OverlayTest,
    ::testing::Values(std::pair(Where::memory, false), std::pair(Where::memory, true),
                      std::pair(Where::file, false), std::pair(Where::file, true)),
    [](const auto& info) {
        return std::string(info.param.first == Where::memory ? "Memory" : "File") +
               (info.param.second ? "OverLate" : "OverMemory");
    });

TEST(OverlayInFile, AFolderThatIsNotThereIsAnError) {
    const auto made = OverlayBackend::in_file(std::move(*MemoryBackend::owned(512)), "/nowhere");
    ASSERT_FALSE(made.has_value());
    EXPECT_NE(made.error().message().find("/nowhere"), std::string::npos);
}

}  // namespace
}  // namespace lkl
