// SPDX-License-Identifier: GPL-2.0
#include "machine/arena.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/check.hh"

namespace lkl {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;
// Wide enough for what the kernel may touch next to a caller's buffer or its own range.
constexpr std::uint64_t kGuard = 2 * kMiB;
// Modules must be within 2 GiB of the image.
constexpr std::uint64_t kModules = 128 * kMiB;
constexpr std::uint64_t kLowest = kGuard + kModules;

std::byte* pointer(std::uint64_t address) {
    return reinterpret_cast<std::byte*>(address);  // NOLINT(performance-no-int-to-ptr)
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit * unit;
}

// Address space only: pages of RAM are shown in it where the kernel asks for it.
std::uint64_t vmalloc_size(std::uint64_t memory_size) {
    return round_up(std::max(2 * memory_size, 2 * kGiB), kGuard);
}

// The same; buffers of RAM that lie here leave gaps when they are freed.
std::uint64_t io_size(std::uint64_t memory_size) {
    return round_up(2 * memory_size, kGuard);
}

}  // namespace

std::uint64_t Arena::modules_start() const {
    return base_ - kModules;
}

std::uint64_t Arena::modules_end() const {
    return base_;
}

std::uint64_t Arena::vmalloc_start() const {
    return round_up(base_ + memory_size_, kGuard) + kGuard;
}

std::uint64_t Arena::vmalloc_end() const {
    return vmalloc_start() + vmalloc_size(memory_size_);
}

std::uint64_t Arena::io_start() const {
    return vmalloc_end() + kGuard;
}

std::uint64_t Arena::io_end() const {
    return reservation_.end() - kGuard;
}

std::span<std::byte> Arena::ram() const {
    return {pointer(base_), memory_size_};
}

Result<Arena> Arena::create(const Image& image, std::uint64_t memory_bytes, bool preferred_base) {
    Arena arena;
    LKL_TRY_VOID(arena.reserve(memory_bytes, image, preferred_base));
    LKL_TRY_VOID(arena.load(image));
    return arena;
}

Result<void> Arena::reserve(std::uint64_t memory_bytes, const Image& image, bool preferred_base) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 44U;
    const std::string what = std::to_string(memory_bytes / kMiB) + " MiB of RAM";
    if (memory_bytes < 4 * kMiB) {
        return Error::other("the kernel needs at least 4 MiB", "boot with", what);
    }
    if (memory_bytes > kMost) {
        return Error::other("no address space is that large", "boot with", what);
    }
    image_size_ = image.header().image_end;
    memory_size_ = image_size_ + round_up(memory_bytes, kPage);
    const std::uint64_t size = kLowest + round_up(memory_size_, kGuard) + kGuard +
                               vmalloc_size(memory_size_) + kGuard + io_size(memory_size_) + kGuard;
    if (preferred_base) {
        auto reserved = Reservation::create(size, image.header().preferred_base - kLowest);
        if (reserved) {
            reservation_ = std::move(*reserved);
        }
    }
    if (reservation_.size() == 0) {
        LKL_TRY(reservation_, Reservation::create_aligned(size, kLowest, LKL_BASE_ALIGNMENT));
    }
    base_ = reservation_.start() + kLowest;
    LKL_TRY(ram_file_, create_ram_file(memory_size_));
    if (const int error = reservation_.map_file(base_, memory_size_, ram_file_.get(), 0, true,
                                                Access::read_write)) {
        return Error::host(error, "map", what);
    }
    return {};
}

Result<void> Arena::load(const Image& image) {
    for (const ImageSegment& segment : image.segments()) {
        LKL_TRY_VOID(load_segment(image, segment));
    }
    relocate(image);
    const lkl_image_header& header = image.header();
    if (int error = reservation_.protect(base_, header.text_end, Access::read_execute)) {
        return Error::host(error, "protect", "the kernel's text");
    }
    if (int error = reservation_.protect(base_ + header.text_end,
                                         header.rodata_end - header.text_end, Access::read)) {
        return Error::host(error, "protect", "the kernel's constants");
    }
    read_only_bytes_ = header.rodata_end;
    return {};
}

