// SPDX-License-Identifier: GPL-2.0
#include <lkl/lkl_api.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "api/mounting.hh"
#include "api/text.hh"
#include "capi/boundary.hh"
#include "capi/default_instance.hh"
#include "capi/disks.hh"

namespace lkl::capi {
namespace {

constexpr long kEnomem = 12;
constexpr long kEinval = 22;
constexpr int kEbusy = 16;
constexpr int kEexist = 17;

// The names of the node and of the directory of a device, by its number: any program can tell them
// from the number alone.
struct DevicePaths {
    explicit DevicePaths(std::uint32_t device) {
        std::array<char, 9> digits{};
        std::snprintf(digits.data(), digits.size(), "%08x", device);
        node = std::string("/dev/") + digits.data();
        directory = std::string("/mnt/") + digits.data();
    }

    std::string node;
    std::string directory;
};

// Whether something was made: what was there before is no error, and not to be taken away again.
Result<bool> made_or_there(Result<void> made) {
    if (!made && made.error().linux_errno() != kEexist) {
        return std::move(made).error();
    }
    return made.has_value();
}

Result<bool> make_node(const Dir& tree, const std::string& path, std::uint32_t device) {
    const DeviceNumber number{(device >> 8U) & 0xfffU,
                              (device & 0xffU) | ((device >> 12U) & 0xfff00U)};
    return made_or_there(tree.make_node(path, mode::block | 0600, number));
}

Result<bool> make_mount_point(const Dir& tree, const std::string& path) {
    LKL_TRY_VOID(tree.make_dirs("/mnt", 0700));
    return made_or_there(tree.make_dir(path, 0700));
}

struct Wanted {
    std::string type;  // empty: any
    unsigned long flags = 0;
    std::string options;
};

Result<void> mount_device(std::uint32_t device, const Wanted& wanted, char* path,
                          std::size_t path_size) {
    const DevicePaths paths(device);
    if (path == nullptr || path_size < paths.directory.size() + 1) {
        return Error::kernel(kEnomem, "return the path of", paths.directory);
    }
    LKL_TRY(const Dir tree, current_tree("mount " + paths.node));
    LKL_TRY(const bool made_node, make_node(tree, paths.node, device));
    LKL_TRY(const bool made_directory, make_mount_point(tree, paths.directory));
    const detail::MountRequest request{paths.node, paths.directory, wanted.type, wanted.flags,
                                       wanted.options};
    Result<void> mounted;
    if (!wanted.type.empty()) {
        mounted = detail::mount_one(tree, request);
    } else if (auto found = detail::mount_any(tree, request); !found) {
        mounted = std::move(found).error();
    }
    if (!mounted) {
        // Both may belong to an earlier mount of the device.
        if (made_directory) {
            static_cast<void>(tree.remove_dir(paths.directory));
        }
        if (made_node) {
            static_cast<void>(tree.remove(paths.node));
        }
        return mounted;
    }
    std::memcpy(path, paths.directory.c_str(), paths.directory.size() + 1);
    return {};
}

std::chrono::milliseconds patience(long milliseconds) {
    return std::chrono::milliseconds(std::max(milliseconds, 0L));
}

Result<void> unmount_device(std::uint32_t device, int flags, long timeout_ms) {
    const DevicePaths paths(device);
    LKL_TRY(const Dir tree, current_tree("unmount " + paths.node));
    detail::Unmounted unmounted =
        detail::unmount(tree, paths.directory, paths.node, flags, patience(timeout_ms));
    if (!unmounted.gone || !unmounted.result) {
        return std::move(unmounted.result);
    }
    LKL_TRY_VOID(tree.remove(paths.node));
    return tree.remove_dir(paths.directory);
}

Result<void> unmount_path(const std::string& path, int flags, long timeout_ms) {
    LKL_TRY(const Dir tree, current_tree("unmount " + path));
    std::string source;
    if (auto found = detail::mount_source(tree, path)) {
        source = std::move(*found);
    }
    return detail::unmount(tree, path, source, flags, patience(timeout_ms)).result;
}

Result<std::uint32_t> device_of(int disk_id, unsigned partition) {
    LKL_TRY(const Partition found, find_partition(disk_id, partition));
    return found.device.encoded();
}

// A type without a device on the directory of its name: 0, or 1 if it is there already.
Result<long> mount_by_type(const std::string& type) {
    if (type.empty() || type.find('/') != std::string::npos) {
        return Error::kernel(kEinval, "mount file system type", type);
    }
    const std::string path = "/" + type;
    LKL_TRY(const Dir tree, current_tree("mount " + path));
    LKL_TRY_VOID(made_or_there(tree.make_dir(path, 0777)));
    auto mounted = detail::mount_one(tree, {"none", path, type, 0, ""});
    if (!mounted && mounted.error().linux_errno() == kEbusy) {
        return 1;
    }
    if (!mounted) {
        return std::move(mounted).error();
    }
    return 0;
}

}  // namespace
}  // namespace lkl::capi

using lkl::capi::at_boundary;
using lkl::capi::text_or_empty;

long lkl_mount_dev(unsigned int disk_id, unsigned int part, const char* fs_type, int flags,
                   const char* opts, char* mnt_str, unsigned int mnt_str_len) {
    return at_boundary([&]() -> lkl::Result<void> {
        LKL_TRY(const std::uint32_t device, lkl::capi::device_of(static_cast<int>(disk_id), part));
        return lkl::capi::mount_device(
            device, {text_or_empty(fs_type), static_cast<unsigned>(flags), text_or_empty(opts)},
            mnt_str, mnt_str_len);
    });
}

long lkl_mount_blkdev(unsigned long dev, const char* fs_type, int flags, const char* opts,
                      char* mnt_str, unsigned int mnt_str_len) {
    return at_boundary([&] {
        return lkl::capi::mount_device(
            static_cast<std::uint32_t>(dev),
            {text_or_empty(fs_type), static_cast<unsigned>(flags), text_or_empty(opts)}, mnt_str,
            mnt_str_len);
    });
}

long lkl_umount_dev(unsigned int disk_id, unsigned int part, int flags, long timeout_ms) {
    return at_boundary([&]() -> lkl::Result<void> {
        LKL_TRY(const std::uint32_t device, lkl::capi::device_of(static_cast<int>(disk_id), part));
        return lkl::capi::unmount_device(device, flags, timeout_ms);
    });
}

long lkl_umount_blkdev(unsigned long dev, int flags, long timeout_ms) {
    return at_boundary([&] {
        return lkl::capi::unmount_device(static_cast<std::uint32_t>(dev), flags, timeout_ms);
    });
}

long lkl_umount_timeout(char* path, int flags, long timeout_ms) {
    return at_boundary(
        [&] { return lkl::capi::unmount_path(text_or_empty(path), flags, timeout_ms); });
}

int lkl_mount_fs(char* fstype) {
    return lkl::capi::int_at_boundary(
        [&] { return lkl::capi::mount_by_type(text_or_empty(fstype)); });
}

int lkl_encode_dev_from_sysfs(const char* sysfs_path, uint32_t* pdevid) {
    return lkl::capi::int_at_boundary([&]() -> lkl::Result<void> {
        const std::string path = text_or_empty(sysfs_path);
        LKL_TRY(const lkl::Dir tree, lkl::capi::current_tree("read " + path));
        LKL_TRY(const lkl::DeviceNumber device, lkl::detail::read_device(tree, path));
        if (pdevid == nullptr) {
            return lkl::Error::kernel(lkl::capi::kEinval, "return the device number in", path);
        }
        *pdevid = device.encoded();
        return {};
    });
}
