// SPDX-License-Identifier: GPL-2.0
#include "api/wire.hh"

namespace lkl::wire {
namespace {

FileTime to_time(const StatxTimestamp& time) {
    return {time.seconds, time.nanoseconds};
}

}  // namespace

FileStatus to_status(const Statx& statx) {
    FileStatus status;
    status.mode = statx.mode;
    status.links = statx.links;
    status.uid = statx.uid;
    status.gid = statx.gid;
    status.inode = statx.inode;
    status.size = statx.size;
    status.blocks = statx.blocks;
    status.block_size = statx.block_size;
    status.attributes = statx.attributes & statx.attributes_mask;
    status.accessed = to_time(statx.accessed);
    status.modified = to_time(statx.modified);
    status.changed = to_time(statx.changed);
    if ((statx.mask & statx_created) != 0) {
        status.created = to_time(statx.created);
    }
    status.device = {statx.device_major, statx.device_minor};
    status.special = {statx.special_major, statx.special_minor};
    status.mount_id = statx.mount_id;
    return status;
}

FileSystemStatus to_status(const Statfs& statfs) {
    FileSystemStatus status;
    status.type = static_cast<std::uint64_t>(statfs.type);
    status.block_size = static_cast<std::uint64_t>(statfs.block_size);
    status.blocks = statfs.blocks;
    status.blocks_free = statfs.blocks_free;
    status.blocks_available = statfs.blocks_available;
    status.files = statfs.files;
    status.files_free = statfs.files_free;
    status.name_length = static_cast<std::uint64_t>(statfs.name_length);
    status.flags = static_cast<std::uint64_t>(statfs.flags);
    return status;
}

}  // namespace lkl::wire
