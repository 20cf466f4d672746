// SPDX-License-Identifier: GPL-2.0
// Names, metadata and the connection.
#include "lklfuse/operations.hh"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <array>
#include <cstring>

namespace lkl::tools {

namespace {

void initialize(void* data, fuse_conn_info* connection) {
    const auto& context = *static_cast<FuseContext*>(data);
    // The image's kernel applies masks, for it knows of default ACLs. Pipes for splice(2) are
    // nothing that the sandbox lets through. Special bits of a file that is written are the host's
    // to clear, since here everybody is root.
    connection->want |= connection->capable & FUSE_CAP_DONT_MASK;
    connection->want &= ~static_cast<unsigned>(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE |
                                               FUSE_CAP_SPLICE_MOVE | FUSE_CAP_HANDLE_KILLPRIV);
    if (context.options.permissions) {
        connection->want |= connection->capable & FUSE_CAP_POSIX_ACL;
    }
}

void look_up(fuse_req_t request, fuse_ino_t parent, const char* name) {
    fs::FoundNode found;
    reply_entry(request, tree_of(request).look_up(parent, name, found), found);
}

void forget(fuse_req_t request, fuse_ino_t node, std::uint64_t count) {
    tree_of(request).forget(node, count);
    ::fuse_reply_none(request);
}

void forget_many(fuse_req_t request, std::size_t count, fuse_forget_data* forgotten) {
    for (std::size_t i = 0; i < count; ++i) {
        tree_of(request).forget(forgotten[i].ino, forgotten[i].nlookup);
    }
    ::fuse_reply_none(request);
}

void reply_status(fuse_req_t request, long result, const FileStatus& status) {
    if (result < 0) {
        reply_result(request, result);
        return;
    }
    const struct stat answer = to_stat(status);
    ::fuse_reply_attr(request, &answer, kAttributesLast);
}

int file_of(const fuse_file_info* info) {
    return info != nullptr ? static_cast<int>(info->fh) : fs::ServedTree::kNoFile;
}

void get_status(fuse_req_t request, fuse_ino_t node, fuse_file_info* /*info*/) {
    FileStatus status;
    const long result = tree_of(request).status(node, fs::ServedTree::kNoFile, status);
    reply_status(request, result, status);
}

fs::TimeChange time_change(bool set, bool now, const timespec& time) {
    if (!set || now) {
        return {now, std::nullopt};
    }
    return {false, FileTime{time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)}};
}

void set_status(fuse_req_t request, fuse_ino_t node, struct stat* to, int wanted,
                fuse_file_info* info) {
    const auto has = [wanted](int flag) { return (wanted & flag) != 0; };
    fs::StatusChange change;
    if (has(FUSE_SET_ATTR_UID)) {
        change.uid = to->st_uid;
    }
    if (has(FUSE_SET_ATTR_GID)) {
        change.gid = to->st_gid;
    }
    if (has(FUSE_SET_ATTR_MODE)) {
        change.permissions = to->st_mode & mode::permissions;
    }
    if (has(FUSE_SET_ATTR_SIZE)) {
        change.size = static_cast<std::uint64_t>(to->st_size);
    }
    change.accessed =
        time_change(has(FUSE_SET_ATTR_ATIME), has(FUSE_SET_ATTR_ATIME_NOW), to->st_atim);
    change.modified =
        time_change(has(FUSE_SET_ATTR_MTIME), has(FUSE_SET_ATTR_MTIME_NOW), to->st_mtim);
    FileStatus status;
    const long result = tree_of(request).change(node, file_of(info), change, status);
    reply_status(request, result, status);
}

void read_link(fuse_req_t request, fuse_ino_t node) {
    constexpr std::size_t kLongest = 4096;  // PATH_MAX
    std::array<char, kLongest + 1> target{};
    const long size = tree_of(request).read_link(node, {target.data(), kLongest});
    if (size < 0) {
        reply_result(request, size);
    } else {
        ::fuse_reply_readlink(request, target.data());
    }
}

void make_directory(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode) {
    fs::FoundNode made;
    const long result =
        tree_of(request).make_directory(parent, name, mode, creator_of(request), made);
    reply_entry(request, result, made);
}

void make_node(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, dev_t device) {
    fs::FoundNode made;
    const long result = tree_of(request).make_node(
        parent, name, mode, DeviceNumber{gnu_dev_major(device), gnu_dev_minor(device)},
        creator_of(request), made);
    reply_entry(request, result, made);
}

void make_symlink(fuse_req_t request, const char* target, fuse_ino_t parent, const char* name) {
    fs::FoundNode made;
    const long result =
        tree_of(request).make_symlink(parent, name, target, creator_of(request), made);
    reply_entry(request, result, made);
}

void make_link(fuse_req_t request, fuse_ino_t node, fuse_ino_t parent, const char* name) {
    fs::FoundNode made;
    reply_entry(request, tree_of(request).make_link(node, parent, name, made), made);
}

void unlink(fuse_req_t request, fuse_ino_t parent, const char* name) {
    reply_result(request, tree_of(request).remove(parent, name, false));
}

void remove_directory(fuse_req_t request, fuse_ino_t parent, const char* name) {
    reply_result(request, tree_of(request).remove(parent, name, true));
}

void rename(fuse_req_t request, fuse_ino_t parent, const char* name, fuse_ino_t to,
            const char* new_name, unsigned flags) {
    reply_result(request, tree_of(request).rename(parent, name, to, new_name, flags));
}

void file_system(fuse_req_t request, fuse_ino_t /*node*/) {
    FileSystemStatus status;
    const long result = tree_of(request).file_system(status);
    if (result < 0) {
        reply_result(request, result);
        return;
    }

    struct statvfs answer {};

    answer.f_bsize = status.block_size;
    answer.f_frsize = status.block_size;
    answer.f_blocks = status.blocks;
    answer.f_bfree = status.blocks_free;
    answer.f_bavail = status.blocks_available;
    answer.f_files = status.files;
    answer.f_ffree = status.files_free;
    answer.f_favail = status.files_free;
    answer.f_namemax = status.name_length;
    ::fuse_reply_statfs(request, &answer);
}

}  // namespace

