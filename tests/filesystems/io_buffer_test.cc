// SPDX-License-Identifier: GPL-2.0
// The kernel's own RAM in the application's hands: O_DIRECT moves data between it and the disk
// without a copy, and it comes and goes without a trace.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <lkl/io_buffer.hh>
#include <lkl/numbers.hh>
#include <optional>
#include <random>

#include "block/callback_backend.hh"
#include "direct_file.hh"
#include "fixture.hh"
#include "host.hh"
#include "writer.hh"

namespace lkl::testing {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMebibyte = std::size_t{1} << 20U;
constexpr int kDirect = open_flags::read_write | open_flags::direct;

// A disk that looks, while it serves a request, whether the application's memory is what the
// kernel has handed to it.
class WatchedDisk {
  public:
    explicit WatchedDisk(const Kernel& kernel)
        : memory_(8 * kMebibyte), disk_(must(Disk::add_backend(kernel, back_end(), {}))) {}

    // The memory that the next requests are expected to use.
    std::byte* watched = nullptr;
    int shared = 0;  // requests whose first byte was that of `watched`
    int others = 0;

    [[nodiscard]] const std::vector<std::byte>& memory() const { return memory_; }

    [[nodiscard]] const std::string& node() const { return disk_.node(); }

  private:
    std::unique_ptr<BlockBackend> back_end() {
        CallbackDisk disk;
        disk.capacity = memory_.size();
        disk.perform = [this](const CallbackRequest& request) { return serve(request); };
        return must(CallbackBackend::create(std::move(disk)));
    }

    int serve(const CallbackRequest& request) {
        if (watched != nullptr && !request.buffers.empty()) {
            look(*static_cast<std::byte*>(request.buffers.front().iov_base));
        }
        std::byte* at = memory_.data() + request.sector * 512;
        for (const iovec& part : request.buffers) {
            if (request.op == BlockOp::read) {
                std::memcpy(part.iov_base, at, part.iov_len);
            } else {
                std::memcpy(at, part.iov_base, part.iov_len);
            }
            at += part.iov_len;
        }
        return 0;
    }

    // The same byte, by both addresses?
    void look(std::byte& given) {
        const std::byte before = given;
        bool same = true;
        for (const std::byte change : {std::byte{0xff}, std::byte{0x55}}) {
            given = before ^ change;
            same = same && *watched == given;
        }
        (same ? shared : others)++;
        given = before;
    }

