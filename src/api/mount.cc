// SPDX-License-Identifier: GPL-2.0
#include <lkl/mount.hh>
#include <utility>

#include "api/mounting.hh"
#include "api/text.hh"

namespace lkl {
namespace {

constexpr int kDetach = 2;  // MNT_DETACH

// Where to mount, and whether the directory is ours to remove.
struct Target {
    std::string path;
    bool owned = false;
};

Result<Target> find_target(const Dir& tree, const std::string& wanted, const std::string& device) {
    if (!wanted.empty()) {
        return Target{wanted, false};
    }
    LKL_TRY(std::string path, detail::make_mount_point(tree, device));
    return Target{std::move(path), true};
}

}  // namespace

Mount::Mount(detail::InstanceRef instance, std::string path, std::string device, std::string type,
             bool owns_directory)
    : instance_(std::move(instance)),
      path_(std::move(path)),
      device_(std::move(device)),
      type_(std::move(type)),
      owns_directory_(owns_directory),
      mounted_(true) {}

Result<Mount> Mount::mount_device(const detail::InstanceRef& instance, const std::string& device,
                                  Options options) {
    const Dir tree = detail::tree(instance);
    LKL_TRY(Target target, find_target(tree, options.target, device));
    detail::MountRequest request{device, target.path, options.type, options.flags,
                                 std::move(options.options)};
    Result<std::string> mounted = options.type;
    if (options.type.empty()) {
        mounted = detail::mount_any(tree, std::move(request));
    } else if (auto done = detail::mount_one(tree, request); !done) {
        mounted = std::move(done).error();
    }
    if (!mounted) {
        if (target.owned) {
            static_cast<void>(tree.remove_dir(target.path));
        }
        return std::move(mounted).error();
    }
    return Mount(instance, std::move(target.path), device, std::move(*mounted), target.owned);
}

Result<Mount> Mount::mount(const Kernel& kernel, const std::string& device, Options options) {
    return mount_device(kernel.instance(), device, std::move(options));
}

Result<Mount> Mount::mount(const Disk& disk, unsigned partition, Options options) {
    if (partition == 0) {
        return mount_device(disk.instance(), disk.node(), std::move(options));
    }
    LKL_TRY(const Partition part, disk.partition(partition));
    return mount_device(disk.instance(), part.node, std::move(options));
}

Mount::Mount(Mount&& other) noexcept
    : instance_(std::move(other.instance_)),
      path_(std::move(other.path_)),
      device_(std::move(other.device_)),
      type_(std::move(other.type_)),
      owns_directory_(other.owns_directory_),
      mounted_(std::exchange(other.mounted_, false)) {}

Mount& Mount::operator=(Mount&& other) noexcept {
    if (this != &other) {
        give_up();
        instance_ = std::move(other.instance_);
        path_ = std::move(other.path_);
        device_ = std::move(other.device_);
        type_ = std::move(other.type_);
        owns_directory_ = other.owns_directory_;
        mounted_ = std::exchange(other.mounted_, false);
    }
    return *this;
}

Mount::~Mount() {
    give_up();
}

// Without anybody to tell: what is still in use goes when its last user does.
void Mount::give_up() noexcept {
    if (mounted_ && !unmount(std::chrono::milliseconds(0)) && mounted_) {
        static_cast<void>(
            detail::tree(instance_).descriptor().raw(nr::umount2, path_.c_str(), kDetach));
        mounted_ = false;
    }
}

Result<Dir> Mount::root() const {
    return detail::tree(instance_).open_dir(path_);
}

Result<void> Mount::unmount(std::chrono::milliseconds patience) {
    if (!mounted_) {
        return {};
    }
    const Dir tree = detail::tree(instance_);
    detail::Unmounted unmounted = detail::unmount(tree, path_, device_, 0, patience);
    mounted_ = !unmounted.gone;
    if (unmounted.gone && owns_directory_) {
        auto removed = tree.remove_dir(path_);
        if (unmounted.result && !removed) {
            return removed;
        }
    }
    return std::move(unmounted.result);
}

}  // namespace lkl
