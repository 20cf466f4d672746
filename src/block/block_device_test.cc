// SPDX-License-Identifier: GPL-2.0
// The file back end on a block device: a loop device, where the machine lets us have one.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/unique_fd.hh"
#include "block/file_backend.hh"
#include "block/testing/simple_request.hh"
#include "block/testing/temporary.hh"
#include "virtio/testing/blk_driver.hh"
#include "virtio/testing/manual_loop.hh"

namespace lkl {
namespace {

using testing::do_range;
using testing::do_read;
using testing::do_transfer;
using testing::pattern;
using testing::SimpleRequest;

constexpr std::size_t kBytes = 4 << 20;

// A loop device over a file, gone with its last descriptor.
class LoopDevice {
  public:
    // False where loop devices are not to be had (no root, no driver, none free).
    bool attach(const std::string& file, unsigned block_size) {
        const UniqueFd control(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
        const UniqueFd backing(open(file.c_str(), O_RDWR | O_CLOEXEC));
        if (!control || !backing) {
            return false;
        }
        for (int attempt = 0; attempt < 20; ++attempt) {
            const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
            if (number < 0) {
                return false;
            }
            path_ = "/dev/loop" + std::to_string(number);
            fd_ = UniqueFd(open(path_.c_str(), O_RDWR | O_CLOEXEC));
            loop_config config{};
            config.fd = static_cast<unsigned>(backing.get());
            config.block_size = block_size;
            config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
            if (fd_.get() >= 0 && ioctl(fd_.get(), LOOP_CONFIGURE, &config) == 0) {
                return true;
            }
            if (errno != EBUSY) {
                return false;
            }
            // Another test was faster.
        }
        return false;
    }

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
    UniqueFd fd_;
};

class BlockDeviceTest : public ::testing::TestWithParam<unsigned> {
  protected:
    void SetUp() override {
        const std::string file = folder_.file("disk");
        const UniqueFd fd(open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
        bytes_ = pattern(kBytes, 1);
        ASSERT_EQ(write(fd.get(), bytes_.data(), kBytes), static_cast<ssize_t>(kBytes));
        if (!device_.attach(file, GetParam())) {
            GTEST_SKIP() << "no loop device to be had";
        }
    }

    std::unique_ptr<BlockBackend> open_disk(FileBackendOptions options = {}) {
        auto opened = FileBackend::open(device_.path(), std::move(options));
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message());
        return opened ? std::move(*opened) : nullptr;
    }

    testing::TemporaryFolder folder_;
    LoopDevice device_;
    std::vector<std::byte> bytes_;
};

TEST_P(BlockDeviceTest, ShowsSizeAndSectorsOfTheDevice) {
    const auto disk = open_disk();
    EXPECT_EQ(disk->info().size, kBytes);
    EXPECT_EQ(disk->info().block_size, GetParam());
    EXPECT_FALSE(disk->info().read_only);
    EXPECT_TRUE(disk->info().can_discard);
}

TEST_P(BlockDeviceTest, ReadsWritesAndFlushes) {
    for (const bool direct : {false, true}) {
        const auto disk = open_disk({.direct = direct});
        auto written = pattern(64 * 1024, direct ? 2 : 3);
        ASSERT_EQ(do_transfer(*disk, BlockOp::write, 8192, written, 1000), 0);
        ASSERT_EQ(do_range(*disk, BlockOp::flush, 0, 0), 0);
        std::ranges::copy(written, bytes_.begin() + 8192);
        EXPECT_EQ(do_read(*disk, 0, kBytes), bytes_);
    }
}

TEST_P(BlockDeviceTest, DiscardsAndWritesZeroes) {
    const auto disk = open_disk();
    ASSERT_EQ(do_range(*disk, BlockOp::discard, 0, 1 << 20), 0);
    ASSERT_EQ(do_range(*disk, BlockOp::write_zeroes, 2 << 20, 64 * 1024, true), 0);
    ASSERT_EQ(do_range(*disk, BlockOp::write_zeroes, 3 << 20, 64 * 1024, false), 0);
    std::fill_n(bytes_.begin(), 1 << 20, std::byte{0});
    std::fill_n(bytes_.begin() + (2 << 20), 64 * 1024, std::byte{0});
    std::fill_n(bytes_.begin() + (3 << 20), 64 * 1024, std::byte{0});
    EXPECT_EQ(do_read(*disk, 0, kBytes), bytes_);
}

TEST_P(BlockDeviceTest, TheRingDoesItToo) {
    testing::ManualLoop loop;
    const auto disk = open_disk({.direct = true});
    disk->attach(&loop);
    // O_DIRECT never answers at once; memory that is aligned well enough for any device.
    std::vector<std::byte> storage(128 * 1024);
    void* start = storage.data();
    std::size_t space = storage.size();
    ASSERT_NE(std::align(4096, 64 * 1024, start, space), nullptr);
    const std::span buffer(static_cast<std::byte*>(start), 64 * 1024);
    SimpleRequest request;
    request.transfer(BlockOp::read, 4096, buffer, 16 * 1024);
    const int error = request.submit_to(*disk);
    if (static_cast<FileBackend&>(*disk).uses_io_uring()) {
        ASSERT_EQ(error, kBlockPending);
        disk->kick();
        loop.run_until([&] { return request.completions() == 1; });
    }
    EXPECT_EQ(request.error(), 0);
    EXPECT_TRUE(std::ranges::equal(buffer, std::span(bytes_).subspan(4096, buffer.size())));
    disk->detach();
}

TEST_P(BlockDeviceTest, AClaimedDeviceIsNotOpenedForWriting) {
    const UniqueFd claim(open(device_.path().c_str(), O_RDWR | O_EXCL | O_CLOEXEC));
    ASSERT_GE(claim.get(), 0);
    const auto opened = FileBackend::open(device_.path());
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().message().find("mounted or otherwise in use"), std::string::npos)
        << opened.error().message();
    EXPECT_NE(open_disk({.read_only = true}), nullptr);
}

INSTANTIATE_TEST_SUITE_P(SectorSizes, BlockDeviceTest, ::testing::Values(512U, 4096U));

}  // namespace
}  // namespace lkl
