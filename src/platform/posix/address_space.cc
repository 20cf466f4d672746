// SPDX-License-Identifier: GPL-2.0
#include "platform/address_space.hh"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "base/check.hh"

namespace lkl {
namespace {

int protection_of(Access access) {
    switch (access) {
        case Access::none:
            return PROT_NONE;
        case Access::read:
            return PROT_READ;
        case Access::read_write:
            return PROT_READ | PROT_WRITE;
        case Access::read_execute:
            return PROT_READ | PROT_EXEC;
    }
    return PROT_NONE;
}

void* pointer(std::uint64_t address) {
    return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

std::string size_text(std::uint64_t size) {
    return std::to_string(size >> 20U) + " MiB of addresses";
}

void* reserve(void* hint, std::uint64_t size, int extra_flags) {
    return mmap(hint, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | extra_flags,
                -1, 0);
}

// One write() a mapped piece: no buffer of our own, and only pages that have data.
Result<void> copy_extent(int from, int to, off_t start, off_t end) {
    while (start < end) {
        const auto length = static_cast<std::size_t>(end - start);
        void* source = mmap(nullptr, length, PROT_READ, MAP_SHARED, from, start);
        if (source == MAP_FAILED) {
            return Error::host(errno, "copy", "RAM");
        }
        const ssize_t written = pwrite(to, source, length, start);
        const int error = errno;
        munmap(source, length);
        if (written <= 0) {
            return Error::host(error, "copy", "RAM");
        }
        constexpr off_t kPageMask = ~off_t{4095};
        start += (start + written >= end) ? written : (written & kPageMask);
    }
    return {};
}

}  // namespace

Result<Reservation> Reservation::create(std::uint64_t size, std::uint64_t address) {
    void* place = reserve(pointer(address), size, MAP_FIXED_NOREPLACE);
    if (place == MAP_FAILED) {
        return Error::host(errno, "reserve", size_text(size));
    }
    const auto start = reinterpret_cast<std::uint64_t>(place);
    if (start != address) {
        munmap(place, size);
        return Error::host(EEXIST, "reserve", size_text(size));
    }
    return Reservation(start, size);
}

Result<Reservation> Reservation::create_aligned(std::uint64_t size, std::uint64_t offset,
                                                std::uint64_t alignment) {
    if (size + alignment < size) {
        return Error::host(ENOMEM, "reserve", size_text(size));
    }
    void* place = reserve(nullptr, size + alignment, 0);
    if (place == MAP_FAILED) {
        return Error::host(errno, "reserve", size_text(size));
    }
    const auto low = reinterpret_cast<std::uint64_t>(place);
    const std::uint64_t start = ((low + offset + alignment - 1) & ~(alignment - 1)) - offset;
    if (start > low) {
        munmap(place, start - low);
    }
    if (low + alignment > start) {
        munmap(pointer(start + size), low + alignment - start);
    }
    return Reservation(start, size);
}

Reservation::Reservation(Reservation&& other) noexcept
    : start_(std::exchange(other.start_, 0)), size_(std::exchange(other.size_, 0)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
    std::swap(start_, other.start_);
    std::swap(size_, other.size_);
    return *this;
}

Reservation::~Reservation() {
    if (size_ != 0) {
        munmap(pointer(start_), size_);
    }
}

bool Reservation::contains(std::uint64_t address, std::uint64_t length) const {
    return address >= start_ && length <= size_ && address - start_ <= size_ - length;
}

int Reservation::map_file(std::uint64_t address, std::uint64_t length, int fd, std::uint64_t offset,
                          bool shared, Access access) const noexcept {
    LKL_CHECK(contains(address, length));
    const int flags = MAP_FIXED | (shared ? MAP_SHARED : MAP_PRIVATE);
    void* place = mmap(pointer(address), length, protection_of(access), flags, fd,
                       static_cast<off_t>(offset));
    return place == MAP_FAILED ? errno : 0;
}

int Reservation::protect(std::uint64_t address, std::uint64_t length,
                         Access access) const noexcept {
    LKL_CHECK(contains(address, length));
    return mprotect(pointer(address), length, protection_of(access)) != 0 ? errno : 0;
}

int Reservation::unmap(std::uint64_t address, std::uint64_t length) const noexcept {
    LKL_CHECK(contains(address, length));
    return reserve(pointer(address), length, MAP_FIXED) == MAP_FAILED ? errno : 0;
}

// proc_pid_maps(5): "start-end perms offset major:minor inode path".
Result<std::vector<FileMapping>> Reservation::file_mappings(int fd) const {
    struct stat status {};

    std::ifstream maps("/proc/self/maps");
    if (fstat(fd, &status) != 0 || !maps) {
        return Error::host(errno, "read", "/proc/self/maps");
    }
    std::vector<FileMapping> result;
    std::string line;
    while (std::getline(maps, line)) {
        unsigned long low = 0;
        unsigned long high = 0;
        unsigned long offset = 0;
        unsigned long inode = 0;
        std::array<char, 5> access{};
        constexpr int kFields = 5;
        if (std::sscanf(line.c_str(), "%lx-%lx %4s %lx %*x:%*x %lu", &low, &high, access.data(),
                        &offset, &inode) != kFields ||
            inode != status.st_ino || line.find("/memfd:lkl-ram") == std::string::npos ||
            !contains(low, high - low)) {
            continue;
        }
        Access kind = Access::none;
        if (access[2] == 'x') {
            kind = Access::read_execute;
        } else if (access[1] == 'w') {
            kind = Access::read_write;
        } else if (access[0] == 'r') {
            kind = Access::read;
        }
        result.push_back({low, high - low, offset, kind});
    }
    return result;
}

Result<UniqueFd> create_ram_file(std::uint64_t size) {
    UniqueFd fd(memfd_create("lkl-ram", MFD_CLOEXEC));
    if (!fd) {
        return Error::host(errno, "create", "a memory file");
    }
    if (ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
        return Error::host(errno, "make", std::to_string(size >> 20U) + " MiB of RAM");
    }
    return fd;
}

Result<UniqueFd> copy_ram_file(int from, std::uint64_t size) {
    LKL_TRY(UniqueFd to, create_ram_file(size));
    off_t data = lseek(from, 0, SEEK_DATA);
    while (data >= 0) {
        const off_t hole = lseek(from, data, SEEK_HOLE);
        if (hole < 0) {
            return Error::host(errno, "copy", "RAM");
        }
        LKL_TRY_VOID(copy_extent(from, to.get(), data, hole));
        data = lseek(from, hole, SEEK_DATA);
    }
    return to;
}

}  // namespace lkl
