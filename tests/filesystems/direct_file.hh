// SPDX-License-Identifier: GPL-2.0
// A file that is read and written with O_DIRECT, by every call there is, and what must be in it.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <lkl/kernel.hh>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::testing {

// The calls that move data between a file and memory. The first ones use the file's own position.
enum class Transfer { plain, vector, vector2_here, at, vector_at, vector2_at };

inline constexpr Transfer kTransfers[] = {Transfer::plain,        Transfer::vector,
                                          Transfer::vector2_here, Transfer::at,
                                          Transfer::vector_at,    Transfer::vector2_at};

const char* call_name(Transfer transfer);

// One descriptor of the kernel's. Closed by the destructor. Any number of threads.
class RawFile {
  public:
    // open_flags; made if it is not there.
    RawFile(const Kernel& kernel, const std::string& path, int flags);
    ~RawFile();
    RawFile(const RawFile&) = delete;
    RawFile& operator=(const RawFile&) = delete;

    // What the kernel returns: bytes or -errno. Calls that use the file's position are put there
    // by a seek before.
    long read(Transfer transfer, const std::vector<iovec>& where, std::uint64_t offset) const;
    long write(Transfer transfer, const std::vector<iovec>& what, std::uint64_t offset) const;

    // By pread64 and pwrite64.
    long read(void* where, std::size_t size, std::uint64_t offset) const;
    long write(const void* what, std::size_t size, std::uint64_t offset) const;

    // The file's own position.
    [[nodiscard]] long position() const;

    [[nodiscard]] long fd() const { return fd_; }

  private:
    const Kernel& kernel_;
    long fd_;
};

// A part of memory as a vector of one.
std::vector<iovec> whole(const void* data, std::size_t size);

// The same memory in pieces of odd sizes, `count` of them at most, some of them empty.
std::vector<iovec> in_pieces(const void* data, std::size_t size, std::size_t count);

}  // namespace lkl::testing
