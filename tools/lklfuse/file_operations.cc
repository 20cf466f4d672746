// SPDX-License-Identifier: GPL-2.0
// Open files and extended attributes.
#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "lklfuse/operations.hh"

namespace lkl::tools {
namespace {

int file_of(const fuse_file_info* info) {
    return static_cast<int>(info->fh);
}

void set_opened(fuse_file_info& info, long file) {
    info.fh = static_cast<std::uint64_t>(file);
    info.keep_cache = 1;  // nobody else changes the file
}

void open(fuse_req_t request, fuse_ino_t node, fuse_file_info* info) {
    const long file = tree_of(request).open_file(node, to_open_flags(info->flags));
    if (file < 0) {
        reply_result(request, file);
        return;
    }
    set_opened(*info, file);
    if (::fuse_reply_open(request, info) != 0) {
        tree_of(request).close_file(node, static_cast<int>(file));
    }
}

void create(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode,
            fuse_file_info* info) {
    fs::ServedTree& tree = tree_of(request);
    fs::FoundNode made;
    const long file =
        tree.create(parent, name, to_open_flags(info->flags), mode, creator_of(request), made);
    if (file < 0) {
        reply_result(request, file);
        return;
    }
    set_opened(*info, file);
    const fuse_entry_param entry = to_entry(made);
    if (::fuse_reply_create(request, &entry, info) != 0) {
        tree.close_file(made.node, static_cast<int>(file));
        tree.forget(made.node, 1);
    }
}

void release(fuse_req_t request, fuse_ino_t node, fuse_file_info* info) {
    tree_of(request).close_file(node, file_of(info));
    reply_result(request, 0);
}

// Memory for a request's data, of the thread that serves it.
std::span<std::byte> buffer_of(std::size_t size) {
    thread_local std::vector<std::byte> buffer;
    if (buffer.size() < size) {
        buffer.resize(size);
    }
    return std::span(buffer).first(size);
}

void read(fuse_req_t request, fuse_ino_t /*node*/, std::size_t size, off_t offset,
          fuse_file_info* info) {
    const auto buffer = buffer_of(size);
    std::size_t done = 0;
    // Less than was asked for would mean the file's end, so an error after some bytes is the answer
    // to all of them: the host asks again for less.
    while (done < size) {
        const long count = tree_of(request).read(file_of(info), buffer.subspan(done),
                                                 static_cast<std::uint64_t>(offset) + done);
        if (count < 0) {
            reply_result(request, count);
            return;
        }
        if (count == 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    ::fuse_reply_buf(request, reinterpret_cast<const char*>(buffer.data()), done);
}

void write(fuse_req_t request, fuse_ino_t /*node*/, const char* data, std::size_t size,
           off_t offset, fuse_file_info* info) {
    const auto bytes = std::as_bytes(std::span(data, size));
    std::size_t done = 0;
    while (done < size) {
        const long count = tree_of(request).write(file_of(info), bytes.subspan(done),
                                                  static_cast<std::uint64_t>(offset) + done);
        if (count < 0 && done == 0) {
            reply_result(request, count);
            return;
        }
        if (count <= 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    ::fuse_reply_write(request, done);
}

void sync(fuse_req_t request, fuse_ino_t /*node*/, int data_only, fuse_file_info* info) {
    reply_result(request, tree_of(request).sync(file_of(info), data_only != 0));
}

void allocate(fuse_req_t request, fuse_ino_t /*node*/, int mode, off_t offset, off_t length,
              fuse_file_info* info) {
    reply_result(request,
                 tree_of(request).allocate(file_of(info), mode, static_cast<std::uint64_t>(offset),
                                           static_cast<std::uint64_t>(length)));
}

void seek(fuse_req_t request, fuse_ino_t /*node*/, off_t offset, int whence, fuse_file_info* info) {
    const long found =
        tree_of(request).seek(file_of(info), static_cast<std::uint64_t>(offset), whence);
    if (found < 0) {
        reply_result(request, found);
    } else {
        ::fuse_reply_lseek(request, found);
    }
}

void copy_range(fuse_req_t request, fuse_ino_t /*from*/, off_t from_offset,
                fuse_file_info* from_info, fuse_ino_t /*to*/, off_t to_offset,
                fuse_file_info* to_info, std::size_t length, int /*flags*/) {
    const long copied = tree_of(request).copy_range(
        file_of(from_info), static_cast<std::uint64_t>(from_offset), file_of(to_info),
        static_cast<std::uint64_t>(to_offset), length);
    if (copied < 0) {
        reply_result(request, copied);
    } else {
        ::fuse_reply_write(request, static_cast<std::size_t>(copied));
    }
}

void reply_attribute(fuse_req_t request, long size, std::span<const std::byte> buffer) {
    if (size < 0) {
        reply_result(request, size);
    } else if (buffer.empty()) {
        ::fuse_reply_xattr(request, static_cast<std::size_t>(size));
    } else {
        ::fuse_reply_buf(request, reinterpret_cast<const char*>(buffer.data()),
                         static_cast<std::size_t>(size));
    }
}

void get_attribute(fuse_req_t request, fuse_ino_t node, const char* name, std::size_t size) {
    const auto buffer = buffer_of(size);
    reply_attribute(request, tree_of(request).get_attribute(node, name, buffer), buffer);
}

void list_attributes(fuse_req_t request, fuse_ino_t node, std::size_t size) {
    const auto buffer = buffer_of(size);
    const std::span names(reinterpret_cast<char*>(buffer.data()), buffer.size());
    reply_attribute(request, tree_of(request).list_attributes(node, names), buffer);
}

// An ACL that is set or removed changes the mode, which the host's kernel does not expect.
void tell_changed_mode(fuse_req_t request, fuse_ino_t node, std::string_view name) {
    if (name.starts_with("system.posix_acl_")) {
        ::fuse_lowlevel_notify_inval_inode(context_of(request).session, node, -1, 0);
    }
}

void set_attribute(fuse_req_t request, fuse_ino_t node, const char* name, const char* value,
                   std::size_t size, int flags) {
    const long result =
        tree_of(request).set_attribute(node, name, std::as_bytes(std::span(value, size)), flags);
    tell_changed_mode(request, node, name);
    reply_result(request, result);
}

void remove_attribute(fuse_req_t request, fuse_ino_t node, const char* name) {
    const long result = tree_of(request).remove_attribute(node, name);
    tell_changed_mode(request, node, name);
    reply_result(request, result);
}

}  // namespace

int to_open_flags(int host_flags) {
    static constexpr struct {
        int host;
        int image;
    } kSame[] = {
        {O_APPEND, open_flags::append},  {O_TRUNC, open_flags::truncate},
        {O_EXCL, open_flags::exclusive}, {O_DSYNC, open_flags::dsync},
        {O_SYNC, open_flags::sync},      {O_NOATIME, open_flags::no_atime},
    };

    int flags = (host_flags & O_ACCMODE) == O_RDWR     ? open_flags::read_write
                : (host_flags & O_ACCMODE) == O_WRONLY ? open_flags::write_only
                                                       : open_flags::read_only;
    for (const auto& flag : kSame) {
        if ((host_flags & flag.host) == flag.host) {
            flags |= flag.image;
        }
    }
    return flags;
}

void set_file_operations(fuse_lowlevel_ops& operations) {
    operations.open = open;
    operations.create = create;
    operations.release = release;
    operations.read = read;
    operations.write = write;
    operations.fsync = sync;
    operations.fallocate = allocate;
    operations.lseek = seek;
    operations.copy_file_range = copy_range;
    operations.getxattr = get_attribute;
    operations.listxattr = list_attributes;
    operations.setxattr = set_attribute;
    operations.removexattr = remove_attribute;
}

}  // namespace lkl::tools
