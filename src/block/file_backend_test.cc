// SPDX-License-Identifier: GPL-2.0
// The file back end: opening, transfers at once and by io_uring, ranges, sizes, fork.
#include "block/file_backend.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "block/testing/simple_request.hh"
#include "block/testing/temporary.hh"
#include "virtio/testing/blk_driver.hh"
#include "virtio/testing/manual_loop.hh"

namespace lkl {
namespace {

using testing::do_range;
using testing::do_read;
using testing::do_transfer;
using testing::ManualLoop;
using testing::pattern;
using testing::SimpleRequest;

constexpr std::size_t kMiB = 1 << 20;

class FileBackendTest : public ::testing::Test {
  protected:
    std::string make(const std::string& name, std::span<const std::byte> bytes) {
        const std::string path = folder_.file(name);
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        EXPECT_TRUE(file.good());
        return path;
    }

    static std::vector<std::byte> content(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        const auto bytes = std::as_bytes(std::span(text));
        return {bytes.begin(), bytes.end()};
    }

    static std::unique_ptr<BlockBackend> open(const std::string& path,
                                              FileBackendOptions options = {}) {
        auto opened = FileBackend::open(path, std::move(options));
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message());
        return opened ? std::move(*opened) : nullptr;
    }

    // Throws the file out of the host's page cache, so that a read has to wait for the disk.
    static void forget_pages(const std::string& path) {
        const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        ASSERT_EQ(fdatasync(fd.get()), 0);
        ASSERT_EQ(posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED), 0);
    }

    testing::TemporaryFolder folder_;
};

TEST_F(FileBackendTest, ReadsAndWritesSegments) {
    const auto before = pattern(kMiB, 1);
    const std::string path = make("disk", before);
    const auto disk = open(path);
    EXPECT_EQ(disk->info().size, kMiB);
    EXPECT_EQ(disk->info().block_size, 512U);
    EXPECT_EQ(disk->info().identity, "disk");

    std::vector<std::byte> bytes(40000 / 512 * 512);
    ASSERT_EQ(do_transfer(*disk, BlockOp::read, 512, bytes, 700), 0);
    EXPECT_TRUE(std::ranges::equal(bytes, std::span(before).subspan(512, bytes.size())));

    auto written = pattern(8192, 2);
    ASSERT_EQ(do_transfer(*disk, BlockOp::write, 4096, written, 100), 0);
    auto expected = before;
    std::ranges::copy(written, expected.begin() + 4096);
    EXPECT_EQ(content(path), expected);
}

TEST_F(FileBackendTest, MoreSegmentsThanOneCallTakes) {
    const auto before = pattern(2048 * 512, 3);
    const auto disk = open(make("disk", before));
    std::vector<std::byte> bytes(before.size());
    ASSERT_EQ(do_transfer(*disk, BlockOp::read, 0, bytes, 512), 0);  // 2048 pieces, IOV_MAX is 1024
    EXPECT_EQ(bytes, before);
}

TEST_F(FileBackendTest, ATailShorterThanASectorIsNeitherShownNorTouched) {
    const auto before = pattern(4 * 512 + 100, 4);
    const std::string path = make("disk", before);
    {
        const auto disk = open(path);
        EXPECT_EQ(disk->info().size, 4U * 512);
        SimpleRequest request;
        std::vector<std::byte> bytes(512);
        request.transfer(BlockOp::read, 4 * 512, bytes);
        EXPECT_EQ(check_block_request(disk->info(), request), EINVAL);
        auto zeroes = std::vector<std::byte>(512);
        ASSERT_EQ(do_transfer(*disk, BlockOp::write, 3 * 512, zeroes), 0);
    }
    auto expected = before;
    std::fill_n(expected.begin() + 3 * 512, 512, std::byte{0});
    EXPECT_EQ(content(path), expected);
}

TEST_F(FileBackendTest, AFileThatShrinksGivesAnErrorNotZeroes) {
    const std::string path = make("disk", pattern(8192, 5));
    const auto disk = open(path);
    ASSERT_EQ(truncate(path.c_str(), 4096), 0);
    std::vector<std::byte> bytes(8192);
    EXPECT_EQ(do_transfer(*disk, BlockOp::read, 0, bytes), EIO);
}

