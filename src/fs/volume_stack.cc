// SPDX-License-Identifier: GPL-2.0
#include "fs/volume_stack.hh"

#include <cstddef>
#include <utility>

#include "fs/luks_volume.hh"
#include "fs/probe.hh"
#include "fs/probe_reading.hh"
#include "fs/raid.hh"

namespace lkl::fs {

VolumeStack::VolumeStack(std::string path, std::string wanted, bool write, KeySource keys)
    : path_(std::move(path)), wanted_(std::move(wanted)), write_(write), keys_(std::move(keys)) {}

VolumeStack::~VolumeStack() {
    static_cast<void>(unmap());
}

Result<ContentInfo> VolumeStack::choose_logical(const std::vector<ImageSource>& sources,
                                                const ImageInfo& info, unsigned partition) {
    std::vector<ImageInfo> infos{info};
    for (std::size_t i = 1; i < sources.size(); ++i) {
        LKL_TRY(ImageInfo more, sources[i].probe());
        infos.push_back(std::move(more));
    }
    LKL_TRY(groups_, LvmVolumes::find(sources, infos));
    LKL_TRY(logical_, groups_->choose(wanted_, partition));
    LKL_TRY_VOID(groups_->check(logical_, write_));
    LKL_TRY(const ImageInfo inside, groups_->probe(logical_));
    return inside.content;
}

Result<void> VolumeStack::map_logical(const VolumeBase& base) {
    if (!groups_) {
        return {};
    }
    std::vector<DeviceNumber> devices;
    for (const LvmMember& member : groups_->members()) {
        const Disk& disk = base.disks[member.source];
        if (member.partition == 0) {
            devices.push_back(disk.device());
        } else {
            LKL_TRY(const Partition found, disk.partition(member.partition));
            devices.push_back(found.device);
        }
    }
    return map(base, groups_->table(logical_, devices));
}

Result<void> VolumeStack::map(const VolumeBase& base, const std::vector<MappedRange>& table) {
    MappedDeviceOptions options;
    options.name = "volume";
    options.read_only = base.read_only;
    LKL_TRY(MappedDevice mapped, MappedDevice::create(base.calls, base.kernel, options, table));
    node_ = mapped.node();
    mapped_.push_back(std::move(mapped));
    return {};
}

Result<void> VolumeStack::start_members(const VolumeBase& base, const ContentInfo& content) {
    std::vector<DeviceNumber> members;
    for (std::size_t i = 0; i < base.disks.size(); ++i) {
        unsigned number = base.partition;
        if (i > 0) {
            LKL_TRY(const ImageInfo info, base.sources[i].probe());
            LKL_TRY(number, find_content(info, content.type, base.sources[i].path()));
        }
        if (number == 0) {
            members.push_back(base.disks[i].device());
        } else {
            LKL_TRY(const Partition found, base.disks[i].partition(number));
            members.push_back(found.device);
        }
    }
    LKL_TRY(array_, start_array(base.calls, base.kernel, members, content.version));
    node_ = array_;
    return {};
}

Result<void> VolumeStack::decrypt(const VolumeBase& base) {
    if (node_.empty()) {
        LKL_TRY(const Partition found, base.disks.front().partition(base.partition));
        node_ = found.node;
    }
    LKL_TRY(MappedDevice opened,
            open_luks_volume(base.calls, base.kernel, node_, keys_, base.read_only, path_));
    node_ = opened.node();
    mapped_.push_back(std::move(opened));
    decrypted_ = true;
    return {};
}

Result<ContentInfo> VolumeStack::map_inner(const VolumeBase& base) {
    LKL_TRY(const KernelDevice device, open_kernel_device(base.calls, base.kernel, node_));
    LKL_TRY(const FileStatus status, path_status(base.calls, node_));
    LvmMember member;
    member.path = path_;
    member.size = device.size;
    member.read = device.read;
    std::vector<LvmMember> members;
    members.push_back(std::move(member));
    LKL_TRY(const LvmVolumes groups, LvmVolumes::find(std::move(members)));
    LKL_TRY(const LvmChoice choice, groups.choose(wanted_, 0));
    LKL_TRY_VOID(groups.check(choice, write_));
    LKL_TRY(const ImageInfo inside, groups.probe(choice));
    LKL_TRY_VOID(map(base, groups.table(choice, {status.special})));
    return inside.content;
}

Result<ContentInfo> VolumeStack::start(const VolumeBase& base, const ContentInfo& content) {
    ContentInfo inside = content;
    while ((is_array(inside) && node_.empty()) || (is_encrypted(inside) && !decrypted_)) {
        LKL_TRY_VOID(is_array(inside) ? start_members(base, inside) : decrypt(base));
        LKL_TRY(const ImageInfo info, probe_device(base.calls, base.kernel, node_, path_));
        inside = info.content;
    }
    if (is_physical_volume(inside) && !groups_) {
        return map_inner(base);
    }
    if (!wanted_.empty() && !groups_) {
        return Error::other("no physical volume (LVM) is in it",
                            "find the logical volume " + wanted_ + " in", path_);
    }
    return inside;
}

Result<void> VolumeStack::unmap() {
    while (!mapped_.empty()) {
        LKL_TRY_VOID(mapped_.back().remove());
        mapped_.pop_back();
    }
    decrypted_ = false;
    node_ = array_;
    return {};
}

Result<void> VolumeStack::stop(FileCalls& calls, const Kernel& kernel) {
    LKL_TRY_VOID(unmap());
    if (!array_.empty()) {
        return stop_array(calls, kernel, array_);
    }
    return {};
}

}  // namespace lkl::fs
