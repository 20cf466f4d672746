// SPDX-License-Identifier: GPL-2.0
// Pointers that the kernel cannot use, given to every kind of call: -EFAULT, and the instance goes
// on as if nothing had been asked.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "instance.hh"

namespace lkl::testing {
namespace {

using Pointer = std::uint64_t;

// One call with one bad pointer in it. `writes`: the kernel only writes there, so that a
// pointer to read-only memory is bad as well.
struct BadCall {
    const char* name;
    bool writes;
    std::function<long(Instance&, Pointer)> run;
};

// Objects of an instance that the calls need.
struct Objects {
    explicit Objects(Instance& kernel) {
        kernel.write_file("/tmp/file", "0123456789abcdef");
        file = kernel.must("open", nr::openat, AT_FDCWD, "/tmp/file", O_RDWR, 0);
        directory = kernel.must("open", nr::openat, AT_FDCWD, "/tmp", O_RDONLY | O_DIRECTORY, 0);
        epoll = kernel.must("epoll_create1", nr::epoll_create1, 0);
        timer = kernel.must("timerfd_create", nr::timerfd_create, CLOCK_MONOTONIC, 0);
        kernel.must("socketpair", nr::socketpair, AF_UNIX, SOCK_STREAM, 0, sockets.data());
        inet = kernel.must("socket", nr::socket, AF_INET, SOCK_DGRAM, 0);
        kernel.must("pipe2", nr::pipe2, pipe.data(), O_NONBLOCK);
        // Something to read everywhere, so that the pointer is reached.
        kernel.must("write", nr::write, pipe[1], "data", 4);
        kernel.must("write", nr::write, sockets[1], "data", 4);
    }