TEST_F(FileBackendTest, AFileThatGrowsIsSeenWhenAsked) {
    const std::string path = make("disk", pattern(8192, 6));
    const auto disk = open(path);
    ASSERT_EQ(truncate(path.c_str(), 20000), 0);
    EXPECT_EQ(disk->info().size, 8192U);
    disk->refresh_size();
    EXPECT_EQ(disk->info().size, 20000U / 512 * 512);
    ASSERT_EQ(truncate(path.c_str(), 4096), 0);
    disk->refresh_size();
    EXPECT_EQ(disk->info().size, 20000U / 512 * 512);
}

TEST_F(FileBackendTest, WhatCannotBeADiskIsRefusedWithAReason) {
    const auto refusal = [](const std::string& path, FileBackendOptions options = {}) {
        auto opened = FileBackend::open(path, std::move(options));
        EXPECT_FALSE(opened.has_value());
        return opened ? std::string() : opened.error().message();
    };
    const std::string missing = folder_.file("missing");
    EXPECT_NE(refusal(missing).find(missing), std::string::npos);
    EXPECT_NE(refusal(folder_.file("")).find("neither a regular file nor a block device"),
              std::string::npos);
    const std::string fifo = folder_.file("fifo");
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_NE(refusal(fifo).find("neither a regular file nor a block device"), std::string::npos);
    EXPECT_NE(refusal(make("tiny", pattern(511, 7))).find("smaller than one sector of 512 bytes"),
              std::string::npos);
    EXPECT_NE(refusal(make("empty", {})).find("smaller than one sector"), std::string::npos);
}

TEST_F(FileBackendTest, TwoWritersExcludeEachOther) {
    const std::string path = make("disk", pattern(8192, 8));
    auto first = open(path);
    auto second = FileBackend::open(path);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code(), std::error_code(EBUSY, std::system_category()));
    EXPECT_NE(second.error().message().find("another writer has it locked"), std::string::npos);
    EXPECT_NE(open(path, {.read_only = true}), nullptr);  // a reader is let in
    EXPECT_NE(open(path, {.lock = false}), nullptr);      // and who insists
    first.reset();
    EXPECT_NE(open(path), nullptr);
}

// The tools open an image themselves: they too are kept out, but not by their own duplicates.
TEST_F(FileBackendTest, AnAdoptedDescriptorIsLockedToo) {
    const std::string path = make("disk", pattern(8192, 8));
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    const auto adopt = [&](const UniqueFd& fd, FileBackendOptions options = {}) {
        return FileBackend::adopt(UniqueFd(dup(fd.get())), path, std::move(options));
    };
    ASSERT_TRUE(adopt(file));
    EXPECT_TRUE(adopt(file));
    EXPECT_FALSE(FileBackend::open(path));
    const UniqueFd other(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    EXPECT_EQ(adopt(other).error().code(), std::error_code(EBUSY, std::system_category()));
    EXPECT_TRUE(adopt(other, {.lock = false}));
    EXPECT_TRUE(adopt(other, {.read_only = true}));
}

TEST_F(FileBackendTest, AnAdoptedDescriptorKeepsItsAccessMode) {
    const std::string path = make("disk", pattern(8192, 9));
    auto adopted = FileBackend::adopt(UniqueFd(::open(path.c_str(), O_RDONLY)), path);
    ASSERT_TRUE(adopted.has_value());
    EXPECT_TRUE((*adopted)->info().read_only);
    EXPECT_FALSE((*adopted)->info().can_discard);
    auto refused = FileBackend::adopt(UniqueFd(::open(path.c_str(), O_WRONLY)), path);
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message().find("not open for reading"), std::string::npos);
}

TEST_F(FileBackendTest, DiscardMakesAHoleAndReadsAsZeroes) {
    const std::string path = make("disk", pattern(kMiB, 10));
    const auto disk = open(path);

    struct stat before {};

    ASSERT_EQ(do_range(*disk, BlockOp::flush, 0, 0), 0);
    ASSERT_EQ(stat(path.c_str(), &before), 0);
    ASSERT_EQ(do_range(*disk, BlockOp::discard, 0, kMiB / 2), 0);

    struct stat after {};

    ASSERT_EQ(stat(path.c_str(), &after), 0);
    EXPECT_EQ(after.st_size, before.st_size);
    EXPECT_LE(after.st_blocks * 512 + static_cast<long>(kMiB / 2), before.st_blocks * 512);
    EXPECT_EQ(do_read(*disk, 4096, 4096), std::vector<std::byte>(4096));
}

