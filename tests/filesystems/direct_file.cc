// SPDX-License-Identifier: GPL-2.0
#include "direct_file.hh"

#include <algorithm>
#include <lkl/numbers.hh>
#include <lkl/types.hh>
#include <stdexcept>

namespace lkl::testing {
namespace {

constexpr long kHere = -1;  // preadv2, pwritev2: at the file's own position

bool uses_position(Transfer transfer) {
    return transfer == Transfer::plain || transfer == Transfer::vector ||
           transfer == Transfer::vector2_here;
}

// The numbers of one direction's calls.
struct Calls {
    long plain, vector, at, vector_at, vector2;
};

constexpr Calls kReads = {nr::read, nr::readv, nr::pread64, nr::preadv, nr::preadv2};
constexpr Calls kWrites = {nr::write, nr::writev, nr::pwrite64, nr::pwritev, nr::pwritev2};

long transfer_by(const Kernel& kernel, const Calls& calls, Transfer transfer, long fd,
                 const std::vector<iovec>& parts, std::uint64_t offset) {
    constexpr int kSet = 0;
    if (uses_position(transfer) && kernel.call(nr::lseek, fd, offset, kSet) < 0) {
        return -1;
    }
    const iovec& first = parts.at(0);
    switch (transfer) {
        case Transfer::plain:
            return kernel.call(calls.plain, fd, first.iov_base, first.iov_len);
        case Transfer::vector:
            return kernel.call(calls.vector, fd, parts.data(), parts.size());
        case Transfer::vector2_here:
            return kernel.call(calls.vector2, fd, parts.data(), parts.size(), kHere, kHere, 0);
        case Transfer::at:
            return kernel.call(calls.at, fd, first.iov_base, first.iov_len, offset);
        case Transfer::vector_at:
            return kernel.call(calls.vector_at, fd, parts.data(), parts.size(), offset, 0);
        case Transfer::vector2_at:
            return kernel.call(calls.vector2, fd, parts.data(), parts.size(), offset, 0, 0);
    }
    return -1;
}

}  // namespace

const char* call_name(Transfer transfer) {
    switch (transfer) {
        case Transfer::plain:
            return "read or write";
        case Transfer::vector:
            return "readv or writev";
        case Transfer::vector2_here:
            return "preadv2 or pwritev2 at -1";
        case Transfer::at:
            return "pread64 or pwrite64";
        case Transfer::vector_at:
            return "preadv or pwritev";
        case Transfer::vector2_at:
            return "preadv2 or pwritev2";
    }
    return "?";
}

RawFile::RawFile(const Kernel& kernel, const std::string& path, int flags)
    : kernel_(kernel),
      fd_(kernel.call(nr::openat, -100, path.c_str(), flags | open_flags::create, 0644)) {
    if (fd_ < 0) {
        throw std::runtime_error("cannot open " + path + ": " + std::to_string(fd_));
    }
}

RawFile::~RawFile() {
    kernel_.call(nr::close, fd_);
}

long RawFile::read(Transfer transfer, const std::vector<iovec>& where, std::uint64_t offset) const {
    return transfer_by(kernel_, kReads, transfer, fd_, where, offset);
}

long RawFile::write(Transfer transfer, const std::vector<iovec>& what, std::uint64_t offset) const {
    return transfer_by(kernel_, kWrites, transfer, fd_, what, offset);
}

long RawFile::read(void* where, std::size_t size, std::uint64_t offset) const {
    return kernel_.call(nr::pread64, fd_, where, size, offset);
}

long RawFile::write(const void* what, std::size_t size, std::uint64_t offset) const {
    return kernel_.call(nr::pwrite64, fd_, what, size, offset);
}

long RawFile::position() const {
    constexpr int kCurrent = 1;
    return kernel_.call(nr::lseek, fd_, 0, kCurrent);
}

std::vector<iovec> whole(const void* data, std::size_t size) {
    return {{const_cast<void*>(data), size}};  // NOLINT: struct iovec serves both directions
}

std::vector<iovec> in_pieces(const void* data, std::size_t size, std::size_t count) {
    constexpr std::size_t kSteps[] = {1, 511, 0, 4097, 7, 512, 65'537, 4096, 333};
    auto* at = static_cast<std::byte*>(const_cast<void*>(data));  // NOLINT: see above
    std::vector<iovec> parts;
    for (std::size_t i = 0; size > 0 && parts.size() + 1 < count; i++) {
        const std::size_t step = std::min(kSteps[i % std::size(kSteps)], size);
        parts.push_back({at, step});
        at += step;
        size -= step;
    }
    parts.push_back({at, size});
    return parts;
}

}  // namespace lkl::testing
