// SPDX-License-Identifier: GPL-2.0
// A mounted image's files, by node and open file: what a server of the FUSE protocol has to do.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fs/image.hh"
#include "fs/node_table.hh"

namespace lkl::fs {

// On whose behalf something is made.
struct Creator {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t mask = 0;
};

// A node that was found or made, and what there is to know of it.
struct FoundNode {
    NodeId node = 0;
    FileStatus status;
};

// One of the two times of an inode: as it is without a value.
struct TimeChange {
    bool now = false;
    std::optional<FileTime> time;

    [[nodiscard]] bool wanted() const { return now || time.has_value(); }
};

struct StatusChange {
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<std::uint32_t> permissions;
    std::optional<std::uint64_t> size;
    TimeChange accessed;
    TimeChange modified;
};

// An entry of a directory; the name is valid until the function that takes it returns.
struct ListedEntry {
    std::string_view name;
    std::uint64_t inode = 0;
    unsigned type = 0;        // DT_*
    std::uint64_t after = 0;  // where to go on behind it
};

// Acts with all of root's rights in the image, but what is made belongs to its Creator. Every call
// returns what Linux returns: a value, or a negative errno of the kernel in the library; EIO once
// that has panicked. Thread-safe: each thread is a task of the kernel. A `file` is a descriptor of
// open_file() or create(), or kNoFile. Inode numbers in results are the file system's own, made
// distinct where it has several trees of them (btrfs subvolumes).
class ServedTree {
  public:
    static constexpr int kNoFile = -1;
    // Descriptors that stay open for nodes; each keeps an inode in the kernel's memory.
    static constexpr std::size_t kOpenNodes = 4096;

    static Result<std::unique_ptr<ServedTree>> open(const Image& image,
                                                    std::size_t open_nodes = kOpenNodes);
    ~ServedTree();
    ServedTree(const ServedTree&) = delete;
    ServedTree& operator=(const ServedTree&) = delete;

    [[nodiscard]] const NodeTable& nodes() const { return nodes_; }

    // Names. What returns a FoundNode has made it known once more: see NodeTable::enter().
    long look_up(NodeId directory, const char* name, FoundNode& found);

    void forget(NodeId node, std::uint64_t count) { nodes_.forget(node, count); }

    long make_directory(NodeId directory, const char* name, std::uint32_t mode,
                        const Creator& creator, FoundNode& made);
    long make_node(NodeId directory, const char* name, std::uint32_t mode, DeviceNumber device,
                   const Creator& creator, FoundNode& made);
    long make_symlink(NodeId directory, const char* name, const char* target,
                      const Creator& creator, FoundNode& made);
    long make_link(NodeId node, NodeId directory, const char* name, FoundNode& made);
    long remove(NodeId directory, const char* name, bool is_directory);
    // `flags` as renameat2(2).
    long rename(NodeId from, const char* name, NodeId to, const char* new_name, unsigned flags);

    // Metadata.
    long status(NodeId node, int file, FileStatus& status);
    long change(NodeId node, int file, const StatusChange& change, FileStatus& status);
    long read_link(NodeId node, std::span<char> buffer);
    long file_system(FileSystemStatus& status);

    // Extended attributes. An empty buffer asks for the size; `flags` as setxattr(2).
    long list_attributes(NodeId node, std::span<char> buffer);
    long get_attribute(NodeId node, const char* name, std::span<std::byte> buffer);
    long set_attribute(NodeId node, const char* name, std::span<const std::byte> value, int flags);
    long remove_attribute(NodeId node, const char* name);

    // Files. `flags` are open_flags; create() fails for what exists if they say `exclusive`.
    long open_file(NodeId node, int flags);
    long create(NodeId directory, const char* name, int flags, std::uint32_t mode,
                const Creator& creator, FoundNode& made);
    void close_file(NodeId node, int file);
    long read(int file, std::span<std::byte> buffer, std::uint64_t offset);
    long write(int file, std::span<const std::byte> data, std::uint64_t offset);
    long sync(int file, bool data_only);
    long allocate(int file, int mode, std::uint64_t offset, std::uint64_t length);
    // SEEK_DATA or SEEK_HOLE of lseek(2).
    long seek(int file, std::uint64_t offset, int whence);
    long copy_range(int from, std::uint64_t from_offset, int to, std::uint64_t to_offset,
                    std::uint64_t length);

    // Directories. read_directory() hands on entries from `offset` (0, or an `after`) until `take`
    // returns false, "." and ".." among them; it reads about `size` bytes of them at a time.
    long open_directory(NodeId node);
    long read_directory(int directory, std::uint64_t offset, std::size_t size,
                        const std::function<bool(const ListedEntry&)>& take);
    void close_directory(NodeId node, int directory);

  private:
    struct ServedDirectory;

    ServedTree(const Image& image, std::size_t open_nodes);
    void act_as(const Creator& creator);
    // What is open is closed when the tree goes, whoever has not closed it.
    void note_open(int descriptor, std::shared_ptr<ServedDirectory> directory);
    std::shared_ptr<ServedDirectory> directory_of(int descriptor);
    // The answer to a call: `value`, but EIO of a kernel that is gone.
    static long answer(long value);
    long enter(long descriptor, FoundNode& found);
    std::uint64_t shown_inode(const FileStatus& status);

    const Kernel& kernel_;
    FileCalls& calls_;
    const int root_;
    const std::uint64_t id_;  // tells this tree from others in what a thread remembers
    NodeTable nodes_;
    DeviceNumber device_;  // of the root
    std::mutex mutex_;
    std::map<DeviceNumber, std::uint64_t> trees_;  // inode numbers' other trees
    // Shared, because a read may be under way when the tree is told to close the directory.
    std::map<int, std::shared_ptr<ServedDirectory>> open_;  // files: nothing behind them
};

}  // namespace lkl::fs