TEST_F(FileBackendTest, WriteZeroesWithAndWithoutUnmap) {
    const auto before = pattern(kMiB, 11);
    const std::string path = make("disk", before);
    const auto disk = open(path);
    ASSERT_EQ(do_range(*disk, BlockOp::write_zeroes, 512, 100 * 512, false), 0);
    ASSERT_EQ(do_range(*disk, BlockOp::write_zeroes, 512 * 1024, 512 * 3, true), 0);
    auto expected = before;
    std::fill_n(expected.begin() + 512, 100 * 512, std::byte{0});
    std::fill_n(expected.begin() + 512 * 1024, 512 * 3, std::byte{0});
    EXPECT_EQ(content(path), expected);
}

// With a loop: what does not block is done within submit(), the rest by the ring.
class AsyncFileTest : public FileBackendTest {
  protected:
    // Whether the host lets us have a ring; where not, the tests of it are skipped.
    bool attach(BlockBackend& disk) {
        disk.attach(&loop_);
        SimpleRequest request;
        request.range(BlockOp::flush, 0, 0);
        if (request.submit_to(disk) == kBlockPending) {
            disk.drain();
        }
        EXPECT_EQ(request.error(), 0);
        return static_cast<FileBackend&>(disk).uses_io_uring();
    }

    ManualLoop loop_;
};

#define NEED_RING(disk)                                                 \
    if (!attach(disk)) {                                                \
        GTEST_SKIP() << "no io_uring here, or a file system in memory"; \
    }

TEST_F(AsyncFileTest, CachedPagesNeedNoLoop) {
    const auto before = pattern(kMiB, 12);
    const auto disk = open(make("disk", before));
    disk->attach(&loop_);
    std::vector<std::byte> bytes(kMiB);
    SimpleRequest request;
    request.transfer(BlockOp::read, 0, bytes, 4096);
    ASSERT_EQ(request.submit_to(*disk), 0);
    EXPECT_EQ(bytes, before);
    request.transfer(BlockOp::write, 0, bytes, 4096);
    EXPECT_EQ(request.submit_to(*disk), 0);
    EXPECT_FALSE(static_cast<FileBackend&>(*disk).uses_io_uring());
    EXPECT_EQ(loop_.watched(), 0U);
    disk->detach();
}

TEST_F(AsyncFileTest, ReadsFromTheDiskCompleteOnTheLoop) {
    const auto before = pattern(8 * kMiB, 13);
    const std::string path = make("disk", before);
    const auto disk = open(path);
    NEED_RING(*disk);
    forget_pages(path);
    constexpr std::size_t kPart = 256 * 1024;
    std::vector<std::byte> bytes(before.size());
    std::vector<SimpleRequest> requests(bytes.size() / kPart);
    unsigned pending = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        // Backwards, so that no reading ahead answers the next.
        const std::size_t at = bytes.size() - (i + 1) * kPart;
        requests[i].transfer(BlockOp::read, at, std::span(bytes).subspan(at, kPart), 5000);
        pending += requests[i].submit_to(*disk) == kBlockPending ? 1 : 0;
    }
    EXPECT_GT(pending, 0U);
    disk->kick();
    loop_.run_until([&] {
        return std::ranges::all_of(requests, [](const auto& r) { return r.error() == 0; });
    });
    EXPECT_EQ(bytes, before);
    EXPECT_TRUE(std::ranges::all_of(requests, [](const auto& r) { return r.completions() <= 1; }));
    disk->detach();
    EXPECT_EQ(loop_.watched(), 0U);
}

TEST_F(AsyncFileTest, AFlushDoesNotBlockTheSubmitter) {
    const auto disk = open(make("disk", pattern(kMiB, 14)));
    NEED_RING(*disk);
    SimpleRequest request;
    request.range(BlockOp::flush, 0, 0);
    ASSERT_EQ(request.submit_to(*disk), kBlockPending);
    disk->kick();
    loop_.run_until([&] { return request.completions() == 1; });
    EXPECT_EQ(request.error(), 0);
    disk->detach();
}

