// SPDX-License-Identifier: GPL-2.0
// What lies between an image's disks and its file system: arrays, encrypted and logical volumes.
#pragma once

#include <lkl/disk.hh>
#include <lkl/kernel.hh>
#include <optional>
#include <string>
#include <vector>

#include "fs/device_mapper.hh"
#include "fs/file_calls.hh"
#include "fs/image_source.hh"
#include "fs/key_source.hh"
#include "fs/lvm.hh"

namespace lkl::fs {

// The kernel and the disks that volumes are opened on.
struct VolumeBase {
    FileCalls& calls;
    const Kernel& kernel;
    const std::vector<ImageSource>& sources;
    const std::vector<Disk>& disks;  // of the sources
    unsigned partition = 0;          // of the first disk; 0: all of it
    bool read_only = true;           // the disks do not take writes
};

// The volumes of one image, each on the one before it. For one thread.
class VolumeStack {
  public:
    // `path` names the image in errors and to the user; `wanted` as LvmVolumes::choose() takes it;
    // with `write` a volume that can only be read is refused.
    VolumeStack(std::string path, std::string wanted, bool write, KeySource keys);

    VolumeStack(const VolumeStack&) = delete;
    VolumeStack& operator=(const VolumeStack&) = delete;

    // Closes what unmap() closes, without a word.
    ~VolumeStack();

    // Finds the logical volume that is wanted, on physical volumes that are on the sources
    // themselves; `info` tells what is on the first. Returns what is in it. Needs no kernel.
    Result<ContentInfo> choose_logical(const std::vector<ImageSource>& sources,
                                       const ImageInfo& info, unsigned partition);

    // The logical volume of choose_logical() is "GROUP/NAME".
    [[nodiscard]] std::string logical_name() const { return groups_->name(logical_); }

    // Maps what choose_logical() chose; nothing to do if nothing was.
    Result<void> map_logical(const VolumeBase& base);

    // Opens what is in `content`, where the disks or map_logical() have got to: arrays, encrypted
    // volumes, and in those logical ones. Returns what is in the last, which node() holds.
    Result<ContentInfo> start(const VolumeBase& base, const ContentInfo& content);

    // What is to be mounted; empty if it is a disk or its partition.
    [[nodiscard]] const std::string& node() const { return node_; }

    // Closes all of them, the last first.
    Result<void> stop(FileCalls& calls, const Kernel& kernel);

    // Closes the logical and encrypted ones; map_logical() can be called again.
    Result<void> unmap();

  private:
    Result<void> start_members(const VolumeBase& base, const ContentInfo& content);
    Result<void> decrypt(const VolumeBase& base);
    // Maps the logical volume on the only physical volume there is; returns what is in it.
    Result<ContentInfo> map_inner(const VolumeBase& base);
    Result<void> map(const VolumeBase& base, const std::vector<MappedRange>& table);

    std::string path_;
    std::string wanted_;
    bool write_ = false;
    KeySource keys_;
    std::optional<LvmVolumes> groups_;  // where `logical_` is, if it is on the sources
    LvmChoice logical_;
    std::string array_;                 // node of the array, or empty
    std::vector<MappedDevice> mapped_;  // each on the one before it, the first perhaps on the array
    bool decrypted_ = false;            // one of them
    std::string node_;                  // of the topmost of all these
};

}  // namespace lkl::fs
