// SPDX-License-Identifier: GPL-2.0
// Directories that are read.
#include <string>

#include "lklfuse/operations.hh"

namespace lkl::tools {
namespace {

int directory_of(const fuse_file_info* info) {
    return static_cast<int>(info->fh);
}

void open(fuse_req_t request, fuse_ino_t node, fuse_file_info* info) {
    const long directory = tree_of(request).open_directory(node);
    if (directory < 0) {
        reply_result(request, directory);
        return;
    }
    info->fh = static_cast<std::uint64_t>(directory);
    if (::fuse_reply_open(request, info) != 0) {
        tree_of(request).close_directory(node, static_cast<int>(directory));
    }
}

void release(fuse_req_t request, fuse_ino_t node, fuse_file_info* info) {
    tree_of(request).close_directory(node, directory_of(info));
    reply_result(request, 0);
}

// Fills an answer with as many entries as fit. `add` puts an entry at the place it is given, and
// returns how much room it takes: if that is more than there was, it has not put it there.
template <typename Add>
void list(fuse_req_t request, std::size_t size, off_t offset, fuse_file_info* info,
          std::size_t record, const Add& add) {
    std::string answer(size, '\0');
    std::size_t used = 0;
    const auto take = [&](const fs::ListedEntry& entry) {
        const std::string name(entry.name);
        const std::size_t needed = add(&answer[used], size - used, name.c_str(), entry);
        const bool fits = needed <= size - used;
        used += fits ? needed : 0;
        return fits;
    };
    const long result = tree_of(request).read_directory(
        directory_of(info), static_cast<std::uint64_t>(offset), record, take);
    if (result < 0 && used == 0) {
        reply_result(request, result);
        return;
    }
    ::fuse_reply_buf(request, answer.data(), used);
}

void read(fuse_req_t request, fuse_ino_t /*node*/, std::size_t size, off_t offset,
          fuse_file_info* info) {
    const auto add = [&](char* to, std::size_t room, const char* name,
                         const fs::ListedEntry& entry) {
        struct stat status {};

        constexpr unsigned kTypeShift = 12;
        status.st_ino = entry.inode;
        status.st_mode = entry.type << kTypeShift;
        return ::fuse_add_direntry(request, to, room, name, &status,
                                   static_cast<off_t>(entry.after));
    };
    list(request, size, offset, info, size, add);
}

void read_with_status(fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset,
                      fuse_file_info* info) {
    const auto add = [&](char* to, std::size_t room, const char* name,
                         const fs::ListedEntry& entry) {
        const std::size_t needed = ::fuse_add_direntry_plus(request, nullptr, 0, name, nullptr, 0);
        if (needed > room) {
            return needed;
        }
        fs::FoundNode found;
        const bool dots = entry.name == "." || entry.name == "..";
        if (dots || tree_of(request).look_up(node, name, found) < 0) {
            // Without a node: whoever wants to know more looks it up.
            constexpr unsigned kTypeShift = 12;
            found = {};
            found.status.inode = entry.inode;
            found.status.mode = entry.type << kTypeShift;
        }
        const fuse_entry_param answer = to_entry(found);
        return ::fuse_add_direntry_plus(request, to, room, name, &answer,
                                        static_cast<off_t>(entry.after));
    };
    constexpr std::size_t kLargerBy = 4;  // an entry with its status than without
    list(request, size, offset, info, size / kLargerBy + 512, add);
}

void sync(fuse_req_t request, fuse_ino_t /*node*/, int data_only, fuse_file_info* info) {
    reply_result(request, tree_of(request).sync(directory_of(info), data_only != 0));
}

}  // namespace

void set_directory_operations(fuse_lowlevel_ops& operations) {
    operations.opendir = open;
    operations.releasedir = release;
    operations.readdir = read;
    operations.readdirplus = read_with_status;
    operations.fsyncdir = sync;
}

}  // namespace lkl::tools
