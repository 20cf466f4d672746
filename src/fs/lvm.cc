// SPDX-License-Identifier: GPL-2.0
#include "fs/lvm.hh"

#include <algorithm>
#include <utility>

#include "fs/luks.hh"
#include "fs/probe_reading.hh"
#include "fs/progress.hh"

namespace lkl::fs {
namespace {

constexpr std::uint64_t kSector = 512;
// Volumes that an error lists, and those whose content is looked at.
constexpr std::size_t kMostListed = 32;
constexpr std::size_t kMostProbed = 1024;

LvmMember member_on(const ImageSource& source, std::size_t index, unsigned partition,
                    std::uint64_t start, std::uint64_t size) {
    LvmMember member;
    member.path = source.path();
    if (partition != 0) {
        member.path += ", partition " + std::to_string(partition);
    }
    member.source = index;
    member.partition = partition;
    member.size = size;
    member.read = [&source, start, size](std::span<std::byte> buffer, std::uint64_t offset) {
        if (offset > size || buffer.size() > size - offset) {
            return Result<void>(Error::other("it ends before (is the image truncated?)",
                                             "read a physical volume on", source.path()));
        }
        return source.read(buffer, start + offset);
    };
    return member;
}

}  // namespace

Result<LvmVolumes> LvmVolumes::find(const std::vector<ImageSource>& sources,
                                    const std::vector<ImageInfo>& infos) {
    std::vector<LvmMember> members;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const std::size_t before = members.size();
        const ImageInfo& info = infos[i];
        if (is_physical_volume(info.content)) {
            members.push_back(member_on(sources[i], i, 0, 0, info.size));
        }
        for (const PartitionInfo& part : info.partitions) {
            if (is_physical_volume(part.content) && part.start < info.size) {
                members.push_back(member_on(sources[i], i, part.number, part.start,
                                            std::min(part.size, info.size - part.start)));
            }
        }
        if (members.size() == before) {
            return Error::other("nothing in it is that", "find a physical volume (LVM) in",
                                sources[i].path());
        }
    }
    return find(std::move(members));
}

Result<LvmVolumes> LvmVolumes::find(std::vector<LvmMember> members) {
    LvmVolumes volumes;
    volumes.members_ = std::move(members);
    for (auto member = volumes.members_.begin(); member != volumes.members_.end(); ++member) {
        LKL_TRY_VOID(read_lvm_label(*member));
        const auto same = [&](const LvmMember& other) { return other.uuid == member->uuid; };
        const auto first = std::find_if(volumes.members_.begin(), member, same);
        if (first != member) {
            return Error::other("it is the same physical volume as " + first->path,
                                "find the volumes of", member->path);
        }
    }
    const LvmMember* damaged = nullptr;
    for (const LvmMember& member : volumes.members_) {
        damaged = member.damage ? &member : damaged;
        for (const std::string& text : member.texts) {
            LKL_TRY(LvmGroup group, parse_lvm_group(text, member.path));
            LKL_TRY_VOID(volumes.add_group(std::move(group)));
        }
    }
    if (volumes.groups_.empty()) {
        const std::string& path = volumes.members_.front().path;
        if (damaged != nullptr) {
            return *damaged->damage;
        }
        return Error::other("no physical volume that is given belongs to a volume group",
                            "find the volumes of", path);
    }
    for (LvmFoundGroup& found : volumes.groups_) {
        for (const LvmPhysical& physical : found.group.physicals) {
            auto& at = found.members.emplace_back();
            for (std::size_t i = 0; i < volumes.members_.size(); ++i) {
                if (volumes.members_[i].uuid == physical.uuid) {
                    at = i;
                }
            }
        }
    }
    return volumes;
}

// Of several copies the newest counts: a device that was away during a change has an old one.
Result<void> LvmVolumes::add_group(LvmGroup group) {
    for (LvmFoundGroup& known : groups_) {
        if (known.group.uuid == group.uuid) {
            if (group.sequence > known.group.sequence) {
                known.group = std::move(group);
            }
            return {};
        }
    }
    groups_.push_back({std::move(group), {}});
    return {};
}