TEST_F(AsyncFileTest, RangesThroughTheRing) {
    const auto before = pattern(kMiB, 15);
    const std::string path = make("disk", before);
    const auto disk = open(path);
    NEED_RING(*disk);
    SimpleRequest discard;
    discard.range(BlockOp::discard, 0, 64 * 1024);
    SimpleRequest zeroes;
    zeroes.range(BlockOp::write_zeroes, 128 * 1024, 512 * 3);
    ASSERT_EQ(discard.submit_to(*disk), kBlockPending);
    ASSERT_EQ(zeroes.submit_to(*disk), kBlockPending);
    disk->kick();
    loop_.run_until([&] { return discard.completions() + zeroes.completions() == 2; });
    EXPECT_EQ(discard.error(), 0);
    EXPECT_EQ(zeroes.error(), 0);
    auto expected = before;
    std::fill_n(expected.begin(), 64 * 1024, std::byte{0});
    std::fill_n(expected.begin() + 128 * 1024, 512 * 3, std::byte{0});
    EXPECT_EQ(content(path), expected);
    disk->detach();
}

TEST_F(AsyncFileTest, DrainFinishesWithoutTheLoop) {
    const auto before = pattern(4 * kMiB, 16);
    const std::string path = make("disk", before);
    const auto disk = open(path);
    NEED_RING(*disk);
    forget_pages(path);
    std::vector<std::byte> bytes(before.size());
    SimpleRequest read;
    read.transfer(BlockOp::read, 0, bytes, 4096);
    SimpleRequest flush;
    flush.range(BlockOp::flush, 0, 0);
    read.submit_to(*disk);
    ASSERT_EQ(flush.submit_to(*disk), kBlockPending);
    disk->kick();
    disk->drain();
    EXPECT_EQ(read.error(), 0);
    EXPECT_EQ(flush.error(), 0);
    EXPECT_EQ(bytes, before);
    disk->detach();
}

TEST_F(AsyncFileTest, DrainOnOneThreadWhileTheLoopRunsOnAnother) {
    const std::string path = make("disk", pattern(kMiB, 17));
    const auto disk = open(path);
    NEED_RING(*disk);
    std::jthread helper([this](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            loop_.run_once(1);
        }
    });
    std::vector<SimpleRequest> flushes(8);
    for (int round = 1; round <= 50; ++round) {
        for (SimpleRequest& flush : flushes) {
            flush.range(BlockOp::flush, 0, 0);
            ASSERT_EQ(flush.submit_to(*disk), kBlockPending);
        }
        disk->kick();
        disk->drain();
        for (const SimpleRequest& flush : flushes) {
            ASSERT_EQ(flush.completions(), round);
            ASSERT_EQ(flush.error(), 0);
        }
    }
    helper.request_stop();
    helper.join();
    disk->detach();
}

TEST_F(AsyncFileTest, DirectThroughTheRingTakesMisalignedBuffersToo) {
    const auto before = pattern(kMiB, 25);
    auto opened = FileBackend::open(make("disk", before), {.direct = true});
    if (!opened) {
        GTEST_SKIP() << opened.error().message();
    }
    BlockBackend& disk = **opened;
    NEED_RING(disk);
    std::vector<std::byte> buffer(kMiB + 1);
    const auto odd = std::span(buffer).subspan(1);
    SimpleRequest request;
    request.transfer(BlockOp::read, 0, odd, 1000);
    ASSERT_EQ(request.submit_to(disk), kBlockPending);
    disk.kick();
    loop_.run_until([&] { return request.completions() == 1; });
    EXPECT_EQ(request.error(), 0);
    EXPECT_TRUE(std::ranges::equal(odd, before));
    disk.detach();
}

