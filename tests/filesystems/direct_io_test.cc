// SPDX-License-Identifier: GPL-2.0
// O_DIRECT from the application's own memory, wherever that lies: by every call, in every size, by
// many threads. What was written is there in the page cache, and in another kernel.
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <lkl/file.hh>
#include <lkl/io_buffer.hh>
#include <lkl/numbers.hh>
#include <optional>
#include <thread>

#include "direct_file.hh"
#include "fixture.hh"

namespace lkl::testing {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMebibyte = std::size_t{1} << 20U;
constexpr int kDirect = open_flags::read_write | open_flags::direct;

// Memory of the application's from mmap(), a page that cannot be touched behind it.
class Pages {
  public:
    explicit Pages(std::size_t size) : size_((size + kPage - 1) / kPage * kPage) {
        void* place = mmap(nullptr, size_ + kPage, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (place == MAP_FAILED ||
            mprotect(static_cast<char*>(place) + size_, kPage, PROT_NONE) != 0) {
            throw std::runtime_error("cannot map memory");
        }
        data_ = static_cast<char*>(place);
    }

    ~Pages() { munmap(data_, size_ + kPage); }

    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    [[nodiscard]] char* data() const { return data_; }

    [[nodiscard]] char* end() const { return data_ + size_; }

    void protect(int access) { mprotect(data_, size_, access); }

  private:
    std::size_t size_;
    char* data_ = nullptr;
};

std::vector<FileSystem> file_systems() {
    std::vector<FileSystem> result;
    for (const FileSystem& candidate : empty_images()) {
        if (candidate.name == "ext4" || candidate.name == "xfs" || candidate.name == "btrfs") {
            result.push_back(candidate);
        }
    }
    return result;
}

// Files are made through the members; the end of the test compares them once more: through the page
// cache, and in a second kernel after the checker.
class DirectIo : public FileSystemTest {
  protected:
    void SetUp() override {
        make_image({});
        kernel_.emplace();
        mounted_.emplace(*kernel_, image_, GetParam().type, GetParam().options);
    }

    void TearDown() override {
        if (!mounted_) {
            return;
        }
        mounted_->finish();
        check_image();
        Tree wanted;
        for (const auto& [name, content] : files_) {
            wanted[name] = {mode::regular | 0644, content, 0};
        }
        expect_content(*kernel_, wanted, mount_flags::read_only);
        kernel_->halt();
        JudgedKernel another;
        expect_content(another, wanted, mount_flags::read_only);
    }

    [[nodiscard]] const Kernel& kernel() { return kernel_->kernel(); }

    [[nodiscard]] std::string path(const std::string& name) const {
        return mounted_->path() + "/" + name;
    }

    // What must be in the file.
    void set(const std::string& name, std::size_t offset, std::string_view data) {
        std::string& content = files_[name];
        content.resize(std::max(content.size(), offset + data.size()));
        content.replace(offset, data.size(), data);
    }

    // ext4 and xfs refuse what is not in whole sectors; btrfs takes the page cache for it.
    [[nodiscard]] bool refuses_odd() const { return GetParam().type != "btrfs"; }

