// SPDX-License-Identifier: GPL-2.0
#include "fs/node_table.hh"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "api/wire.hh"
#include "fs/linux_errno.hh"
#include "fs/served_tree_paths.hh"

namespace lkl::fs {
namespace {

// struct file_handle (include/linux/fs.h) with the largest handle (MAX_HANDLE_SZ).
struct FileHandle {
    std::uint32_t size = 128;
    std::int32_t type = 0;
    std::array<char, 128> bytes{};

    [[nodiscard]] std::size_t used() const { return offsetof(FileHandle, bytes) + size; }
};

}  // namespace

NodeTable::NodeTable(const Kernel& kernel, FileCalls& calls, int root, bool handles,
                     std::size_t open_limit)
    : kernel_(kernel), calls_(calls), handles_(handles), open_limit_(open_limit) {
    const auto open = [&](int flags) {
        const long fd = calls_.open({root, "."}, flags, 0);
        ready_ = fd < 0 ? fd : ready_;
        return fd < 0 ? OpenFile() : OpenFile(calls_, static_cast<int>(fd));
    };
    root_ = open(open_flags::directory | open_flags::close_on_exec);
    OpenFile descriptor = open(kPathOnly | open_flags::directory);
    NodeId id = 0;
    if (ready_ == 0) {
        ready_ = enter(std::move(descriptor), id);
    }
    if (NodeDescriptor kept; ready_ == 0 && (ready_ = use(id, kept)) == 0) {
        hold(id, std::move(kept));
    }
}

long NodeTable::key_of(int fd, std::string& key) const {
    if (handles_) {
        FileHandle handle;
        int mount = 0;
        const long result =
            kernel_.call(nr::name_to_handle_at, fd, "", &handle, &mount, wire::at_empty_path);
        if (result == 0) {
            key.assign(reinterpret_cast<const char*>(&handle), handle.used());
        }
        return result;
    }
    // The descriptor stays open, and with it the inode's number is taken.
    FileStatus status;
    const long result = calls_.status({fd, ""}, status);
    key = std::to_string(status.device.major) + ":" + std::to_string(status.device.minor) + ":" +
          std::to_string(status.inode);
    return result;
}

long NodeTable::open_by_key(const std::string& key, OpenFile& opened) const {
    if (!handles_) {
        return -errno_value::stale;
    }
    FileHandle handle;
    std::memcpy(&handle, key.data(), key.size());
    const long fd = kernel_.call(nr::open_by_handle_at, root_.get(), &handle, kPathOnly);
    if (fd < 0) {
        return fd;
    }
    opened = OpenFile(calls_, static_cast<int>(fd));
    return 0;
}

void NodeTable::keep_open(NodeId id, Node& node, NodeDescriptor descriptor) {
    node.descriptor = std::move(descriptor);
    used_.push_front(id);
    node.used = used_.begin();
}

void NodeTable::close_oldest(std::list<NodeDescriptor>& closing) {
    std::size_t tries = handles_ ? used_.size() : 0;
    for (; tries != 0 && used_.size() > open_limit_; --tries) {
        Node& node = nodes_.at(used_.back());
        if (node.held != 0) {
            used_.splice(used_.begin(), used_, node.used);
            continue;
        }
        closing.push_back(std::move(node.descriptor));
        node.descriptor.reset();
        used_.pop_back();
    }
}

long NodeTable::use(NodeId id, NodeDescriptor& descriptor) {
    std::string key;
    {
        const std::lock_guard lock(mutex_);
        const auto found = nodes_.find(id);
        if (found == nodes_.end()) {
            return -errno_value::stale;
        }
        if (found->second.descriptor) {
            used_.splice(used_.begin(), used_, found->second.used);
            descriptor = found->second.descriptor;
            return 0;
        }
        key = found->second.key;
    }
    OpenFile opened;
    if (const long result = open_by_key(key, opened); result < 0) {
        return result;
    }
    descriptor = std::make_shared<OpenFile>(std::move(opened));
    std::list<NodeDescriptor> closing;
    const std::lock_guard lock(mutex_);
    const auto found = nodes_.find(id);
    if (found != nodes_.end() && !found->second.descriptor) {
        keep_open(id, found->second, descriptor);
        close_oldest(closing);
    }
    return 0;
}

long NodeTable::enter(OpenFile descriptor, NodeId& id) {
    std::string key;
    if (const long result = key_of(descriptor.get(), key); result < 0) {
        return result;
    }
    auto shared = std::make_shared<OpenFile>(std::move(descriptor));
    std::list<NodeDescriptor> closing;
    const std::lock_guard lock(mutex_);
    const auto [at, fresh] = ids_.try_emplace(key, last_ + 1);
    id = at->second;
    Node& node = nodes_[id];
    if (fresh) {
        last_ = id;
        node.key = std::move(key);
    }
    ++node.lookups;
    if (!node.descriptor) {
        keep_open(id, node, std::move(shared));
        close_oldest(closing);
    } else {
        closing.push_back(std::move(shared));
    }
    return 0;
}

void NodeTable::forget(NodeId id, std::uint64_t count) {
    NodeDescriptor closing;
    const std::lock_guard lock(mutex_);
    const auto found = nodes_.find(id);
    if (found == nodes_.end() || id == kRoot) {
        return;
    }
    Node& node = found->second;
    node.lookups -= std::min(node.lookups, count);
    if (node.lookups != 0 || node.held != 0) {
        return;
    }
    if (node.descriptor) {
        used_.erase(node.used);
        closing = std::move(node.descriptor);
    }
    ids_.erase(node.key);
    nodes_.erase(found);
}

void NodeTable::hold(NodeId id, NodeDescriptor descriptor) {
    const std::lock_guard lock(mutex_);
    const auto found = nodes_.find(id);
    if (found == nodes_.end()) {
        return;
    }
    ++found->second.held;
    if (!found->second.descriptor) {
        keep_open(id, found->second, std::move(descriptor));
    }
}

void NodeTable::release(NodeId id) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = nodes_.find(id);
        if (found == nodes_.end() || found->second.held == 0) {
            return;
        }
        --found->second.held;
    }
    forget(id, 0);
}

std::size_t NodeTable::known() const {
    const std::lock_guard lock(mutex_);
    return nodes_.size();
}

std::size_t NodeTable::open() const {
    const std::lock_guard lock(mutex_);
    return used_.size();
}

}  // namespace lkl::fs