    long file, directory, epoll, timer, inet;
    std::array<int, 2> sockets{};
    std::array<int, 2> pipe{};
};

std::vector<BadCall> calls_with_pointers(const Objects& o) {
    constexpr long kSigset = 8;
    const long cwd = AT_FDCWD;
    std::vector<BadCall> calls;
    const auto reads = [&calls](const char* name, std::function<long(Instance&, Pointer)> run) {
        calls.push_back({name, false, std::move(run)});
    };
    const auto writes = [&calls](const char* name, std::function<long(Instance&, Pointer)> run) {
        calls.push_back({name, true, std::move(run)});
    };
    using K = Instance&;
    // Paths.
    reads("openat", [=](K k, Pointer p) { return k.call(nr::openat, cwd, p, O_RDONLY, 0); });
    reads("openat create", [=](K k, Pointer p) { return k.call(nr::openat, cwd, p, O_CREAT, 0); });
    reads("openat2", [=](K k, Pointer p) { return k.call(nr::openat2, cwd, "/tmp", p, 24); });
    reads("mkdirat", [=](K k, Pointer p) { return k.call(nr::mkdirat, cwd, p, 0755); });
    reads("mknodat", [=](K k, Pointer p) { return k.call(nr::mknodat, cwd, p, S_IFIFO, 0); });
    reads("unlinkat", [=](K k, Pointer p) { return k.call(nr::unlinkat, cwd, p, 0); });
    reads("symlinkat", [=](K k, Pointer p) { return k.call(nr::symlinkat, p, cwd, "/tmp/s"); });
    reads("symlinkat to", [=](K k, Pointer p) { return k.call(nr::symlinkat, "/t", cwd, p); });
    reads("linkat", [=](K k, Pointer p) { return k.call(nr::linkat, cwd, p, cwd, "/tmp/l", 0); });
    reads("renameat2",
          [=](K k, Pointer p) { return k.call(nr::renameat2, cwd, "/tmp/file", cwd, p, 0); });
    reads("faccessat", [=](K k, Pointer p) { return k.call(nr::faccessat, cwd, p, 0); });
    reads("fchmodat", [=](K k, Pointer p) { return k.call(nr::fchmodat, cwd, p, 0644); });
    reads("fchownat", [=](K k, Pointer p) { return k.call(nr::fchownat, cwd, p, 0, 0, 0); });
    reads("chdir", [=](K k, Pointer p) { return k.call(nr::chdir, p); });
    reads("chroot", [=](K k, Pointer p) { return k.call(nr::chroot, p); });
    reads("truncate", [=](K k, Pointer p) { return k.call(nr::truncate, p, 0); });
    reads("statfs path", [=](K k, Pointer p) {
        std::array<char, 256> buffer{};
        return k.call(nr::statfs, p, buffer.data());
    });
    writes("statfs", [=](K k, Pointer p) { return k.call(nr::statfs, "/tmp", p); });
    writes("fstatfs", [=](K k, Pointer p) { return k.call(nr::fstatfs, o.file, p); });
    writes("readlinkat",
           [=](K k, Pointer p) { return k.call(nr::readlinkat, cwd, "/proc/self", p, 64); });
    writes("newfstatat",
           [=](K k, Pointer p) { return k.call(nr::newfstatat, cwd, "/tmp/file", p, 0); });
    writes("fstat", [=](K k, Pointer p) { return k.call(nr::fstat, o.file, p); });
    writes("statx",
           [=](K k, Pointer p) { return k.call(nr::statx, cwd, "/tmp/file", 0, 0x7ff, p); });
    writes("getcwd", [=](K k, Pointer p) { return k.call(nr::getcwd, p, 4096); });
    writes("getdents64",
           [=](K k, Pointer p) { return k.call(nr::getdents64, o.directory, p, 4096); });
    reads("utimensat",
          [=](K k, Pointer p) { return k.call(nr::utimensat, cwd, "/tmp/file", p, 0); });
    reads("mount",
          [=](K k, Pointer p) { return k.call(nr::mount, "none", p, "tmpfs", 0, nullptr); });
    reads("umount2", [=](K k, Pointer p) { return k.call(nr::umount2, p, 0); });
    reads("setxattr",
          [=](K k, Pointer p) { return k.call(nr::setxattr, "/tmp/file", "trusted.a", p, 4, 0); });
    reads("getxattr name", [=](K k, Pointer p) {
        std::array<char, 16> buffer{};
        return k.call(nr::getxattr, "/tmp/file", p, buffer.data(), buffer.size());
    });
    // Data.
    writes("read", [=](K k, Pointer p) {
        k.call(nr::lseek, o.file, 0, SEEK_SET);
        return k.call(nr::read, o.file, p, 8);
    });
    writes("pread64", [=](K k, Pointer p) { return k.call(nr::pread64, o.file, p, 8, 0); });
    reads("write", [=](K k, Pointer p) { return k.call(nr::write, o.file, p, 8); });
    reads("pwrite64", [=](K k, Pointer p) { return k.call(nr::pwrite64, o.file, p, 8, 0); });
    reads("readv", [=](K k, Pointer p) { return k.call(nr::readv, o.file, p, 2); });
    reads("writev", [=](K k, Pointer p) { return k.call(nr::writev, o.file, p, 2); });
    writes("preadv element", [=](K k, Pointer p) {
        const std::array<Pointer, 2> vector = {p, 8};
        return k.call(nr::preadv, o.file, vector.data(), 1, 0, 0);
    });
    reads("pwritev element", [=](K k, Pointer p) {
        const std::array<Pointer, 2> vector = {p, 8};
        return k.call(nr::pwritev, o.file, vector.data(), 1, 0, 0);
    });
    writes("read a pipe", [=](K k, Pointer p) { return k.call(nr::read, o.pipe[0], p, 4); });
    reads("write a pipe", [=](K k, Pointer p) { return k.call(nr::write, o.pipe[1], p, 4); });
    reads("sendfile",
          [=](K k, Pointer p) { return k.call(nr::sendfile, o.sockets[0], o.file, p, 4); });
    reads("copy_file_range", [=](K k, Pointer p) {
        return k.call(nr::copy_file_range, o.file, p, o.file, nullptr, 1, 0);
    });
    // Descriptors that tell of others.
    writes("pipe2", [=](K k, Pointer p) { return k.call(nr::pipe2, p, 0); });
    reads("ppoll", [=](K k, Pointer p) {
        const timespec none{};
        return k.call(nr::ppoll, p, 1, &none, nullptr, kSigset);
    });
    reads("pselect6", [=](K k, Pointer p) {
        const timespec none{};
        return k.call(nr::pselect6, 8, p, nullptr, nullptr, &none, nullptr);
    });
    reads("epoll_ctl", [=](K k, Pointer p) {
        return k.call(nr::epoll_ctl, o.epoll, EPOLL_CTL_ADD, o.pipe[0], p);
    });
    writes("epoll_pwait", [=](K k, Pointer p) {
        epoll_event event{};
        event.events = EPOLLIN;
        k.call(nr::epoll_ctl, o.epoll, EPOLL_CTL_ADD, o.sockets[0], &event);
        return k.call(nr::epoll_pwait, o.epoll, p, 4, 0, nullptr, kSigset);
    });
    reads("signalfd4", [=](K k, Pointer p) { return k.call(nr::signalfd4, -1, p, kSigset, 0); });
    reads("timerfd_settime",
          [=](K k, Pointer p) { return k.call(nr::timerfd_settime, o.timer, 0, p, nullptr); });
    writes("timerfd_gettime",
           [=](K k, Pointer p) { return k.call(nr::timerfd_gettime, o.timer, p); });
    // Sockets.
    reads("bind", [=](K k, Pointer p) { return k.call(nr::bind, o.inet, p, 16); });
    reads("connect", [=](K k, Pointer p) { return k.call(nr::connect, o.inet, p, 16); });
    reads("getsockname", [=](K k, Pointer p) {
        std::array<char, 128> address{};
        return k.call(nr::getsockname, o.inet, address.data(), p);
    });
    writes("getsockname address", [=](K k, Pointer p) {
        int length = 16;
        return k.call(nr::getsockname, o.inet, p, &length);
    });
    reads("sendto",
          [=](K k, Pointer p) { return k.call(nr::sendto, o.sockets[0], p, 4, 0, nullptr, 0); });
    writes("recvfrom", [=](K k, Pointer p) {
        return k.call(nr::recvfrom, o.sockets[0], p, 4, MSG_PEEK | MSG_DONTWAIT, nullptr, nullptr);
    });
    reads("sendmsg", [=](K k, Pointer p) { return k.call(nr::sendmsg, o.sockets[0], p, 0); });
    reads("recvmsg",
          [=](K k, Pointer p) { return k.call(nr::recvmsg, o.sockets[0], p, MSG_DONTWAIT); });
    reads("setsockopt", [=](K k, Pointer p) {
        return k.call(nr::setsockopt, o.inet, SOL_SOCKET, SO_RCVBUF, p, 4);
    });
    reads("getsockopt", [=](K k, Pointer p) {
        int value = 0;
        return k.call(nr::getsockopt, o.inet, SOL_SOCKET, SO_RCVBUF, &value, p);
    });
    writes("socketpair",
           [=](K k, Pointer p) { return k.call(nr::socketpair, AF_UNIX, SOCK_STREAM, 0, p); });
    // Time, signals, futexes, the process.
    reads("nanosleep", [=](K k, Pointer p) { return k.call(nr::nanosleep, p, nullptr); });
    writes("clock_gettime",
           [=](K k, Pointer p) { return k.call(nr::clock_gettime, CLOCK_MONOTONIC, p); });
    writes("clock_getres",
           [=](K k, Pointer p) { return k.call(nr::clock_getres, CLOCK_MONOTONIC, p); });
    writes("gettimeofday", [=](K k, Pointer p) { return k.call(nr::gettimeofday, p, nullptr); });
    reads("timer_create",
          [=](K k, Pointer p) { return k.call(nr::timer_create, CLOCK_MONOTONIC, nullptr, p); });
    writes("getitimer", [=](K k, Pointer p) { return k.call(nr::getitimer, 0, p); });
    reads("rt_sigprocmask", [=](K k, Pointer p) {
        return k.call(nr::rt_sigprocmask, SIG_BLOCK, p, nullptr, kSigset);
    });
    writes("rt_sigpending", [=](K k, Pointer p) { return k.call(nr::rt_sigpending, p, kSigset); });
    reads("rt_sigaction",
          [=](K k, Pointer p) { return k.call(nr::rt_sigaction, SIGUSR1, p, nullptr, kSigset); });
    reads("futex wait", [=](K k, Pointer p) {
        const timespec none{};
        constexpr int kWaitPrivate = 128;
        return k.call(nr::futex, p & ~Pointer{3}, kWaitPrivate, 0, &none, nullptr, 0);
    });
    writes("uname", [=](K k, Pointer p) { return k.call(nr::uname, p); });
    writes("sysinfo", [=](K k, Pointer p) { return k.call(nr::sysinfo, p); });
    writes("times", [=](K k, Pointer p) { return k.call(nr::times, p); });
    writes("getrusage", [=](K k, Pointer p) { return k.call(nr::getrusage, 0, p); });
    writes("prlimit64", [=](K k, Pointer p) { return k.call(nr::prlimit64, 0, 7, nullptr, p); });
    reads("setrlimit", [=](K k, Pointer p) { return k.call(nr::setrlimit, 7, p); });
    writes("getresuid", [=](K k, Pointer p) { return k.call(nr::getresuid, p, p, p); });
    reads("setgroups", [=](K k, Pointer p) { return k.call(nr::setgroups, 2, p); });
    reads("sethostname", [=](K k, Pointer p) { return k.call(nr::sethostname, p, 4); });
    writes("getrandom", [=](K k, Pointer p) { return k.call(nr::getrandom, p, 16, 0); });
    writes("sched_getaffinity",
           [=](K k, Pointer p) { return k.call(nr::sched_getaffinity, 0, 128, p); });
    writes("sched_getparam", [=](K k, Pointer p) { return k.call(nr::sched_getparam, 0, p); });
    writes("capget", [=](K k, Pointer p) { return k.call(nr::capget, p, p); });
    writes("syslog", [=](K k, Pointer p) { return k.call(nr::syslog, 3, p, 100); });
    reads("ioctl", [=](K k, Pointer p) { return k.call(nr::ioctl, o.pipe[0], 0x541b, p); });
    reads("fcntl", [=](K k, Pointer p) { return k.call(nr::fcntl, o.file, F_SETLK, p); });
    reads("memfd_create", [=](K k, Pointer p) { return k.call(nr::memfd_create, p, 0); });
    reads("mq_open", [=](K k, Pointer p) { return k.call(nr::mq_open, p, O_RDWR, 0, nullptr); });
    return calls;
}

// Where 0 means "none": the call succeeds then, or fails for another reason.
bool null_is_allowed(const std::string& name) {
    static const std::set<std::string> kNames = {
        "utimensat",    "ppoll",        "pselect6",      "sendfile",       "copy_file_range",
        "bind",         "gettimeofday", "times",         "rt_sigprocmask", "rt_sigaction",
        "clock_getres", "prlimit64",    "capget",        "syslog",         "statx",
        "setxattr",     "timer_create", "sched_getparam"};
    return kNames.count(name) != 0;
}

// A line of the process's map.
struct Range {
    std::uint64_t start;
    std::uint64_t end;
    std::string access;
};

std::vector<Range> map_ranges() {
    std::vector<Range> ranges;
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line)) {
        std::size_t used = 0;
        const std::uint64_t start = std::stoull(line, &used, 16);
        const std::uint64_t end = std::stoull(line.substr(used + 1), nullptr, 16);
        ranges.push_back({start, end, line.substr(line.find(' ') + 1, 4)});
    }
    return ranges;
}

