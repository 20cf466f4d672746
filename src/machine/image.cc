// SPDX-License-Identifier: GPL-2.0
#include "machine/image.hh"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/unique_fd.hh"
#include "machine/image_parser.hh"

// From the assembly file that embeds the image.
extern "C" {
extern const std::byte lkl_embedded_image_start[] __attribute__((weak));  // NOLINT
extern const std::byte lkl_embedded_image_end[] __attribute__((weak));    // NOLINT
}

namespace lkl {

Image::Image(Image&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})),
      name_(std::move(other.name_)),
      mapped_(std::exchange(other.mapped_, false)),
      backing_(std::move(other.backing_)),
      header_(other.header_),
      segments_(std::move(other.segments_)),
      relocations_(std::move(other.relocations_)),
      addends_(std::move(other.addends_)),
      build_id_(other.build_id_) {}

Image::~Image() {
    if (mapped_) {
        munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());  // NOLINT
    }
}

Result<Image> Image::parse(std::span<const std::byte> bytes, std::string name) {
    Image image(bytes, std::move(name));
    LKL_TRY_VOID(ImageParser(image).parse());
    return image;
}

Result<Image> Image::embedded() {
    const std::byte* start = lkl_embedded_image_start;
    if (start == nullptr) {
        return Error::other("no kernel image is linked into this program; set LKL_IMAGE", "boot");
    }
    const auto size = static_cast<std::size_t>(lkl_embedded_image_end - start);
    LKL_TRY(Image image, parse(std::span(start, size), "the embedded image"));
    image.backing_ = find_backing_file(image.bytes_, image.build_id_);
    return image;
}

Result<Image> Image::open(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));

    struct stat status {};

    if (!fd || fstat(fd.get(), &status) != 0) {
        return Error::host(errno, "open kernel image", path);
    }
    if (!S_ISREG(status.st_mode) || status.st_size == 0) {
        return Error::other("it is not a file with content", "use kernel image", path);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* place = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (place == MAP_FAILED) {
        return Error::host(errno, "map kernel image", path);
    }
    Image image(std::span(static_cast<const std::byte*>(place), size), path);
    image.mapped_ = true;
    LKL_TRY_VOID(ImageParser(image).parse());
    image.backing_ = BackingFile{std::move(fd), 0};
    return image;
}

std::string Image::version() const {
    // Checked by the parser: within the first segment, and terminated there.
    for (const ImageSegment& segment : segments_) {
        if (header_.version >= segment.offset &&
            header_.version < segment.offset + segment.file_size) {
            const std::size_t at = segment.file_offset + (header_.version - segment.offset);
            const auto* text = reinterpret_cast<const char*>(bytes_.data() + at);
            return {text, strnlen(text, segment.file_offset + segment.file_size - at)};
        }
    }
    return {};
}

}  // namespace lkl
