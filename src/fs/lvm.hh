// SPDX-License-Identifier: GPL-2.0
// Logical volumes of LVM2: found on their physical volumes, chosen, read, and mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/result.hh>
#include <lkl/types.hh>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fs/device_mapper.hh"
#include "fs/image_source.hh"
#include "fs/lvm_group.hh"
#include "fs/lvm_member.hh"

namespace lkl::fs {

// A group and where its physical volumes are.
struct LvmFoundGroup {
    LvmGroup group;
    std::vector<std::optional<std::size_t>> members;  // of each, or nothing: it is not given
};

struct LvmChoice {
    std::size_t group = 0;
    std::size_t volume = 0;
};

// Keeps what it reads from; not for several threads at a time.
class LvmVolumes {
  public:
    // The groups of the physical volumes on `sources`, which must outlive this. `infos` tells what
    // is on each. Fails if there is no physical volume or one of them cannot be understood.
    static Result<LvmVolumes> find(const std::vector<ImageSource>& sources,
                                   const std::vector<ImageInfo>& infos);

    // The same of physical volumes that are read in other ways.
    static Result<LvmVolumes> find(std::vector<LvmMember> members);

    [[nodiscard]] const std::vector<LvmFoundGroup>& groups() const { return groups_; }

    [[nodiscard]] const std::vector<LvmMember>& members() const { return members_; }

    // The visible volume that `wanted` names ("GROUP/NAME", or "NAME" if only one group has it);
    // with an empty one the only volume of those groups that have a physical volume in partition
    // `partition` of the first source. The error lists what there is.
    [[nodiscard]] Result<LvmChoice> choose(std::string_view wanted, unsigned partition) const;

    // Why it cannot be read (or written): parts of it are missing, or its type is not supported.
    [[nodiscard]] Result<void> check(LvmChoice choice, bool write) const;

    // What is on it; only for a volume that passes check().
    [[nodiscard]] Result<ImageInfo> probe(LvmChoice choice) const;

    // Reads from it, with the same condition.
    [[nodiscard]] Result<void> read(LvmChoice choice, std::span<std::byte> buffer,
                                    std::uint64_t offset) const;

    // Its table for the device mapper, where `devices` are those of members().
    [[nodiscard]] std::vector<MappedRange> table(LvmChoice choice,
                                                 const std::vector<DeviceNumber>& devices) const;

    // "group/name"
    [[nodiscard]] std::string name(LvmChoice choice) const;

    // Adds all groups to what inspection tells.
    void describe(ImageInfo& image) const;

  private:
    Result<void> add_group(LvmGroup group);
    [[nodiscard]] std::string list() const;

    [[nodiscard]] const LvmVolume& volume(LvmChoice choice) const {
        return groups_[choice.group].group.volumes[choice.volume];
    }

    std::vector<LvmMember> members_;
    std::vector<LvmFoundGroup> groups_;
};

// Adds to what inspection tells of the first of `sources` the groups that are on all of them, if it
// holds a physical volume, or why they cannot be told.
void describe_volumes(const std::vector<ImageSource>& sources, ImageInfo& image);

}  // namespace lkl::fs
