// SPDX-License-Identifier: GPL-2.0
// Names and metadata.
#include "fs/served_tree.hh"

#include <array>
#include <atomic>
#include <utility>

#include "api/wire.hh"
#include "fs/linux_errno.hh"
#include "fs/served_tree_paths.hh"

namespace lkl::fs {
namespace {

// What a thread's task has been told; set anew for another tree, whose kernel has another task.
struct Acting {
    std::uint64_t tree = 0;
    Creator creator;
};

thread_local Acting acting;

// Handles of these types lead nowhere once the inode has left the kernel's caches.
bool has_lasting_handles(const std::string& type) {
    return type != "vfat" && type != "msdos";
}

std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

bool can_name_handles(const Kernel& kernel, const Image& image) {
    std::array<std::uint32_t, 34> handle{128};
    int mount = 0;
    return has_lasting_handles(image.type()) &&
           kernel.call(nr::name_to_handle_at, image.root(), "", handle.data(), &mount,
                       wire::at_empty_path) == 0;
}

}  // namespace

ServedTree::ServedTree(const Image& image, std::size_t open_nodes)
    : kernel_(image.kernel()),
      calls_(image.calls()),
      root_(image.root()),
      id_(next_id()),
      nodes_(kernel_, calls_, root_, can_name_handles(kernel_, image), open_nodes) {}

Result<std::unique_ptr<ServedTree>> ServedTree::open(const Image& image, std::size_t open_nodes) {
    // Every open file is a descriptor, and where handles do not last so is every known inode.
    constexpr int kNoFile = 7;  // RLIMIT_NOFILE
    constexpr std::array<std::uint64_t, 2> kDescriptors = {1U << 20U, 1U << 20U};
    static_cast<void>(image.kernel().call(nr::prlimit64, 0, kNoFile, kDescriptors.data(), nullptr));
    std::unique_ptr<ServedTree> tree(new ServedTree(image, open_nodes));
    FileStatus root;
    long result = tree->nodes_.ready();
    if (result == 0) {
        result = tree->calls_.status({tree->root_, ""}, root);
    }
    if (result < 0) {
        return Error::kernel(result, "open", "/");
    }
    tree->device_ = root.device;
    return tree;
}

void ServedTree::act_as(const Creator& creator) {
    const bool first = acting.tree != id_;
    if (first) {
        constexpr int kCloneFs = 0x200;
        constexpr int kSetSecureBits = 28;
        constexpr int kNoSetuidFixup = 4;
        // A mask of its own, and all capabilities whoever it makes things for.
        static_cast<void>(kernel_.call(nr::unshare, kCloneFs));
        static_cast<void>(kernel_.call(nr::prctl, kSetSecureBits, kNoSetuidFixup, 0, 0, 0));
        acting.tree = id_;
    }
    if (first || acting.creator.gid != creator.gid) {
        static_cast<void>(kernel_.call(nr::setfsgid, creator.gid));
    }
    if (first || acting.creator.uid != creator.uid) {
        static_cast<void>(kernel_.call(nr::setfsuid, creator.uid));
    }
    if (first || acting.creator.mask != creator.mask) {
        static_cast<void>(calls_.set_creation_mask(creator.mask));
    }
    acting.creator = creator;
}

long ServedTree::answer(long value) {
    return value == -errno_value::not_recoverable || value == -errno_value::shut_down
               ? -errno_value::io
               : value;
}

std::uint64_t ServedTree::shown_inode(const FileStatus& status) {
    if (status.device == device_) {
        return status.inode;
    }
    constexpr unsigned kTreeShift = 48;
    const std::lock_guard lock(mutex_);
    const auto [at, fresh] = trees_.try_emplace(status.device, trees_.size() + 1);
    return status.inode ^ (at->second << kTreeShift);
}

long ServedTree::enter(long descriptor, FoundNode& found) {
    if (descriptor < 0) {
        return answer(descriptor);
    }
    OpenFile file(calls_, static_cast<int>(descriptor));
    if (const long result = calls_.status({file.get(), ""}, found.status); result < 0) {
        return answer(result);
    }
    found.status.inode = shown_inode(found.status);
    return answer(nodes_.enter(std::move(file), found.node));
}

long ServedTree::look_up(NodeId directory, const char* name, FoundNode& found) {
    NodeDescriptor parent;
    if (const long result = nodes_.use(directory, parent); result < 0) {
        return answer(result);
    }
    return enter(calls_.open({parent->get(), name}, kPathOnly, 0), found);
}

long ServedTree::make_directory(NodeId directory, const char* name, std::uint32_t mode,
                                const Creator& creator, FoundNode& made) {
    NodeDescriptor parent;
    if (const long result = nodes_.use(directory, parent); result < 0) {
        return answer(result);
    }
    act_as(creator);
    const long result = calls_.make_directory({parent->get(), name}, mode);
    return result < 0 ? answer(result) : look_up(directory, name, made);
}

long ServedTree::make_node(NodeId directory, const char* name, std::uint32_t mode,
                           DeviceNumber device, const Creator& creator, FoundNode& made) {
    NodeDescriptor parent;
    if (const long result = nodes_.use(directory, parent); result < 0) {
        return answer(result);
    }
    act_as(creator);
    const long result = calls_.make_node({parent->get(), name}, mode, device);
    return result < 0 ? answer(result) : look_up(directory, name, made);
}

long ServedTree::make_symlink(NodeId directory, const char* name, const char* target,
                              const Creator& creator, FoundNode& made) {
    NodeDescriptor parent;
    if (const long result = nodes_.use(directory, parent); result < 0) {
        return answer(result);
    }
    act_as(creator);
    const long result = calls_.make_symlink(target, {parent->get(), name});
    return result < 0 ? answer(result) : look_up(directory, name, made);
}

long ServedTree::make_link(NodeId node, NodeId directory, const char* name, FoundNode& made) {
    NodeDescriptor parent;
    NodeDescriptor existing;
    if (const long result = nodes_.use(directory, parent); result < 0) {
        return answer(result);
    }
    if (const long result = nodes_.use(node, existing); result < 0) {
        return answer(result);
    }
    const long result =
        kernel_.call(nr::linkat, existing->get(), "", parent->get(), name, wire::at_empty_path);
    return result < 0 ? answer(result) : look_up(directory, name, made);
}

long ServedTree::remove(NodeId directory, const char* name, bool is_directory) {
    NodeDescriptor parent;
    if (const long result = nodes_.use(directory, parent); result < 0) {
        return answer(result);
    }
    return answer(calls_.remove({parent->get(), name}, is_directory));
}

long ServedTree::rename(NodeId from, const char* name, NodeId to, const char* new_name,
                        unsigned flags) {
    NodeDescriptor source;
    NodeDescriptor target;
    if (const long result = nodes_.use(from, source); result < 0) {
        return answer(result);
    }
    if (const long result = nodes_.use(to, target); result < 0) {
        return answer(result);
    }
    return answer(kernel_.call(nr::renameat2, source->get(), name, target->get(), new_name, flags));
}

long ServedTree::status(NodeId node, int file, FileStatus& status) {
    NodeDescriptor descriptor;
    if (file == kNoFile) {
        if (const long result = nodes_.use(node, descriptor); result < 0) {
            return answer(result);
        }
        file = descriptor->get();
    }
    const long result = calls_.status({file, ""}, status);
    status.inode = shown_inode(status);
    return answer(result);
}

long ServedTree::change(NodeId node, int file, const StatusChange& change, FileStatus& status) {
    NodeDescriptor descriptor;
    if (const long result = nodes_.use(node, descriptor); result < 0) {
        return answer(result);
    }
    const int fd = descriptor->get();
    long result = 0;
    // A new owner takes special bits away, and a new size sets a time: in this order all stay.
    if (change.uid || change.gid) {
        constexpr std::uint32_t kAsItIs = ~std::uint32_t{0};
        result =
            calls_.set_owner({fd, ""}, change.uid.value_or(kAsItIs), change.gid.value_or(kAsItIs));
    }
    if (result == 0 && change.permissions) {
        result = calls_.set_mode({FileCalls::kCurrentDirectory, descriptor_path(fd).c_str()},
                                 *change.permissions);
    }
    if (result == 0 && change.size) {
        result = file != kNoFile
                     ? calls_.truncate(file, *change.size)
                     : kernel_.call(nr::truncate, descriptor_path(fd).c_str(), *change.size);
    }
    if (result == 0 && (change.accessed.wanted() || change.modified.wanted())) {
        constexpr std::int64_t kNow = wire::utime_omit + 1;
        const auto wire_time = [](const TimeChange& time) {
            return time.now ? wire::Timespec{0, kNow} : wire::to_timespec(time.time);
        };
        const wire::Timespec times[2] = {wire_time(change.accessed), wire_time(change.modified)};
        result = kernel_.call(nr::utimensat, fd, "", &times[0], wire::at_empty_path);
    }
    return result < 0 ? answer(result) : this->status(node, file, status);
}

long ServedTree::read_link(NodeId node, std::span<char> buffer) {
    NodeDescriptor descriptor;
    if (const long result = nodes_.use(node, descriptor); result < 0) {
        return answer(result);
    }
    return answer(calls_.read_link({descriptor->get(), ""}, buffer));
}

long ServedTree::file_system(FileSystemStatus& status) {
    return answer(calls_.file_system(root_, status));
}

}  // namespace lkl::fs