std::string LvmVolumes::name(LvmChoice choice) const {
    return groups_[choice.group].group.name + "/" + volume(choice).name;
}

std::string LvmVolumes::list() const {
    std::string text;
    std::size_t count = 0;
    for (const LvmFoundGroup& found : groups_) {
        for (const LvmVolume& volume : found.group.volumes) {
            if (volume.visible && ++count <= kMostListed) {
                text += (text.empty() ? "" : ", ") + found.group.name + "/" + volume.name + " (" +
                        format_bytes(volume.length * kSector) + ")";
            }
        }
    }
    if (count > kMostListed) {
        text += " and " + std::to_string(count - kMostListed) + " more";
    }
    return text.empty() ? "none" : text;
}

Result<LvmChoice> LvmVolumes::choose(std::string_view wanted, unsigned partition) const {
    std::vector<LvmChoice> matches;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const auto is_here = [&](const std::optional<std::size_t>& member) {
            return member && members_[*member].source == 0 &&
                   members_[*member].partition == partition;
        };
        const auto& members = groups_[i].members;
        if (wanted.empty() && std::none_of(members.begin(), members.end(), is_here)) {
            continue;
        }
        for (std::size_t j = 0; j < groups_[i].group.volumes.size(); ++j) {
            const LvmVolume& volume = groups_[i].group.volumes[j];
            if (volume.visible &&
                (wanted.empty() || wanted == volume.name || wanted == name({i, j}))) {
                matches.push_back({i, j});
            }
        }
    }
    if (matches.size() == 1) {
        return matches.front();
    }
    const std::string& path = members_.front().path;
    const std::string what = wanted.empty()
                                 ? "choose a logical volume of"
                                 : "find the logical volume " + std::string(wanted) + " on";
    if (matches.empty()) {
        return Error::other("the logical volumes are: " + list(), what, path);
    }
    return Error::other("there are several: " + list() + "; name one with --volume GROUP/NAME",
                        what, path);
}

Result<void> LvmVolumes::check(LvmChoice choice, bool write) const {
    const LvmFoundGroup& found = groups_[choice.group];
    const LvmVolume& wanted = volume(choice);
    const auto refuse = [&](const std::string& why) {
        return Error::other(why, write ? "write to the logical volume" : "use the logical volume",
                            name(choice));
    };
    if (found.group.exported) {
        return refuse("its volume group is exported; import it (vgimport) first");
    }
    for (const LvmSegment& segment : wanted.segments) {
        if (!segment.refused.empty()) {
            return refuse(segment.refused);
        }
        for (const LvmStripe& stripe : segment.stripes) {
            const LvmPhysical& physical = found.group.physicals[stripe.physical];
            const auto member = found.members[stripe.physical];
            if (!member) {
                return refuse("its physical volume " + physical.name + " (" + physical.uuid +
                              ") is missing; give its image with --device");
            }
            const std::uint64_t end = stripe.start + segment.length / segment.stripes.size();
            if (end > members_[*member].size / kSector) {
                return refuse("it goes beyond the end of " + members_[*member].path +
                              " (is the image truncated?)");
            }
        }
    }
    if (wanted.length == 0) {
        return refuse("it is empty");
    }
    if (write && !wanted.writable) {
        return refuse("its volume group has it as read-only");
    }
    if (write && wanted.is_origin) {
        return refuse("it has snapshots, which a write would damage");
    }
    return {};
}

Result<void> LvmVolumes::read(LvmChoice choice, std::span<std::byte> buffer,
                              std::uint64_t offset) const {
    const LvmFoundGroup& found = groups_[choice.group];
    for (const LvmSegment& segment : volume(choice).segments) {
        const std::uint64_t begin = segment.start * kSector;
        const std::uint64_t end = begin + segment.length * kSector;
        while (!buffer.empty() && offset >= begin && offset < end) {
            // Stripes take turns: chunk n is on stripe n modulo their number.
            const std::uint64_t chunk =
                (segment.stripes.size() == 1 ? segment.length : segment.stripe_size) * kSector;
            const std::uint64_t number = (offset - begin) / chunk;
            const std::uint64_t within = (offset - begin) % chunk;
            const LvmStripe& stripe = segment.stripes[number % segment.stripes.size()];
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), chunk - within));
            const std::uint64_t place =
                stripe.start * kSector + number / segment.stripes.size() * chunk + within;
            LKL_TRY_VOID(
                members_[*found.members[stripe.physical]].read(buffer.first(count), place));
            buffer = buffer.subspan(count);
            offset += count;
        }
    }
    if (!buffer.empty()) {
        return Error::other("it ends before", "read the logical volume", name(choice));
    }
    return {};
}