// Text and constants come from the file, privately: pages of them that nothing writes are
// shared by all instances and processes. Data is copied into RAM.
Result<void> Arena::load_segment(const Image& image, const ImageSegment& segment) const {
    const std::uint64_t address = base_ + segment.offset;
    if (!segment.writable && image.backing()) {
        const std::uint64_t whole = segment.file_size / kPage * kPage;
        const int error = reservation_.map_file(
            address, round_up(segment.file_size, kPage), image.backing()->fd.get(),
            image.backing()->offset + segment.file_offset, false, Access::read_write);
        if (error != 0) {
            return Error::host(error, "map", image.name());
        }
        // Behind the segment's end the file goes on with something else.
        if (whole != segment.file_size) {
            std::memset(pointer(address + segment.file_size), 0, whole + kPage - segment.file_size);
        }
        return {};
    }
    std::memcpy(pointer(address), image.bytes().data() + segment.file_offset, segment.file_size);
    return {};
}

void Arena::relocate(const Image& image) const {
    const std::uint64_t slide = base_ - image.header().preferred_base;
    if (slide != 0) {
        for (const std::uint64_t offset : image.relocations()) {
            std::uint64_t value = 0;
            std::memcpy(&value, pointer(base_ + offset), sizeof(value));
            value += slide;
            std::memcpy(pointer(base_ + offset), &value, sizeof(value));
        }
    }
    for (const Image::Addend& addend : image.addends()) {
        const std::uint64_t value = base_ + addend.target;
        std::memcpy(pointer(base_ + addend.offset), &value, sizeof(value));
    }
}

int Arena::map(std::uint64_t address, std::uint64_t physical, std::uint64_t length,
               lkl_u32 protection) noexcept {
    if ((address | physical | length) % kPage != 0 || length == 0 ||
        address < reservation_.start() || length > reservation_.size() ||
        address - reservation_.start() > reservation_.size() - length) {
        return -EINVAL;
    }
    Access access = Access::none;
    if ((protection & LKL_MAP_EXEC) != 0) {
        access = Access::read_execute;
    } else if ((protection & LKL_MAP_WRITE) != 0) {
        access = Access::read_write;
    } else if ((protection & LKL_MAP_READ) != 0) {
        access = Access::read;
    }
    if (address >= base_ && address - base_ < memory_size_) {
        // What the image's start has become for good (mark_rodata_ro): devices ask for it.
        const std::uint64_t end = address - base_ + length;
        if (access != Access::read_write && end <= image_size_) {
            read_only_bytes_ = std::max(read_only_bytes_, end);
        }
        return -reservation_.protect(address, length, access);
    }
    if (access == Access::none) {
        return -reservation_.unmap(address, length);
    }
    if (length > memory_size_ || physical > memory_size_ - length) {
        return -EINVAL;
    }
    return -reservation_.map_file(address, length, ram_file_.get(), physical, true, access);
}

Result<UniqueFd> Arena::copy_ram() const {
    return copy_ram_file(ram_file_.get(), memory_size_);
}

void Arena::forget_ram() {
    auto fresh = create_ram_file(memory_size_);
    if (!fresh || !replace_ram(std::move(*fresh))) {
        // Not even that: an access is a fault then, never a write to the parent's memory.
        LKL_CHECK(reservation_.unmap(base_, memory_size_) == 0);
    }
}

Result<void> Arena::replace_ram(UniqueFd copy) {
    LKL_TRY(const auto mappings, reservation_.file_mappings(ram_file_.get()));
    for (const FileMapping& mapping : mappings) {
        if (const int error = reservation_.map_file(mapping.address, mapping.length, copy.get(),
                                                    mapping.offset, true, mapping.access)) {
            return Error::host(error, "map", "RAM in a forked process");
        }
    }
    ram_file_ = std::move(copy);
    return {};
}

}  // namespace lkl
