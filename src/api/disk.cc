// SPDX-License-Identifier: GPL-2.0
// A disk that is plugged in, and what the kernel made of it; disk_backends.cc has the kinds.
#include <algorithm>
#include <lkl/disk.hh>
#include <utility>

#include "api/instance.hh"
#include "api/text.hh"
#include "block/overlay_backend.hh"
#include "block/read_only_backend.hh"
#include "virtio/blk.hh"

namespace lkl {

struct Disk::State {
    detail::InstanceRef instance;
    int id = -1;  // of the device; -1 once removed
    std::string name;
    std::string node;
    DeviceNumber device;
};

namespace {

constexpr std::uint64_t kSector = 512;  // the unit of sizes in sysfs
constexpr std::size_t kSerialSize = 20;
constexpr long kEnxio = 6;
constexpr int kEnoent = 2;

// What the kernel sees of `backend`: write-protected, or with a layer in memory that it writes to.
std::unique_ptr<BlockBackend> as_asked(std::unique_ptr<BlockBackend> backend,
                                       const Disk::Options& options) {
    if (options.read_only && !backend->info().read_only) {
        return std::make_unique<ReadOnlyBackend>(std::move(backend));
    }
    if (options.overlay && !options.read_only) {
        return OverlayBackend::in_memory(std::move(backend));
    }
    return backend;
}

// The block device that the driver made of the virtio device `virtio_name`.
Result<std::string> find_block_device(const Dir& tree, const std::string& virtio_name) {
    const std::string path = "/sys/bus/virtio/devices/" + virtio_name + "/block";
    LKL_TRY(Dir directory, tree.open_dir(path, Follow::yes));
    LKL_TRY(const auto entry, directory.next());
    if (!entry) {
        return Error::kernel(kEnxio, "find the block device of", virtio_name);
    }
    return std::string(entry->name);
}

Result<Partition> read_partition(const Dir& tree, const std::string& directory,
                                 const std::string& name) {
    Partition partition;
    partition.name = name;
    partition.node = "/dev/" + name;
    const std::string path = directory + "/" + name;
    LKL_TRY(const std::uint64_t number, detail::read_number(tree, path + "/partition"));
    LKL_TRY(const std::uint64_t start, detail::read_number(tree, path + "/start"));
    LKL_TRY(const std::uint64_t size, detail::read_number(tree, path + "/size"));
    LKL_TRY(partition.device, detail::read_device(tree, path + "/dev"));
    partition.number = static_cast<unsigned>(number);
    partition.start = start * kSector;
    partition.size = size * kSector;
    return partition;
}

std::string list_numbers(const std::vector<Partition>& partitions) {
    if (partitions.empty()) {
        return "has no partitions";
    }
    std::string text = "has";
    for (const Partition& partition : partitions) {
        text += (text.size() > 3 ? ", " : " ") + std::to_string(partition.number);
    }
    return text;
}

}  // namespace

Disk::Disk(std::unique_ptr<State> state) : state_(std::move(state)) {}

Disk::Disk(Disk&& other) noexcept = default;

Disk& Disk::operator=(Disk&& other) noexcept {
    if (this != &other) {
        static_cast<void>(remove());
        state_ = std::move(other.state_);
    }
    return *this;
}

Disk::~Disk() {
    static_cast<void>(remove());
}

Result<Disk> Disk::add_backend(const Kernel& kernel, std::unique_ptr<BlockBackend> backend,
                               Options options) {
    if (options.serial.size() > kSerialSize) {
        return Error::other("a serial has at most 20 bytes", "add a disk with serial",
                            options.serial);
    }
    backend = as_asked(std::move(backend), options);
    VirtioBlkOptions device_options;
    device_options.identity = std::move(options.serial);
    auto state = std::make_unique<State>();
    state->instance = kernel.instance();
    LKL_TRY(state->id, state->instance->add_device(
                           make_virtio_blk(std::move(backend), std::move(device_options))));
    Disk disk(std::move(state));  // from here on it removes itself
    const Dir tree = detail::tree(kernel.instance());
    LKL_TRY(const std::string virtio_name, kernel.instance()->device_name(disk.state_->id));
    LKL_TRY(disk.state_->name, find_block_device(tree, virtio_name));
    disk.state_->node = "/dev/" + disk.state_->name;
    LKL_TRY(disk.state_->device,
            detail::read_device(tree, "/sys/class/block/" + disk.state_->name + "/dev"));
    return disk;
}

Result<void> Disk::remove() {
    if (!state_ || state_->id < 0) {
        return {};
    }
    const int id = std::exchange(state_->id, -1);
    if (!state_->instance->running()) {
        return {};  // it went with the kernel
    }
    return state_->instance->remove_device(id);
}

const std::string& Disk::name() const {
    return state_->name;
}

const std::string& Disk::node() const {
    return state_->node;
}

DeviceNumber Disk::device() const {
    return state_->device;
}

const detail::InstanceRef& Disk::instance() const {
    return state_->instance;
}

Result<std::uint64_t> Disk::size() const {
    LKL_TRY(const std::uint64_t sectors,
            detail::read_number(detail::tree(state_->instance),
                                "/sys/class/block/" + state_->name + "/size"));
    return sectors * kSector;
}

Result<std::vector<Partition>> Disk::partitions() const {
    const Dir tree = detail::tree(state_->instance);
    const std::string path = "/sys/class/block/" + state_->name;
    LKL_TRY(Dir directory, tree.open_dir(path, Follow::yes));
    std::vector<Partition> partitions;
    for (;;) {
        LKL_TRY(const auto entry, directory.next());
        if (!entry) {
            break;
        }
        const std::string name(entry->name);
        if (name.rfind(state_->name, 0) != 0) {
            continue;
        }
        auto partition = read_partition(tree, path, name);
        if (partition) {
            partitions.push_back(std::move(*partition));
        } else if (partition.error().linux_errno() != kEnoent) {
            return std::move(partition).error();
        }
    }
    std::sort(partitions.begin(), partitions.end(),
              [](const Partition& a, const Partition& b) { return a.number < b.number; });
    return partitions;
}

Result<Partition> Disk::partition(unsigned number) const {
    if (number == 0) {
        Partition whole;
        whole.name = name();
        whole.node = node();
        whole.device = device();
        LKL_TRY(whole.size, size());
        return whole;
    }
    LKL_TRY(const auto all, partitions());
    for (const Partition& candidate : all) {
        if (candidate.number == number) {
            return candidate;
        }
    }
    return Error::kernel(kEnxio, "use partition " + std::to_string(number) + " of",
                         node() + " (it " + list_numbers(all) + ")");
}

}  // namespace lkl