    std::vector<std::byte> memory_;
    Disk disk_;
};

void fill(std::span<std::byte> where, std::string_view data) {
    std::memcpy(where.data(), data.data(), data.size());
}

bool holds(std::span<const std::byte> where, std::string_view data) {
    return std::memcmp(where.data(), data.data(), data.size()) == 0;
}

class IoBufferTest : public ::testing::Test {
  protected:
    JudgedKernel judged_;
    const Kernel& kernel_ = judged_.kernel();
};

TEST_F(IoBufferTest, EveryCallGoesWithoutACopy) {
    WatchedDisk disk(kernel_);
    const RawFile file(kernel_, disk.node(), kDirect);
    const IoBuffer buffer = must(IoBuffer::allocate(kernel_, 3 * kMebibyte));
    const std::span<std::byte> part = buffer.bytes().subspan(kPage + 512, 2 * kMebibyte);
    std::uint64_t seed = 1;
    for (const Transfer transfer : kTransfers) {
        const std::string data = noise(part.size(), seed++);
        fill(part, data);
        disk.watched = part.data();
        disk.shared = disk.others = 0;
        // The first request begins at the buffer's first byte, later ones do not.
        ASSERT_EQ(file.write(transfer, whole(part.data(), part.size()), 7 * kPage),
                  static_cast<long>(part.size()));
        EXPECT_GE(disk.shared, 1) << call_name(transfer);
        disk.watched = nullptr;
        EXPECT_TRUE(holds(std::span(disk.memory()).subspan(7 * kPage), data));
        std::fill(part.begin(), part.end(), std::byte{1});
        disk.watched = part.data();
        disk.shared = disk.others = 0;
        ASSERT_EQ(file.read(transfer, whole(part.data(), part.size()), 7 * kPage),
                  static_cast<long>(part.size()));
        EXPECT_GE(disk.shared, 1) << call_name(transfer);
        EXPECT_TRUE(holds(part, data)) << call_name(transfer);
        disk.watched = nullptr;
    }
}

// The same from memory of the application's own, from odd addresses, and from two buffers at once:
// copied, and right.
TEST_F(IoBufferTest, WhatDoesNotFitIsCopied) {
    WatchedDisk disk(kernel_);
    const RawFile file(kernel_, disk.node(), kDirect);
    const IoBuffer buffer = must(IoBuffer::allocate(kernel_, kMebibyte));
    const IoBuffer another = must(IoBuffer::allocate(kernel_, kMebibyte));
    std::vector<std::byte> own(kMebibyte);
    const std::string data = noise(16 * kPage, 5);
    const auto copied = [&](std::byte* start, const std::vector<iovec>& parts) {
        std::size_t done = 0;
        for (const iovec& part : parts) {
            std::memcpy(part.iov_base, data.data() + done, part.iov_len);
            done += part.iov_len;
        }
        disk.watched = start;
        disk.shared = disk.others = 0;
        const long size = static_cast<long>(done);
        EXPECT_EQ(file.write(Transfer::vector_at, parts, 0), size);
        disk.watched = nullptr;
        EXPECT_TRUE(holds(disk.memory(), std::string_view(data).substr(0, done)));
        EXPECT_EQ(disk.shared, 0);
        EXPECT_GE(disk.others, 1);
        for (const iovec& part : parts) {
            std::memset(part.iov_base, 0, part.iov_len);
        }
        EXPECT_EQ(file.read(Transfer::vector_at, parts, 0), size);
        done = 0;
        for (const iovec& part : parts) {
            EXPECT_EQ(std::memcmp(part.iov_base, data.data() + done, part.iov_len), 0);
            done += part.iov_len;
        }
    };
    copied(own.data(), whole(own.data(), 8 * kPage));
    copied(buffer.data() + 1, whole(buffer.data() + 1, 8 * kPage));
    copied(buffer.data(), {{buffer.data(), kPage}, {another.data(), kPage}});
    copied(buffer.data(), {{buffer.data(), 700}, {buffer.data() + kPage, kPage - 700}});
    copied(buffer.data(), {{buffer.data(), kPage}, {own.data(), kPage}, {another.data(), kPage}});
    // Within one buffer it is not, whatever the order.
    disk.watched = buffer.data() + 5 * kPage;
    disk.shared = 0;
    const std::vector<iovec> parts = {{buffer.data() + 5 * kPage, 512},
                                      {buffer.data(), 2 * kPage - 512}};
    EXPECT_EQ(file.write(Transfer::vector_at, parts, 0), long{2 * kPage});
    disk.watched = nullptr;
    EXPECT_EQ(disk.shared, 1);
}

TEST_F(IoBufferTest, EndsWhereItEnds) {
    WatchedDisk disk(kernel_);
    const RawFile file(kernel_, disk.node(), kDirect);
    const IoBuffer buffer = must(IoBuffer::allocate(kernel_, 2 * kPage));
    EXPECT_TRUE(std::all_of(buffer.bytes().begin(), buffer.bytes().end(),
                            [](std::byte byte) { return byte == std::byte{0}; }));
    EXPECT_EQ(file.read(buffer.data(), 2 * kPage, 0), long{2 * kPage});
    const long got = file.read(buffer.data(), 3 * kPage, 0);
    EXPECT_TRUE(got == -EFAULT || (got > 0 && got <= long{2 * kPage})) << got;
    EXPECT_EQ(file.read(buffer.data() + 2 * kPage, kPage, 0), -EFAULT);
    EXPECT_EQ(file.write(buffer.data() + 2 * kPage, kPage, 0), -EFAULT);
    EXPECT_EQ(file.read(buffer.data() - kPage, kPage, 0), -EFAULT);
}

TEST_F(IoBufferTest, RefusesWhatCannotBe) {
    EXPECT_EQ(IoBuffer::allocate(kernel_, 0).error().linux_errno(), EINVAL);
    for (const std::size_t size : {std::size_t{1} << 30U, std::size_t{1} << 50U, ~std::size_t{0}}) {
        EXPECT_EQ(IoBuffer::allocate(kernel_, size).error().linux_errno(), ENOMEM) << size;
    }
    // All there is, until there is no more: nobody is killed for it, and the kernel works on.
    std::vector<IoBuffer> all;
    for (;;) {
        auto next = IoBuffer::allocate(kernel_, kMebibyte);
        if (!next) {
            EXPECT_EQ(next.error().linux_errno(), ENOMEM);
            break;
        }
        all.push_back(std::move(*next));
        ASSERT_LT(all.size(), 1000U);
    }
    EXPECT_GT(all.size(), 8U);
    all.clear();
    EXPECT_EQ(kernel_.call(nr::getpid), 1);
    EXPECT_TRUE(IoBuffer::allocate(kernel_, 8 * kMebibyte));
}

// Thousands of sizes: what is written stays, and what is freed comes back.
TEST_F(IoBufferTest, ComeAndGo) {
    struct Held {
        IoBuffer buffer;
        std::byte mark;
    };

    std::mt19937_64 random(1);
    std::vector<Held> held;
    std::size_t bytes = 0;
    for (int round = 0; round < 3000; round++) {
        const std::size_t size = 1 + random() % (random() % 8 == 0 ? kMebibyte : 5 * kPage);
        if (bytes + size < 16 * kMebibyte && random() % 2 == 0) {
            Held one = {must(IoBuffer::allocate(kernel_, size)), std::byte(random())};
            ASSERT_TRUE(std::all_of(one.buffer.bytes().begin(), one.buffer.bytes().end(),
                                    [](std::byte byte) { return byte == std::byte{0}; }));
            std::fill(one.buffer.bytes().begin(), one.buffer.bytes().end(), one.mark);
            bytes += size;
            held.push_back(std::move(one));
        } else if (!held.empty()) {
            std::swap(held[random() % held.size()], held.back());
            const Held& last = held.back();
            ASSERT_TRUE(std::all_of(last.buffer.bytes().begin(), last.buffer.bytes().end(),
                                    [&](std::byte byte) { return byte == last.mark; }));
            bytes -= last.buffer.size();
            held.pop_back();
        }
    }
}

TEST_F(IoBufferTest, AForkHasACopy) {
    if (kThreadSanitized) {
        GTEST_SKIP() << kNoThreadsInChildren;
    }
    WatchedDisk disk(kernel_);
    const IoBuffer buffer = must(IoBuffer::allocate(kernel_, 4 * kPage));
    std::fill(buffer.bytes().begin(), buffer.bytes().end(), std::byte{7});
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        bool good = buffer.data()[0] == std::byte{7};
        std::fill(buffer.bytes().begin(), buffer.bytes().end(), std::byte{9});
        const RawFile file(kernel_, disk.node(), kDirect);
        good = good && file.read(buffer.data(), 4 * kPage, 0) == long{4 * kPage} &&
               buffer.data()[0] == std::byte{0};
        _exit(good ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(buffer.data()[0], std::byte{7});
}

TEST(IoBufferLifetime, OutlivesTheHalt) {
    std::optional<JudgedKernel> judged(std::in_place);
    IoBuffer buffer = must(IoBuffer::allocate(judged->kernel(), 100));
    EXPECT_EQ(buffer.size(), 100U);
    fill(buffer.bytes(), "still here");
    judged->halt();
    judged.reset();
    EXPECT_TRUE(holds(buffer.bytes(), "still here"));
    IoBuffer moved = std::move(buffer);
    EXPECT_EQ(buffer.size(), 0U);  // NOLINT(bugprone-use-after-move): what it promises
    EXPECT_TRUE(holds(moved.bytes(), "still here"));
    moved.reset();
    EXPECT_EQ(moved.data(), nullptr);
}

}  // namespace
}  // namespace lkl::testing
