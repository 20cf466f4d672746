// SPDX-License-Identifier: GPL-2.0
#include "fs/probe.hh"

#include <blkid/blkid.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

namespace lkl::fs {
namespace {

constexpr std::uint64_t kSector = 512;

struct ProbeDeleter {
    void operator()(blkid_probe probe) const { blkid_free_probe(probe); }
};

using Probe = std::unique_ptr<std::remove_pointer_t<blkid_probe>, ProbeDeleter>;

std::string value_of(blkid_probe probe, const char* name) {
    const char* text = nullptr;
    return blkid_probe_lookup_value(probe, name, &text, nullptr) == 0 && text != nullptr ? text
                                                                                         : "";
}

std::string text_of(const char* text) {
    return text == nullptr ? "" : text;
}

Result<Probe> open_probe(int fd, std::uint64_t start, std::uint64_t size, const std::string& path) {
    Probe probe(blkid_new_probe());
    if (probe == nullptr) {
        return Error::host(ENOMEM, "inspect", path);
    }
    errno = 0;
    if (blkid_probe_set_device(probe.get(), fd, static_cast<blkid_loff_t>(start),
                               static_cast<blkid_loff_t>(size)) != 0) {
        return Error::host(errno != 0 ? errno : EIO, "inspect", path);
    }
    return probe;
}

Result<ContentInfo> probe_content(int fd, std::uint64_t start, std::uint64_t size,
                                  const std::string& path) {
    LKL_TRY(const Probe probe, open_probe(fd, start, size, path));
    blkid_probe_enable_partitions(probe.get(), 0);
    blkid_probe_enable_superblocks(probe.get(), 1);
    blkid_probe_set_superblocks_flags(probe.get(), BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL |
                                                       BLKID_SUBLKS_UUID | BLKID_SUBLKS_VERSION);
    ContentInfo content;
    const int result = blkid_do_safeprobe(probe.get());
    content.ambiguous = result == -2;
    if (result == 0) {
        content.type = value_of(probe.get(), "TYPE");
        content.label = value_of(probe.get(), "LABEL");
        content.uuid = value_of(probe.get(), "UUID");
        content.version = value_of(probe.get(), "VERSION");
    }
    return content;
}

Result<void> probe_partitions(int fd, ImageInfo& image, const std::string& path) {
    LKL_TRY(const Probe probe, open_probe(fd, 0, 0, path));
    image.size = static_cast<std::uint64_t>(blkid_probe_get_size(probe.get()));
    blkid_probe_enable_superblocks(probe.get(), 0);
    blkid_probe_enable_partitions(probe.get(), 1);
    blkid_partlist list = blkid_probe_get_partitions(probe.get());
    blkid_parttable table = list != nullptr ? blkid_partlist_get_table(list) : nullptr;
    if (table == nullptr) {
        return {};
    }
    image.table = text_of(blkid_parttable_get_type(table));
    image.table_uuid = text_of(blkid_parttable_get_id(table));
    for (int i = 0; i < blkid_partlist_numof_partitions(list); ++i) {
        blkid_partition from = blkid_partlist_get_partition(list, i);
        if (blkid_partition_is_extended(from) != 0) {
            continue;
        }
        PartitionInfo to;
        to.number = static_cast<unsigned>(blkid_partition_get_partno(from));
        to.start = static_cast<std::uint64_t>(blkid_partition_get_start(from)) * kSector;
        to.size = static_cast<std::uint64_t>(blkid_partition_get_size(from)) * kSector;
        to.name = text_of(blkid_partition_get_name(from));
        to.uuid = text_of(blkid_partition_get_uuid(from));
        to.kind = text_of(blkid_partition_get_type_string(from));
        if (to.kind.empty()) {
            std::array<char, 8> text{};
            const auto end = std::to_chars(text.data(), text.data() + text.size(),
                                           blkid_partition_get_type(from), 16);
            to.kind = "0x" + std::string(text.data(), end.ptr);
        }
        if (to.start < image.size) {
            LKL_TRY(to.content,
                    probe_content(fd, to.start, std::min(to.size, image.size - to.start), path));
        }
        image.partitions.push_back(std::move(to));
    }
    return {};
}

std::string list_of_partitions(const ImageInfo& image) {
    std::string text;
    for (const PartitionInfo& partition : image.partitions) {
        text += text.empty() ? "" : ", ";
        text += std::to_string(partition.number) + " (" +
                (partition.content.type.empty() ? "nothing known" : partition.content.type);
        if (!partition.content.label.empty()) {
            text += ", label " + partition.content.label;
        }
        text += ")";
    }
    return text;
}

bool is_mountable(const ContentInfo& content) {
    return is_array(content) || is_physical_volume(content) || is_encrypted(content) ||
           kernel_type(content, "").has_value();
}

Result<unsigned> choose_partition(const ImageInfo& image, const std::string& path) {
    if (image.partitions.empty() || is_mountable(image.content)) {
        return 0U;
    }
    const PartitionInfo* only = nullptr;
    for (const PartitionInfo& partition : image.partitions) {
        if (is_mountable(partition.content)) {
            if (only != nullptr) {
                return Error::other(
                    "several partitions hold a file system: " + list_of_partitions(image) +
                        "; name one with --partition (a logical volume "
                        "with --volume)",
                    "choose a partition of", path);
            }
            only = &partition;
        }
    }
    if (only == nullptr) {
        return Error::other(
            "no partition holds a file system that can be mounted: " + list_of_partitions(image),
            "choose a partition of", path);
    }
    return only->number;
}

bool matches(const PartitionInfo& partition, std::string_view key, std::string_view value) {
    return (key == "LABEL" && partition.content.label == value) ||
           (key == "UUID" && partition.content.uuid == value) ||
           (key == "PARTLABEL" && partition.name == value) ||
           (key == "PARTUUID" && partition.uuid == value);
}

}  // namespace

Result<ImageInfo> probe_image(int fd, const std::string& path) {
    ImageInfo image;
    LKL_TRY_VOID(probe_partitions(fd, image, path));
    LKL_TRY(image.content, probe_content(fd, 0, 0, path));
    // A boot sector of FAT or NTFS looks like an MBR; libblkid knows, but an image with a table
    // whose first sectors carry an old signature is a disk.
    if (!image.partitions.empty() && image.content.ambiguous) {
        image.content = {};
    }
    return image;
}

Result<unsigned> find_partition(const ImageInfo& image, std::string_view wanted,
                                const std::string& path) {
    if (wanted.empty()) {
        return choose_partition(image, path);
    }
    const std::string operation = "find partition " + std::string(wanted) + " in";
    unsigned number = 0;
    const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
    const bool is_number = error == std::errc() && end == wanted.data() + wanted.size();
    const std::size_t equals = wanted.find('=');
    if (!is_number && equals == std::string_view::npos) {
        return Error::other(
            "it is neither a number nor LABEL=, UUID=, PARTLABEL= or PARTUUID=", operation, path);
    }
    if (is_number && number == 0) {
        return 0U;
    }
    if (!is_number &&
        ((wanted.substr(0, equals) == "LABEL" &&
          image.content.label == wanted.substr(equals + 1)) ||
         (wanted.substr(0, equals) == "UUID" && image.content.uuid == wanted.substr(equals + 1)))) {
        return 0U;
    }
    for (const PartitionInfo& partition : image.partitions) {
        if (is_number ? partition.number == number
                      : matches(partition, wanted.substr(0, equals), wanted.substr(equals + 1))) {
            return partition.number;
        }
    }
    return Error::other(image.partitions.empty()
                            ? "the image has no partition table"
                            : "the image has the partitions " + list_of_partitions(image),
                        operation, path);
}

const ContentInfo& content_of(const ImageInfo& image, unsigned number) {
    for (const PartitionInfo& partition : image.partitions) {
        if (partition.number == number) {
            return partition.content;
        }
    }
    return image.content;
}

bool is_array(const ContentInfo& content) {
    return content.type == "linux_raid_member";
}

bool is_encrypted(const ContentInfo& content) {
    return content.type == "crypto_LUKS";
}

bool is_physical_volume(const ContentInfo& content) {
    return content.type == "LVM2_member";
}

Result<unsigned> find_content(const ImageInfo& image, const std::string& type,
                              const std::string& path) {
    if (image.content.type == type) {
        return 0U;
    }
    for (const PartitionInfo& partition : image.partitions) {
        if (partition.content.type == type) {
            return partition.number;
        }
    }
    return Error::other("nothing in it is that", "find a " + type + " in", path);
}

Result<std::string> kernel_type(const ContentInfo& content, const std::string& path) {
    const auto refuse = [&](std::string_view what) {
        return Error::other(std::string(what), "find a file system in", path);
    };
    const std::string& type = content.type;
    if (content.ambiguous) {
        return refuse("several signatures contradict each other; name the type with -t");
    }
    if (type.empty()) {
        return refuse("nothing in it is recognised; name the type with -t if you know it");
    }
    if (type == "crypto_LUKS" || type == "BitLocker") {
        return refuse("it is an encrypted volume (" + type + ")");
    }
    if (type == "LVM2_member" || type == "linux_raid_member" || type == "swap" ||
        type == "zfs_member" || type == "bcache") {
        return refuse("it holds no file system but " + type);
    }
    return type == "ntfs" ? std::string("ntfs3") : type;
}

}  // namespace lkl::fs