class BadPointer : public ::testing::Test {
  protected:
    BadPointer() {
        std::set<std::uint64_t> before;
        for (const Range& range : map_ranges()) {
            before.insert(range.start);
        }
        kernel_ = std::make_unique<Instance>();
        for (const Range& range : map_ranges()) {
            if (before.count(range.start) == 0 && range.end - range.start >= 4096) {
                fresh_.push_back(range);
            }
        }
        objects_ = std::make_unique<Objects>(*kernel_);
    }

    // A kernel without an MMU has no memory files (CONFIG_MEMFD_CREATE wants tmpfs).
    bool is_missing(const std::string& name) {
        return name == "memfd_create" && kernel_->call(nr::memfd_create, "name", 0) == -ENOSYS;
    }

    // Every call with the pointer, which `what` describes.
    void expect_fault(const char* what, Pointer pointer, bool readable = false) {
        for (const BadCall& call : calls_with_pointers(*objects_)) {
            if ((readable && !call.writes) || (pointer == 0 && null_is_allowed(call.name)) ||
                is_missing(call.name)) {
                continue;
            }
            EXPECT_EQ(call.run(*kernel_, pointer), -EFAULT)
                << call.name << " with " << what << " " << std::hex << pointer;
        }
        EXPECT_EQ(kernel_->call(nr::getpid), 1);
    }