    std::map<std::string, std::string> files_;
    std::optional<JudgedKernel> kernel_;
    std::optional<MountedImage> mounted_;
};

TEST_P(DirectIo, EveryCallMovesData) {
    constexpr std::size_t kSize = 16 * kPage;
    constexpr std::uint64_t kOffset = 3 * kPage;
    std::uint64_t seed = 1;
    for (const Transfer transfer : kTransfers) {
        const std::string name = "file" + std::to_string(seed);
        const std::string data = noise(kSize, seed++);
        const RawFile file(kernel(), path(name), kDirect);
        const bool moves = transfer <= Transfer::vector2_here;
        ASSERT_EQ(file.write(transfer, whole(data.data(), kSize), kOffset), long{kSize})
            << call_name(transfer);
        EXPECT_EQ(file.position(), moves ? long{kOffset + kSize} : 0) << call_name(transfer);
        set(name, kOffset, data);
        for (const Transfer reading : kTransfers) {
            std::string read(kSize, '\0');
            ASSERT_EQ(file.read(reading, whole(read.data(), kSize), kOffset), long{kSize})
                << call_name(reading);
            EXPECT_TRUE(read == data) << call_name(transfer) << ", then " << call_name(reading);
        }
        // The hole before it.
        std::string read(kOffset, 'x');
        ASSERT_EQ(file.read(read.data(), kOffset, 0), long{kOffset});
        EXPECT_TRUE(read == std::string(kOffset, '\0'));
    }
}

TEST_P(DirectIo, AnyMemoryAndAnySize) {
    const RawFile file(kernel(), path("file"), kDirect);
    std::array<char, 128 * 1024> stack{};
    std::uint64_t seed = 100;
    for (const std::size_t size : {kPage, 2 * kPage, 31 * kPage, kMebibyte - kPage, kMebibyte,
                                   kMebibyte + kPage, 3 * kMebibyte, 5 * kMebibyte + 7 * kPage}) {
        const std::string data = noise(size, seed++);
        std::vector<char> heap(size + kPage);
        const Pages pages(size + kPage);
        std::vector<char*> places = {heap.data(),  heap.data() + 1,    heap.data() + 511,
                                     pages.data(), pages.data() + 513, pages.end() - size};
        if (size + 3 <= stack.size()) {
            places.push_back(stack.data() + 3);
        }
        for (char* place : places) {
            const std::uint64_t offset = seed % 7 * kPage;
            std::copy(data.begin(), data.end(), place);
            ASSERT_EQ(file.write(place, size, offset), static_cast<long>(size));
            set("file", offset, data);
            std::fill_n(place, size, 'x');
            ASSERT_EQ(file.read(place, size, offset), static_cast<long>(size));
            EXPECT_TRUE(std::string_view(place, size) == data) << size;
        }
    }
}

// A program's constants, and memory that the kernel may only read.
TEST_P(DirectIo, WritesFromReadOnlyMemory) {
    const RawFile file(kernel(), path("file"), kDirect);
    Pages pages(2 * kPage);
    const std::string data = noise(2 * kPage, 5);
    std::copy(data.begin(), data.end(), pages.data());
    pages.protect(PROT_READ);
    EXPECT_EQ(file.write(pages.data(), data.size(), 0), static_cast<long>(data.size()));
    set("file", 0, data);
    EXPECT_EQ(file.read(pages.data(), data.size(), 0), -EFAULT);
    EXPECT_TRUE(std::string_view(pages.data(), data.size()) == data);
}

TEST_P(DirectIo, VectorsOfManyPieces) {
    const RawFile file(kernel(), path("file"), kDirect);
    constexpr std::size_t kSize = 2 * kMebibyte + 3 * kPage;
    constexpr std::size_t kMost = 1024;  // UIO_MAXIOV
    std::uint64_t seed = 200;
    for (const std::size_t count : {std::size_t{2}, std::size_t{9}, std::size_t{100}, kMost}) {
        for (const Transfer transfer : {Transfer::vector, Transfer::vector2_here,
                                        Transfer::vector_at, Transfer::vector2_at}) {
            const std::string data = noise(kSize, seed++);
            ASSERT_EQ(file.write(transfer, in_pieces(data.data(), kSize, count), kPage),
                      long{kSize})
                << call_name(transfer) << " of " << count;
            set("file", kPage, data);
            std::string read(kSize, '\0');
            ASSERT_EQ(file.read(transfer, in_pieces(read.data(), kSize, count), kPage), long{kSize})
                << call_name(transfer) << " of " << count;
            EXPECT_TRUE(read == data) << call_name(transfer) << " of " << count;
        }
    }
    const std::vector<iovec> too_many(kMost + 1, iovec{nullptr, 0});
    EXPECT_EQ(file.write(Transfer::vector, too_many, 0), -EINVAL);
    EXPECT_EQ(file.read(Transfer::vector_at, too_many, 0), -EINVAL);
    const std::vector<iovec> empty(3, iovec{nullptr, 0});
    EXPECT_EQ(file.write(Transfer::vector, empty, 0), 0);
}

// Sizes and offsets that are no whole sectors have the answer that the file system gives anywhere.
TEST_P(DirectIo, OddSizesAndOffsets) {
    const std::string data = noise(8 * kPage, 9);
    const RawFile file(kernel(), path("file"), kDirect);
    ASSERT_EQ(file.write(data.data(), data.size(), 0), static_cast<long>(data.size()));
    set("file", 0, data);
    const std::string other = noise(8 * kPage, 10);
    std::string read(8 * kPage, 'x');
    for (const auto& [size, offset] : {std::pair{1UL, 0UL}, std::pair{kPage, 1UL},
                                       std::pair{100UL, 100UL}, std::pair{kPage + 1, kPage}}) {
        const long answer = file.write(other.data(), size, offset);
        EXPECT_EQ(answer, refuses_odd() ? -EINVAL : static_cast<long>(size)) << size;
        if (answer > 0) {
            set("file", offset, std::string_view(other).substr(0, size));
        }
        const long got = file.read(read.data(), size, offset);
        EXPECT_EQ(got, refuses_odd() ? -EINVAL : static_cast<long>(size)) << size;
        if (got > 0) {
            EXPECT_TRUE(files_["file"].compare(offset, size, read, 0, size) == 0);
        }
    }
    // What is longer than a mebibyte goes in pieces: only the last one is odd.
    const std::string large = noise(kMebibyte + 1, 13);
    const long answer = file.write(large.data(), large.size(), 0);
    EXPECT_EQ(answer, static_cast<long>(refuses_odd() ? kMebibyte : large.size()));
    set("file", 0, std::string_view(large).substr(0, std::max(answer, 0L)));
    // Whole sectors suffice.
    for (const std::size_t size : {512UL, 1536UL}) {
        ASSERT_EQ(file.write(other.data(), size, 512), static_cast<long>(size));
        set("file", 512, std::string_view(other).substr(0, size));
        ASSERT_EQ(file.read(read.data(), size, 512), static_cast<long>(size));
        EXPECT_TRUE(read.compare(0, size, other, 0, size) == 0);
    }
}

// The kernel's own RAM needs no copy: a transfer of any length is one.
TEST_P(DirectIo, BuffersOfTheKernel) {
    const RawFile file(kernel(), path("file"), kDirect);
    const IoBuffer buffer = must(IoBuffer::allocate(kernel(), 6 * kMebibyte));
    auto* const start = reinterpret_cast<char*>(buffer.data());
    std::uint64_t seed = 300;
    for (const Transfer transfer : kTransfers) {
        for (const std::size_t size : {kPage, 33 * kPage, 5 * kMebibyte + kPage}) {
            for (const std::size_t shift : {std::size_t{0}, std::size_t{512}, kPage + 1}) {
                const std::string data = noise(size, seed++);
                char* const place = start + shift;
                const std::vector<iovec> parts =
                    transfer == Transfer::plain || transfer == Transfer::at
                        ? whole(place, size)
                        : std::vector<iovec>{{place + kPage / 2, size - kPage / 2},
                                             {place, kPage / 2}};
                std::size_t done = 0;
                for (const iovec& part : parts) {
                    std::copy_n(data.data() + done, part.iov_len,
                                static_cast<char*>(part.iov_base));
                    done += part.iov_len;
                }
                ASSERT_EQ(file.write(transfer, parts, 2 * kPage), static_cast<long>(size));
                set("file", 2 * kPage, data);
                std::fill_n(place, size, 'x');
                ASSERT_EQ(file.read(transfer, parts, 2 * kPage), static_cast<long>(size));
                done = 0;
                for (const iovec& part : parts) {
                    EXPECT_TRUE(std::string_view(static_cast<char*>(part.iov_base), part.iov_len) ==
                                std::string_view(data).substr(done, part.iov_len))
                        << call_name(transfer) << " " << size << " " << shift;
                    done += part.iov_len;
                }
            }
        }
    }
    // Across the end of the file.
    ASSERT_EQ(kernel().call(nr::truncate, path("file").c_str(), 2 * kPage + 77), 0);
    files_["file"].resize(2 * kPage + 77);
    EXPECT_EQ(file.read(start, 6 * kMebibyte, 0), long{2 * kPage + 77});
    EXPECT_TRUE(std::string_view(start, 2 * kPage + 77) == files_["file"]);
}

TEST_P(DirectIo, EndsAndErrors) {
    const std::string data = noise(4 * kPage, 11);
    std::string read(8 * kPage, 'x');
    {
        const RawFile file(kernel(), path("file"), kDirect);
        ASSERT_EQ(file.write(data.data(), data.size(), 0), static_cast<long>(data.size()));
        set("file", 0, data);
        // Across the end, at the end, behind it.
        EXPECT_EQ(file.read(read.data(), read.size(), 2 * kPage), long{2 * kPage});
        EXPECT_TRUE(read.compare(0, 2 * kPage, data, 2 * kPage) == 0);
        EXPECT_EQ(read[2 * kPage], 'x');
        EXPECT_EQ(file.read(read.data(), kPage, 4 * kPage), 0);
        EXPECT_EQ(file.read(read.data(), kPage, 100 * kPage), 0);
        EXPECT_EQ(file.read(read.data(), 0, 0), 0);
        EXPECT_EQ(file.write(read.data(), 0, 0), 0);
        EXPECT_EQ(file.read(read.data(), kPage, ~std::uint64_t{0}), -EINVAL);
        EXPECT_EQ(file.write(data.data(), kPage, ~std::uint64_t{0} - kPage), -EINVAL);
        const std::vector<iovec> parts = whole(read.data(), kPage);
        constexpr int kNoSuchFlag = 0x40000000;
        EXPECT_EQ(kernel().call(nr::preadv2, file.fd(), parts.data(), 1, 0, 0, kNoSuchFlag),
                  -EOPNOTSUPP);
    }
    // The file's end need not be a sector's.
    ASSERT_EQ(kernel().call(nr::truncate, path("file").c_str(), 2 * kPage + 77), 0);
    files_["file"].resize(2 * kPage + 77);
    const RawFile only_read(kernel(), path("file"), open_flags::read_only | open_flags::direct);
    EXPECT_EQ(only_read.read(read.data(), read.size(), kPage), long{kPage + 77});
    EXPECT_TRUE(read.compare(0, kPage + 77, data, kPage, kPage + 77) == 0);
    EXPECT_EQ(only_read.write(data.data(), kPage, 0), -EBADF);
    const RawFile only_written(kernel(), path("file"), open_flags::write_only | open_flags::direct);
    EXPECT_EQ(only_written.read(read.data(), kPage, 0), -EBADF);
    const RawFile appended(kernel(), path("appended"), kDirect | open_flags::append);
    for (int i = 0; i < 3; i++) {
        ASSERT_EQ(appended.write(Transfer::plain, whole(data.data(), kPage), 0), long{kPage});
        EXPECT_EQ(appended.position(), static_cast<long>((i + 1) * kPage));
        set("appended", i * kPage, std::string_view(data).substr(0, kPage));
    }
}

// Memory that ends too early: what could be moved is counted, or it is -EFAULT; the file has what
// was counted, and nothing else has changed.
TEST_P(DirectIo, BadPointers) {
    const RawFile file(kernel(), path("file"), kDirect);
    const std::string data = noise(4 * kMebibyte, 12);
    ASSERT_EQ(file.write(data.data(), data.size(), 0), static_cast<long>(data.size()));
    set("file", 0, data);
    for (const std::size_t good : {std::size_t{0}, kPage, 5 * kPage, kMebibyte, 2 * kMebibyte}) {
        const std::size_t size = good + 2 * kPage;
        const Pages pages(good);
        char* const start = pages.end() - good;
        for (const Transfer transfer : kTransfers) {
            std::fill_n(start, good, 'x');
            const long got = file.read(transfer, whole(start, size), 0);
            ASSERT_TRUE(got == -EFAULT || (got > 0 && got <= static_cast<long>(good))) << got;
            if (got > 0) {
                EXPECT_TRUE(std::string_view(start, got) == data.substr(0, got));
            }
            if (transfer <= Transfer::vector2_here) {
                EXPECT_EQ(file.position(), std::max(got, 0L)) << call_name(transfer);
            }
            // As it is there already, so that only a count could be wrong...
            std::copy_n(data.begin(), good, start);
            const long put = file.write(transfer, whole(start, size), 0);
            ASSERT_TRUE(put == -EFAULT || (put > 0 && put <= static_cast<long>(good))) << put;
            if (transfer <= Transfer::vector2_here) {
                EXPECT_EQ(file.position(), std::max(put, 0L)) << call_name(transfer);
            }
            // ...and with the bad piece in the middle of a vector.
            std::vector<iovec> parts = whole(start, good);
            parts.push_back({reinterpret_cast<void*>(kPage), kPage});
            parts.push_back({start, good});
            if (transfer != Transfer::plain && transfer != Transfer::at) {
                const long some = file.write(transfer, parts, 0);
                EXPECT_TRUE(some == -EFAULT || (some > 0 && some <= static_cast<long>(good)));
            }
        }
    }
    for (void* bad : {static_cast<void*>(nullptr), reinterpret_cast<void*>(~std::uintptr_t{4095}),
                      reinterpret_cast<void*>(std::uintptr_t{1} << 47U)}) {
        EXPECT_EQ(file.read(bad, kPage, 0), -EFAULT);
        EXPECT_EQ(file.write(bad, kPage, 0), -EFAULT);
        EXPECT_EQ(kernel().call(nr::readv, file.fd(), bad, 2), -EFAULT);
        EXPECT_EQ(kernel().call(nr::pwritev2, file.fd(), bad, 2, 0, 0, 0), -EFAULT);
    }
    EXPECT_EQ(kernel().call(nr::getpid), 1);
}

TEST_P(DirectIo, GoesPastThePageCacheAndAgreesWithIt) {
    const RawFile direct(kernel(), path("file"), kDirect);
    const RawFile buffered(kernel(), path("file"), open_flags::read_write);
    std::string read(4 * kPage, 'x');
    const std::vector<iovec> parts = whole(read.data(), read.size());
    constexpr int kNoWait = 8;
    const auto cached = [&] {
        // How many pages: cachestat(2), since 6.5.
        const std::array<std::uint64_t, 2> range{0, 4 * kPage};
        std::array<std::uint64_t, 5> counts{};
        const long told =
            kernel().call(nr::cachestat, buffered.fd(), range.data(), counts.data(), 0);
        if (told != -ENOSYS) {
            EXPECT_EQ(told, 0);
            return counts[0] != 0;
        }
        // This finds what is there, but begins to read ahead, and may find that, too.
        return kernel().call(nr::preadv2, buffered.fd(), parts.data(), 1, 0, 0, kNoWait) > 0;
    };
    for (int round = 0; round < 5; round++) {
        const std::string data = noise(4 * kPage, 20 + round);
        ASSERT_EQ(direct.write(data.data(), data.size(), 0), static_cast<long>(data.size()));
        set("file", 0, data);
        ASSERT_EQ(direct.read(read.data(), read.size(), 0), static_cast<long>(read.size()));
        EXPECT_TRUE(read == data);
        EXPECT_FALSE(cached()) << "in round " << round;
        ASSERT_EQ(buffered.read(read.data(), read.size(), 0), static_cast<long>(read.size()));
        EXPECT_TRUE(read == data);
        EXPECT_TRUE(cached()) << "in round " << round;
        // Written to the cache, and not yet to the disk.
        const std::string newer = noise(kPage, 40 + round);
        ASSERT_EQ(buffered.write(newer.data(), kPage, kPage), long{kPage});
        set("file", kPage, newer);
        ASSERT_EQ(direct.read(read.data(), read.size(), 0), static_cast<long>(read.size()));
        EXPECT_TRUE(read == files_["file"]);
    }
}

TEST_P(DirectIo, ManyThreads) {
    constexpr std::size_t kThreads = 8;
    constexpr std::size_t kPart = 96 * kPage;
    constexpr int kRounds = 12;
    const RawFile shared(kernel(), path("shared"), kDirect);
    std::vector<std::string> own(kThreads);
    std::vector<std::string> parts(kThreads);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kThreads; i++) {
        threads.emplace_back([&, i] {
            const RawFile mine(kernel(), path("own" + std::to_string(i)), kDirect);
            const std::uint64_t offset = i * kPart;
            std::vector<char> memory(kPart + kPage);
            for (int round = 0; round < kRounds; round++) {
                char* const place = memory.data() + round * 17;
                parts[i] = noise(kPart, 1000 * i + round);
                std::copy(parts[i].begin(), parts[i].end(), place);
                EXPECT_EQ(shared.write(place, kPart, offset), long{kPart});
                EXPECT_EQ(mine.write(Transfer::vector2_at, in_pieces(place, kPart, 50), 0),
                          long{kPart});
                std::fill_n(place, kPart, 'x');
                EXPECT_EQ(shared.read(Transfer::vector_at, in_pieces(place, kPart, 20), offset),
                          long{kPart});
                EXPECT_TRUE(std::string_view(place, kPart) == parts[i]);
                EXPECT_EQ(mine.read(Transfer::plain, whole(place, kPart), 0), long{kPart});
                EXPECT_TRUE(std::string_view(place, kPart) == parts[i]);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (std::size_t i = 0; i < kThreads; i++) {
        set("shared", i * kPart, parts[i]);
        set("own" + std::to_string(i), 0, parts[i]);
    }
}

INSTANTIATE_TEST_SUITE_P(, DirectIo, ::testing::ValuesIn(file_systems()), name_of);

// The disk itself, without a file system.
TEST(DirectIoOnADisk, EveryCallMovesData) {
    JudgedKernel judged;
    const Kernel& kernel = judged.kernel();
    std::vector<std::byte> memory(4 * kMebibyte);
    const Disk disk = must(Disk::add_memory(kernel, memory, {}));
    const RawFile file(kernel, disk.node(), kDirect);
    std::uint64_t seed = 1;
    for (const Transfer transfer : kTransfers) {
        const std::string data = noise(2 * kMebibyte, seed++);
        const std::vector<iovec> parts = transfer == Transfer::plain || transfer == Transfer::at
                                             ? whole(data.data(), data.size())
                                             : in_pieces(data.data(), data.size(), 40);
        ASSERT_EQ(file.write(transfer, parts, kPage), static_cast<long>(data.size()));
        EXPECT_EQ(std::memcmp(memory.data() + kPage, data.data(), data.size()), 0);
        std::string read(data.size(), '\0');
        ASSERT_EQ(file.read(transfer, whole(read.data(), read.size()), kPage),
                  static_cast<long>(read.size()));
        EXPECT_TRUE(read == data);
    }
    EXPECT_EQ(file.write(memory.data(), 100, 0), -EINVAL);
}

}  // namespace
}  // namespace lkl::testing