TEST_F(AsyncFileTest, WritesOfAChildStayInTheChild) {
    const auto before = pattern(kMiB, 18);
    const std::string path = make("disk", before);
    auto disk = open(path);
    attach(*disk);
    disk->drain();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        BlockBackend& old = *disk;
        disk = old.after_fork_in_child(std::move(disk));
        loop_.restart_in_child();
        auto written = pattern(4096, 19);
        bool good = do_transfer(*disk, BlockOp::write, 8192, written) == 0;
        good = good && do_range(*disk, BlockOp::discard, 0, 4096) == 0;
        good = good && do_range(*disk, BlockOp::write_zeroes, 4096, 4096, true) == 0;
        good = good && do_range(*disk, BlockOp::flush, 0, 0) == 0;
        good = good && do_read(*disk, 8192, 4096) == written;
        good = good && do_read(*disk, 4096, 4096) == std::vector<std::byte>(4096);
        const auto rest = do_read(*disk, 65536, 4096);
        good = good && std::ranges::equal(rest, std::span(before).subspan(65536, 4096));
        _exit(good ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_EQ(content(path), before);
    // The parent's own ring still works.
    EXPECT_EQ(do_range(*disk, BlockOp::flush, 0, 0), 0);
    disk->detach();
}

TEST_F(AsyncFileTest, AChildMakesARingOfItsOwn) {
    const auto before = pattern(8 * kMiB, 24);
    const std::string path = make("disk", before);
    auto disk = open(path);
    NEED_RING(*disk);
    forget_pages(path);
    // Both wait for their own ring at the same time; neither wakes the other.
    const auto read_from_disk = [&](std::size_t at) {
        std::vector<std::byte> bytes(4096);
        SimpleRequest request;
        request.transfer(BlockOp::read, at, bytes);
        if (request.submit_to(*disk) != kBlockPending) {
            return false;
        }
        disk->kick();
        loop_.run_until([&] { return request.error() != kBlockPending; });
        return request.error() == 0 && request.completions() == 1 &&
               std::ranges::equal(bytes, std::span(before).subspan(at, 4096));
    };
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        BlockBackend& old = *disk;
        disk = old.after_fork_in_child(std::move(disk));
        loop_.restart_in_child();
        const bool good = read_from_disk(0);
        // A wake-up that nobody takes: it must not be the parent's.
        std::vector<std::byte> bytes(4096);
        SimpleRequest request;
        request.transfer(BlockOp::read, 4 * kMiB, bytes);
        request.submit_to(*disk);
        disk->kick();
        disk->drain();
        disk->detach();
        _exit(good && request.error() == 0 && loop_.watched() == 0 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_FALSE(loop_.run_once(0));
    EXPECT_TRUE(read_from_disk(8 * kMiB - 4096));
    disk->detach();
}

TEST_F(FileBackendTest, AChildCanBeKeptFromWritingOrFromAll) {
    const std::string path = make("disk", pattern(8192, 20));
    auto bytes = pattern(4096, 21);
    {
        auto disk = open(path, {.fork_mode = ForkMode::read_only});
        BlockBackend& old = *disk;
        disk = old.after_fork_in_child(std::move(disk));
        EXPECT_EQ(do_transfer(*disk, BlockOp::write, 0, bytes), EROFS);
        EXPECT_EQ(do_read(*disk, 0, 4096).size(), 4096U);
    }
    auto disk = open(path, {.fork_mode = ForkMode::fail});
    BlockBackend& old = *disk;
    disk = old.after_fork_in_child(std::move(disk));
    EXPECT_EQ(do_transfer(*disk, BlockOp::write, 0, bytes), EIO);
    EXPECT_EQ(do_transfer(*disk, BlockOp::read, 0, bytes), EIO);
    EXPECT_EQ(content(path), pattern(8192, 20));
}

TEST_F(FileBackendTest, DirectTakesMisalignedBuffersToo) {
    const auto before = pattern(kMiB, 22);
    const std::string path = make("disk", before);
    auto opened = FileBackend::open(path, {.direct = true});
    if (!opened) {
        GTEST_SKIP() << opened.error().message();
    }
    BlockBackend& disk = **opened;
    const std::size_t block = disk.info().block_size;
    std::vector<std::byte> buffer(kMiB + 1);
    const auto odd = std::span(buffer).subspan(1);
    ASSERT_EQ(do_transfer(disk, BlockOp::read, 0, odd, 1000), 0);
    EXPECT_TRUE(std::ranges::equal(odd, before));
    auto written = pattern(300 * 1024 / block * block, 23);
    ASSERT_EQ(do_transfer(disk, BlockOp::write, 2 * block, written, 777), 0);
    auto expected = before;
    std::ranges::copy(written, expected.begin() + static_cast<long>(2 * block));
    EXPECT_EQ(content(path), expected);
}

}  // namespace
}  // namespace lkl