    // The largest range with this access that came with the boot: text and RAM of the instance.
    [[nodiscard]] Range largest(const std::string& access) const {
        Range best{};
        for (const Range& range : fresh_) {
            if (range.access == access && range.end - range.start > best.end - best.start) {
                best = range;
            }
        }
        return best;
    }

    [[nodiscard]] Range range_at(std::uint64_t start) const {
        for (const Range& range : fresh_) {
            if (range.start == start) {
                return range;
            }
        }
        return {};
    }

    std::unique_ptr<Instance> kernel_;
    std::unique_ptr<Objects> objects_;
    std::vector<Range> fresh_;
};

TEST_F(BadPointer, Null) {
    ASSERT_GE(calls_with_pointers(*objects_).size(), 80U);
    expect_fault("null", 0);
    expect_fault("a small number", 8);
}

TEST_F(BadPointer, UnmappedAndProtected) {
    constexpr std::size_t kPage = 4096;
    void* page = mmap(nullptr, kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    expect_fault("protected", reinterpret_cast<Pointer>(page));
    expect_fault("protected, unaligned", reinterpret_cast<Pointer>(page) + 1);
    munmap(page, kPage);
    expect_fault("unmapped", reinterpret_cast<Pointer>(page));
}

TEST_F(BadPointer, ReadOnly) {
    constexpr std::size_t kPage = 4096;
    void* page = mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(page, MAP_FAILED);
    expect_fault("read-only", reinterpret_cast<Pointer>(page), true);
    munmap(page, kPage);
}

TEST_F(BadPointer, EndsInAnUnmappedPage) {
    constexpr std::size_t kPage = 4096;
    auto* pages = static_cast<char*>(
        mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ASSERT_NE(static_cast<void*>(pages), MAP_FAILED);
    ASSERT_EQ(mprotect(pages + kPage, kPage, PROT_NONE), 0);
    std::fill_n(pages, kPage, 'x');
    // A structure whose last byte is missing; a name that does not end.
    EXPECT_EQ(kernel_->call(nr::mkdirat, AT_FDCWD, pages + kPage - 10, 0755), -EFAULT);
    EXPECT_EQ(kernel_->call(nr::uname, pages + kPage - 389), -EFAULT);
    EXPECT_EQ(kernel_->call(nr::clock_gettime, CLOCK_MONOTONIC, pages + kPage - 15), -EFAULT);
    // Data is transferred as far as it goes.
    EXPECT_EQ(kernel_->call(nr::pread64, objects_->file, pages + kPage - 5, 16, 0), 5);
    EXPECT_EQ(std::string(pages + kPage - 5, 5), "01234");
    EXPECT_EQ(kernel_->call(nr::pwrite64, objects_->file, pages + kPage - 3, 8, 0), 3);
    // A name that ends right at the end is good.
    std::copy_n("/tmp", 5, pages + kPage - 5);
    EXPECT_EQ(kernel_->call(nr::faccessat, AT_FDCWD, pages + kPage - 5, 0), 0);
    munmap(pages, 2 * kPage);
}

TEST_F(BadPointer, NonCanonicalAndOfTheHostsKernel) {
    expect_fault("non-canonical", Pointer{1} << 47);
    expect_fault("non-canonical", (Pointer{1} << 63) + 4096);
    expect_fault("the host kernel's", 0xffff888000000000);
    expect_fault("the last page", ~Pointer{0} - 4095);
    expect_fault("the last bytes", ~Pointer{0} - 7);
}

TEST_F(BadPointer, OfTheInstance) {
    const Range text = largest("r-xp");
    const Range constants = range_at(text.end);
    const Range ram = largest("rw-s");
    ASSERT_GT(text.end, text.start);
    ASSERT_EQ(constants.access, "r--p");
    ASSERT_GE(ram.end - ram.start, std::uint64_t{32} << 20);
    expect_fault("image text", text.start);
    expect_fault("image text", text.end - 8);
    expect_fault("image constants", constants.start);
    expect_fault("image data and RAM", ram.start);
    expect_fault("the end of RAM", ram.end - 8);
    expect_fault("across the end of RAM", ram.end - 1);
    for (const std::uint64_t offset : {0x1000, 0x12345, 0x800000, 0x1000001}) {
        expect_fault("RAM", ram.start + offset);
    }
    // The module area lies below the image, vmalloc's behind RAM.
    expect_fault("the module area", text.start - (16 << 20));
    expect_fault("below the image", text.start - 1);
    expect_fault("vmalloc's area", ram.end + (8 << 20));
    expect_fault("vmalloc's area", ram.end + (std::uint64_t{1} << 30));
}

// A buffer that begins outside of the instance and reaches into it is refused as a whole.
TEST_F(BadPointer, ReachesIntoTheInstance) {
    const Range text = largest("r-xp");
    constexpr std::uint64_t kHuge = std::uint64_t{1} << 40;
    for (const std::uint64_t before :
         {std::uint64_t{1}, std::uint64_t{4096}, std::uint64_t{1} << 32}) {
        EXPECT_EQ(kernel_->call(nr::write, objects_->file, text.start - before, kHuge), -EFAULT);
        EXPECT_EQ(kernel_->call(nr::getrandom, text.start - before, kHuge, 0), -EFAULT);
    }
    EXPECT_EQ(kernel_->call(nr::pread64, objects_->file, 4096, LONG_MAX, 0), -EFAULT);
    EXPECT_EQ(kernel_->call(nr::getpid), 1);
}

}  // namespace
}  // namespace lkl::testing
