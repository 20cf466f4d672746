// SPDX-License-Identifier: GPL-2.0
// Memory of the host: reserved ranges of addresses, and RAM that can be shown in several places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hh"
#include "base/unique_fd.hh"

namespace lkl {

// Who may do what; never write and execute together.
enum class Access { none, read, read_write, read_execute };

struct FileMapping {
    std::uint64_t address;
    std::uint64_t length;
    std::uint64_t offset;  // in the file
    Access access;
};

// A range of addresses that nothing else in the process will use. Pages have no access until
// something is mapped into them. Unmapped by the destructor.
class Reservation {
  public:
    Reservation() = default;
    // At `address` if that is not 0 and the range is free there, else an error.
    static Result<Reservation> create(std::uint64_t size, std::uint64_t address);
    // Anywhere, such that start + offset is a multiple of `alignment` (a power of two).
    static Result<Reservation> create_aligned(std::uint64_t size, std::uint64_t offset,
                                              std::uint64_t alignment);

    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    ~Reservation();

    [[nodiscard]] std::uint64_t start() const { return start_; }

    [[nodiscard]] std::uint64_t size() const { return size_; }

    [[nodiscard]] std::uint64_t end() const { return start_ + size_; }

    // All addresses are absolute, all values multiples of the page size; 0 or a host errno.
    int map_file(std::uint64_t address, std::uint64_t length, int fd, std::uint64_t offset,
                 bool shared, Access access) const noexcept;
    int protect(std::uint64_t address, std::uint64_t length, Access access) const noexcept;
    int unmap(std::uint64_t address, std::uint64_t length) const noexcept;

    // Where in the range `fd` is mapped now.
    [[nodiscard]] Result<std::vector<FileMapping>> file_mappings(int fd) const;

  private:
    Reservation(std::uint64_t start, std::uint64_t size) : start_(start), size_(size) {}

    [[nodiscard]] bool contains(std::uint64_t address, std::uint64_t length) const;

    std::uint64_t start_ = 0;
    std::uint64_t size_ = 0;
};

// An anonymous file of `size` bytes, zeros, whose pages exist once touched.
Result<UniqueFd> create_ram_file(std::uint64_t size);

// A copy of one, page by page where it has data.
Result<UniqueFd> copy_ram_file(int from, std::uint64_t size);

}  // namespace lkl
