// SPDX-License-Identifier: GPL-2.0
// The inodes of a mounted image that somebody outside knows by number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <lkl/kernel.hh>
#include <lkl/types.hh>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "fs/file_calls.hh"

namespace lkl::fs {

// Numbers an inode for as long as it is known; never used for another one.
using NodeId = std::uint64_t;

// An inode's descriptor (O_PATH), shared: a thread may be using it when the table closes its own.
using NodeDescriptor = std::shared_ptr<OpenFile>;

// Keeps for each inode a file handle (open_by_handle_at(2)), which costs the kernel nothing, and
// open descriptors for those that were used last: a million known inodes do not fill the kernel's
// memory. Where the file system has no handles that outlive its caches, every descriptor stays
// open. Errors are negative errno values of the kernel. Thread-safe.
class NodeTable {
  public:
    static constexpr NodeId kRoot = 1;

    // `root` is an open directory, of which the table keeps a descriptor of its own. At most
    // `open_limit` descriptors stay open beside those that are held.
    NodeTable(const Kernel& kernel, FileCalls& calls, int root, bool handles,
              std::size_t open_limit);

    // 0, or why the root cannot be used.
    [[nodiscard]] long ready() const { return ready_; }

    // The node's descriptor; -ESTALE for one that is gone.
    long use(NodeId id, NodeDescriptor& descriptor);

    // Makes the inode of `descriptor` (O_PATH, taken over) known once more.
    long enter(OpenFile descriptor, NodeId& id);

    // Undoes `count` times enter().
    void forget(NodeId id, std::uint64_t count);

    // Keeps this descriptor of the node open until as many calls of release(): an unlinked file has
    // no other way back.
    void hold(NodeId id, NodeDescriptor descriptor);
    void release(NodeId id);

    // How many nodes are known and how many of their descriptors are open.
    [[nodiscard]] std::size_t known() const;
    [[nodiscard]] std::size_t open() const;

  private:
    struct Node {
        std::string key;
        std::uint64_t lookups = 0;
        unsigned held = 0;
        NodeDescriptor descriptor;
        std::list<NodeId>::iterator used;  // valid with a descriptor
    };

    long key_of(int fd, std::string& key) const;
    long open_by_key(const std::string& key, OpenFile& opened) const;
    // With the lock held; what they put into `closing` is to be dropped without it.
    void keep_open(NodeId id, Node& node, NodeDescriptor descriptor);
    void close_oldest(std::list<NodeDescriptor>& closing);

    const Kernel& kernel_;
    FileCalls& calls_;
    const bool handles_;
    const std::size_t open_limit_;
    OpenFile root_;  // names the mount for the handles
    long ready_ = 0;

    mutable std::mutex mutex_;
    NodeId last_ = 0;
    std::unordered_map<NodeId, Node> nodes_;
    std::unordered_map<std::string, NodeId> ids_;
    std::list<NodeId> used_;  // with a descriptor, the last used first
};

}  // namespace lkl::fs
