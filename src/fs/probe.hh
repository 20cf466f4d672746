// SPDX-License-Identifier: GPL-2.0
// What is in an image: its partition table and file systems, found by libblkid on the host.
#pragma once

#include <cstdint>
#include <lkl/result.hh>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lkl::fs {

// A file system, or another thing with a signature (swap, LUKS, LVM, RAID).
struct ContentInfo {
    std::string type;  // libblkid's name ("ext4", "crypto_LUKS"), empty: nothing was recognised
    std::string label;
    std::string uuid;
    std::string version;
    bool ambiguous = false;  // several signatures contradict each other
    // More to tell people, a name and a value each: see add_luks_facts().
    std::vector<std::pair<std::string, std::string>> facts{};
};

struct PartitionInfo {
    unsigned number = 0;
    std::uint64_t start = 0;  // bytes
    std::uint64_t size = 0;   // bytes
    std::string name;         // of the partition table's entry (PARTLABEL)
    std::string uuid;         // PARTUUID
    std::string kind;         // GPT type GUID or MBR type byte
    ContentInfo content;
};

// A logical volume (LVM) as inspection tells of it.
struct VolumeInfo {
    std::string name;
    std::string uuid;
    std::uint64_t size = 0;  // bytes
    std::string unusable;    // why it cannot be read, or empty
    ContentInfo content;
};

struct VolumeGroupInfo {
    std::string name;
    std::string uuid;
    bool exported = false;
    std::vector<std::string> missing;  // UUIDs of physical volumes that were not given
    std::vector<VolumeInfo> volumes;
};

struct ImageInfo {
    std::uint64_t size = 0;  // bytes
    std::string table;       // "gpt", "dos", ... or empty
    std::string table_uuid;
    ContentInfo content;  // of the whole image, where there is no table
    std::vector<PartitionInfo> partitions;
    // Filled by describe_volumes(), not by a probe.
    std::vector<VolumeGroupInfo> groups;
    std::string groups_error;  // why they are not told, or empty
};

// Looks at the image or block device that `fd` has open for reading; `path` names it in errors.
// Never writes.
Result<ImageInfo> probe_image(int fd, const std::string& path);

// The partition that `wanted` names: a number, or NAME=VALUE with LABEL, UUID (of the file system),
// PARTLABEL or PARTUUID; 0 is the whole image. An empty `wanted` is the whole image if it holds a
// file system, else the only partition that does. The error lists what there is.
Result<unsigned> find_partition(const ImageInfo& image, std::string_view wanted,
                                const std::string& path);

// What lies in partition `number` (0: the whole image).
const ContentInfo& content_of(const ImageInfo& image, unsigned number);

// An encrypted volume (LUKS), which is opened before what is in it can be mounted.
bool is_encrypted(const ContentInfo& content);

// The partition of `image` that holds `type`, 0 if the whole of it does.
Result<unsigned> find_content(const ImageInfo& image, const std::string& type,
                              const std::string& path);

// A member of an array (MD RAID), which is started before what is on it can be mounted.
bool is_array(const ContentInfo& content);

// A physical volume of LVM, whose logical volumes are what can be mounted.
bool is_physical_volume(const ContentInfo& content);

// The kernel's name for a type of libblkid's ("ntfs" is "ntfs3"). Refuses what is no file system,
// with what it is ("an encrypted volume (LUKS)") and what to do.
Result<std::string> kernel_type(const ContentInfo& content, const std::string& path);

// A table of the image's partitions and file systems, for people.
std::string inspect_text(const ImageInfo& image, const std::string& path);

}  // namespace lkl::fs
