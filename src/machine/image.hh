// SPDX-License-Identifier: GPL-2.0
// The kernel image as a file: found, and checked before a byte of it is trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "abi/machine.h"
#include "base/result.hh"
#include "platform/backing_file.hh"

namespace lkl {

// A run of the file that belongs at an offset from the image's start.
struct ImageSegment {
    std::uint64_t offset;       // from the image's start; page-aligned
    std::uint64_t file_offset;  // in the image's bytes; page-aligned
    std::uint64_t file_size;
    bool executable;
    bool writable;
};

class Image {
  public:
    // The image that is linked into the program.
    static Result<Image> embedded();
    // A file of its own. The file must not change while instances of it run.
    static Result<Image> open(const std::string& path);
    // Checks bytes from elsewhere, which must outlive the Image; `name` is for messages.
    static Result<Image> parse(std::span<const std::byte> bytes, std::string name);

    Image(Image&& other) noexcept;
    Image& operator=(Image&&) = delete;
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;
    ~Image();

    [[nodiscard]] const lkl_image_header& header() const { return header_; }

    [[nodiscard]] const std::vector<ImageSegment>& segments() const { return segments_; }

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

    [[nodiscard]] const std::string& name() const { return name_; }

    // Where the bytes can be mapped from; nothing: they have to be copied.
    [[nodiscard]] const std::optional<BackingFile>& backing() const { return backing_; }

    // Of bytes(): the ELF notes with the build id; empty if there are none.
    [[nodiscard]] std::span<const std::byte> build_id() const { return build_id_; }

    // Offsets from the image's start of the 64-bit words that hold addresses of the image.
    [[nodiscard]] const std::vector<std::uint64_t>& relocations() const { return relocations_; }

    // Words whose content is not in the file: the address of the image's start plus the addend.
    struct Addend {
        std::uint64_t offset;
        std::uint64_t target;  // offset from the image's start
    };

    [[nodiscard]] const std::vector<Addend>& addends() const { return addends_; }

    // The release of the kernel ("6.12.117").
    [[nodiscard]] std::string version() const;

  private:
    Image(std::span<const std::byte> bytes, std::string name)
        : bytes_(bytes), name_(std::move(name)) {}
    friend class ImageParser;

    std::span<const std::byte> bytes_;
    std::string name_;
    bool mapped_ = false;  // bytes_ is a mapping of ours
    std::optional<BackingFile> backing_;
    lkl_image_header header_{};
    std::vector<ImageSegment> segments_;
    std::vector<std::uint64_t> relocations_;
    std::vector<Addend> addends_;
    std::span<const std::byte> build_id_;  // of bytes_: the notes; empty if there are none
};

}  // namespace lkl