Result<ImageInfo> LvmVolumes::probe(LvmChoice choice) const {
    return probe_by_reading(volume(choice).length * kSector, name(choice),
                            [&](std::span<std::byte> buffer, std::uint64_t offset) {
                                return read(choice, buffer, offset);
                            });
}

std::vector<MappedRange> LvmVolumes::table(LvmChoice choice,
                                           const std::vector<DeviceNumber>& devices) const {
    const LvmFoundGroup& found = groups_[choice.group];
    std::vector<MappedRange> table;
    for (const LvmSegment& segment : volume(choice).segments) {
        MappedRange row;
        row.start = segment.start;
        row.length = segment.length;
        row.target = segment.stripes.size() == 1 ? "linear" : "striped";
        if (segment.stripes.size() > 1) {
            row.parameters =
                std::to_string(segment.stripes.size()) + " " + std::to_string(segment.stripe_size);
        }
        for (const LvmStripe& stripe : segment.stripes) {
            const DeviceNumber device = devices[*found.members[stripe.physical]];
            row.parameters += (row.parameters.empty() ? "" : " ") + std::to_string(device.major) +
                              ":" + std::to_string(device.minor) + " " +
                              std::to_string(stripe.start);
        }
        table.push_back(std::move(row));
    }
    return table;
}

void LvmVolumes::describe(ImageInfo& image) const {
    std::size_t probed = 0;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const LvmFoundGroup& found = groups_[i];
        VolumeGroupInfo group;
        group.name = found.group.name;
        group.uuid = found.group.uuid;
        group.exported = found.group.exported;
        for (std::size_t j = 0; j < found.members.size(); ++j) {
            if (!found.members[j]) {
                group.missing.push_back(found.group.physicals[j].uuid);
            }
        }
        for (std::size_t j = 0; j < found.group.volumes.size(); ++j) {
            const LvmVolume& from = found.group.volumes[j];
            if (!from.visible) {
                continue;
            }
            VolumeInfo to;
            to.name = from.name;
            to.uuid = from.uuid;
            to.size = from.length * kSector;
            const LvmChoice choice{i, j};
            auto usable = check(choice, false);
            if (!usable) {
                to.unusable = usable.error().message();
            } else if (++probed > kMostProbed) {
                to.unusable = name(choice) + ": there are too many volumes to look into all";
            } else if (auto inside = probe(choice); inside) {
                to.content = inside->content;
                if (is_encrypted(to.content)) {
                    to.content.facts = luks_facts(
                        [&](std::span<std::byte> buffer, std::uint64_t offset) {
                            return read(choice, buffer, offset);
                        },
                        to.size, name(choice));
                }
            } else {
                to.unusable = inside.error().message();
            }
            group.volumes.push_back(std::move(to));
        }
        image.groups.push_back(std::move(group));
    }
}

void describe_volumes(const std::vector<ImageSource>& sources, ImageInfo& image) {
    const auto holds_one = [](const ImageInfo& info) {
        return is_physical_volume(info.content) ||
               std::any_of(
                   info.partitions.begin(), info.partitions.end(),
                   [](const PartitionInfo& part) { return is_physical_volume(part.content); });
    };
    if (!holds_one(image)) {
        return;
    }
    const auto find = [&]() -> Result<LvmVolumes> {
        std::vector<ImageInfo> infos{image};
        for (std::size_t i = 1; i < sources.size(); ++i) {
            LKL_TRY(ImageInfo info, sources[i].probe());
            infos.push_back(std::move(info));
        }
        return LvmVolumes::find(sources, infos);
    };
    if (const auto found = find(); found) {
        found->describe(image);
    } else {
        image.groups_error = found.error().message();
    }
}

}  // namespace lkl::fs