FuseContext& context_of(fuse_req_t request) {
    return *static_cast<FuseContext*>(::fuse_req_userdata(request));
}

fs::Creator creator_of(fuse_req_t request) {
    const FuseServerOptions& options = context_of(request).options;
    const fuse_ctx* caller = ::fuse_req_ctx(request);
    return {options.uid.value_or(caller->uid), options.gid.value_or(caller->gid), caller->umask};
}

struct stat to_stat(const FileStatus& status) {
    struct stat answer {};

    answer.st_ino = status.inode;
    answer.st_mode = status.mode;
    answer.st_nlink = status.links;
    answer.st_uid = status.uid;
    answer.st_gid = status.gid;
    answer.st_rdev = gnu_dev_makedev(status.special.major, status.special.minor);
    answer.st_size = static_cast<off_t>(status.size);
    answer.st_blocks = static_cast<blkcnt_t>(status.blocks);
    answer.st_blksize = static_cast<blksize_t>(status.block_size);
    answer.st_atim = {status.accessed.seconds, static_cast<long>(status.accessed.nanoseconds)};
    answer.st_mtim = {status.modified.seconds, static_cast<long>(status.modified.nanoseconds)};
    answer.st_ctim = {status.changed.seconds, static_cast<long>(status.changed.nanoseconds)};
    return answer;
}

fuse_entry_param to_entry(const fs::FoundNode& found) {
    fuse_entry_param entry{};
    entry.ino = found.node;
    entry.attr = to_stat(found.status);
    entry.attr_timeout = kAttributesLast;
    entry.entry_timeout = kNamesLast;
    return entry;
}

void reply_result(fuse_req_t request, long result) {
    // The kernel in the library and the host's have the same numbers (asm-generic/errno.h).
    ::fuse_reply_err(request, static_cast<int>(-result));
}

void reply_entry(fuse_req_t request, long result, const fs::FoundNode& found) {
    if (result < 0) {
        reply_result(request, result);
        return;
    }
    const fuse_entry_param entry = to_entry(found);
    if (::fuse_reply_entry(request, &entry) != 0) {
        tree_of(request).forget(found.node, 1);  // the caller is gone: it will not do so
    }
}

const fuse_lowlevel_ops& fuse_operations() {
    static const fuse_lowlevel_ops all = [] {
        fuse_lowlevel_ops operations{};
        set_name_operations(operations);
        set_file_operations(operations);
        set_directory_operations(operations);
        return operations;
    }();
    return all;
}

void set_name_operations(fuse_lowlevel_ops& operations) {
    operations.init = initialize;
    operations.lookup = look_up;
    operations.forget = forget;
    operations.forget_multi = forget_many;
    operations.getattr = get_status;
    operations.setattr = set_status;
    operations.readlink = read_link;
    operations.mkdir = make_directory;
    operations.mknod = make_node;
    operations.symlink = make_symlink;
    operations.link = make_link;
    operations.unlink = unlink;
    operations.rmdir = remove_directory;
    operations.rename = rename;
    operations.statfs = file_system;
}

}  // namespace lkl::tools
