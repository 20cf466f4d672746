// SPDX-License-Identifier: GPL-2.0
// Open files, directories and extended attributes of a ServedTree.
#include <cstring>
#include <utility>

#include "api/wire.hh"
#include "fs/linux_errno.hh"
#include "fs/served_tree.hh"
#include "fs/served_tree_paths.hh"

namespace lkl::fs {

struct ServedTree::ServedDirectory {
    std::mutex mutex;
    std::vector<std::byte> records;  // read from the kernel
    std::size_t at = 0;              // the next record in them
    std::uint64_t offset = 0;        // where that is in the directory
};

ServedTree::~ServedTree() {
    for (const auto& [descriptor, directory] : open_) {
        static_cast<void>(calls_.close(descriptor));
    }
}

void ServedTree::note_open(int descriptor, std::shared_ptr<ServedDirectory> directory) {
    const std::lock_guard lock(mutex_);
    open_.insert_or_assign(descriptor, std::move(directory));
}

std::shared_ptr<ServedTree::ServedDirectory> ServedTree::directory_of(int descriptor) {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(descriptor);
    return found == open_.end() ? nullptr : found->second;
}

long ServedTree::open_file(NodeId node, int flags) {
    NodeDescriptor descriptor;
    if (const long result = nodes_.use(node, descriptor); result < 0) {
        return answer(result);
    }
    const std::string path = descriptor_path(descriptor->get());
    const long file = calls_.open({FileCalls::kCurrentDirectory, path.c_str()},
                                  (flags & ~open_flags::no_follow) | open_flags::close_on_exec, 0);
    if (file >= 0) {
        nodes_.hold(node, std::move(descriptor));
        note_open(static_cast<int>(file), nullptr);
    }
    return answer(file);
}

long ServedTree::create(NodeId directory, const char* name, int flags, std::uint32_t mode,
                        const Creator& creator, FoundNode& made) {
    NodeDescriptor parent;
    if (const long result = nodes_.use(directory, parent); result < 0) {
        return answer(result);
    }
    act_as(creator);
    const long file = calls_.open(
        {parent->get(), name},
        flags | open_flags::create | open_flags::no_follow | open_flags::close_on_exec, mode);
    if (file < 0) {
        return answer(file);
    }
    OpenFile opened(calls_, static_cast<int>(file));
    const std::string path = descriptor_path(opened.get());
    // By the open file, not the name: that may be another's by now.
    NodeDescriptor descriptor;
    long result = enter(calls_.open({FileCalls::kCurrentDirectory, path.c_str()},
                                    kPathOnly & ~open_flags::no_follow, 0),
                        made);
    if (result == 0) {
        result = answer(nodes_.use(made.node, descriptor));
    }
    if (result < 0) {
        return result;
    }
    nodes_.hold(made.node, std::move(descriptor));
    note_open(opened.get(), nullptr);
    return opened.release();
}

void ServedTree::close_file(NodeId node, int file) {
    {
        // Before the number can be another file's.
        const std::lock_guard lock(mutex_);
        open_.erase(file);
    }
    static_cast<void>(calls_.close(file));
    nodes_.release(node);
}

long ServedTree::read(int file, std::span<std::byte> buffer, std::uint64_t offset) {
    return answer(calls_.read(file, buffer, offset));
}

long ServedTree::write(int file, std::span<const std::byte> data, std::uint64_t offset) {
    return answer(calls_.write(file, data, offset));
}

long ServedTree::sync(int file, bool data_only) {
    return answer(kernel_.call(data_only ? nr::fdatasync : nr::fsync, file));
}

long ServedTree::allocate(int file, int mode, std::uint64_t offset, std::uint64_t length) {
    return answer(kernel_.call(nr::fallocate, file, mode, offset, length));
}

long ServedTree::seek(int file, std::uint64_t offset, int whence) {
    return answer(kernel_.call(nr::lseek, file, offset, whence));
}

long ServedTree::copy_range(int from, std::uint64_t from_offset, int to, std::uint64_t to_offset,
                            std::uint64_t length) {
    return answer(kernel_.call(nr::copy_file_range, from, &from_offset, to, &to_offset, length, 0));
}

long ServedTree::open_directory(NodeId node) {
    NodeDescriptor descriptor;
    if (const long result = nodes_.use(node, descriptor); result < 0) {
        return answer(result);
    }
    const long fd =
        calls_.open({descriptor->get(), "."}, open_flags::directory | open_flags::close_on_exec, 0);
    if (fd >= 0) {
        nodes_.hold(node, std::move(descriptor));
        note_open(static_cast<int>(fd), std::make_shared<ServedDirectory>());
    }
    return answer(fd);
}

long ServedTree::read_directory(int directory, std::uint64_t offset, std::size_t size,
                                const std::function<bool(const ListedEntry&)>& take) {
    constexpr int kSeekSet = 0;
    const auto reading = directory_of(directory);
    if (reading == nullptr) {
        return -errno_value::stale;
    }
    const std::lock_guard lock(reading->mutex);
    std::vector<std::byte>& records = reading->records;
    if (offset != reading->offset || offset == 0) {
        records.clear();
        reading->at = 0;
        const long result = kernel_.call(nr::lseek, directory, offset, kSeekSet);
        if (result < 0) {
            return answer(result);
        }
        reading->offset = offset;
    }
    for (;;) {
        if (reading->at == records.size()) {
            records.resize(size);
            reading->at = 0;
            const long count = calls_.read_directory(directory, records);
            records.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
            if (count <= 0) {
                return answer(count);
            }
        }
        wire::Dirent64 record{};
        const std::byte* at = records.data() + reading->at;
        std::memcpy(&record, at, wire::dirent_name_offset);
        ListedEntry entry;
        entry.name = reinterpret_cast<const char*>(at + wire::dirent_name_offset);
        entry.inode = record.inode;
        entry.type = record.type;
        entry.after = static_cast<std::uint64_t>(record.next);
        if (!take(entry)) {
            return 0;
        }
        reading->at += record.length;
        reading->offset = entry.after;
    }
}

void ServedTree::close_directory(NodeId node, int directory) {
    close_file(node, directory);
}

long ServedTree::list_attributes(NodeId node, std::span<char> buffer) {
    NodeDescriptor descriptor;
    if (const long result = nodes_.use(node, descriptor); result < 0) {
        return answer(result);
    }
    return answer(kernel_.call(nr::listxattr, descriptor_path(descriptor->get()).c_str(),
                               buffer.data(), buffer.size()));
}

long ServedTree::get_attribute(NodeId node, const char* name, std::span<std::byte> buffer) {
    NodeDescriptor descriptor;
    if (const long result = nodes_.use(node, descriptor); result < 0) {
        return answer(result);
    }
    return answer(kernel_.call(nr::getxattr, descriptor_path(descriptor->get()).c_str(), name,
                               buffer.data(), buffer.size()));
}

long ServedTree::set_attribute(NodeId node, const char* name, std::span<const std::byte> value,
                               int flags) {
    NodeDescriptor descriptor;
    if (const long result = nodes_.use(node, descriptor); result < 0) {
        return answer(result);
    }
    return answer(kernel_.call(nr::setxattr, descriptor_path(descriptor->get()).c_str(), name,
                               value.data(), value.size(), flags));
}

long ServedTree::remove_attribute(NodeId node, const char* name) {
    NodeDescriptor descriptor;
    if (const long result = nodes_.use(node, descriptor); result < 0) {
        return answer(result);
    }
    return answer(kernel_.call(nr::removexattr, descriptor_path(descriptor->get()).c_str(), name));
}

}  // namespace lkl::fs
