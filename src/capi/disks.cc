// SPDX-License-Identifier: GPL-2.0
#include "capi/disks.hh"

#include <fcntl.h>
#include <lkl/lkl_host_api.h>

#include <cerrno>
#include <map>
#include <memory>
#include <optional>

#include "base/unique_fd.hh"
#include "capi/application_disk.hh"
#include "capi/boundary.hh"
#include "capi/default_instance.hh"

namespace lkl::capi {
namespace {

constexpr long kEinval = 22;

struct AddedDisk {
    lkl_disk handle{};
    UniqueFd file;                // our duplicate, where the library serves the disk
    std::optional<Disk> plugged;  // while a kernel runs
};

// Used under with_kernel() or during a boot only: both hold the lifecycle lock. Not destroyed at
// exit, like the instance.
struct Table {
    std::map<int, std::unique_ptr<AddedDisk>> disks;
    int next_id = 0;
};

Table& table() {
    static auto* const the_table = new Table;
    return *the_table;
}

bool served_by_application(const lkl_disk& disk) {
    return disk.ops != nullptr && disk.ops != &lkl_dev_blk_ops;
}

Result<void> plug(const Kernel& kernel, AddedDisk& added) {
    if (served_by_application(added.handle)) {
        LKL_TRY(auto backend, make_application_disk(added.handle));
        LKL_TRY(added.plugged, Disk::add_backend(kernel, std::move(backend), {}));
    } else {
        LKL_TRY(added.plugged, Disk::add_fd(kernel, added.file.get(), {}));
    }
    return {};
}

Result<std::unique_ptr<AddedDisk>> make_entry(const lkl_disk& disk) {
    auto added = std::make_unique<AddedDisk>();
    added->handle = disk;
    if (!served_by_application(disk)) {
        added->file.reset(::fcntl(disk.fd, F_DUPFD_CLOEXEC, 0));
        if (!added->file) {
            return Error::host(errno, "add a disk of descriptor", std::to_string(disk.fd));
        }
    }
    return added;
}

Result<long> add(lkl_disk& disk, const Kernel* kernel) {
    LKL_TRY(auto added, make_entry(disk));
    added->handle.dev = added.get();
    if (kernel != nullptr) {
        LKL_TRY_VOID(plug(*kernel, *added));
    } else if (served_by_application(disk)) {
        // Asked now, so that a failure is told here and not at the boot.
        LKL_TRY(auto backend, make_application_disk(added->handle));
        static_cast<void>(backend);
    }
    disk.dev = added.get();
    const int id = table().next_id++;
    table().disks.emplace(id, std::move(added));
    return id;
}

Result<long> remove(const void* dev) {
    auto& disks = table().disks;
    for (auto entry = disks.begin(); entry != disks.end(); ++entry) {
        if (entry->second.get() == dev) {
            Result<void> removed;
            if (entry->second->plugged) {
                removed = entry->second->plugged->remove();
            }
            disks.erase(entry);
            if (!removed) {
                return std::move(removed).error();
            }
            return 0;
        }
    }
    return Error::kernel(kEinval, "remove a disk", "(it is not added)");
}

}  // namespace

Result<void> plug_disks(Kernel& kernel) {
    for (auto& [id, added] : table().disks) {
        LKL_TRY_VOID(plug(kernel, *added));
    }
    return {};
}

void forget_plugged() {
    for (auto& [id, added] : table().disks) {
        added->plugged.reset();
    }
}

Result<Partition> find_partition(int disk_id, unsigned partition) {
    const std::string what = "use disk " + std::to_string(disk_id);
    std::optional<Partition> found;
    LKL_TRY_VOID(with_kernel([&](Kernel* kernel) -> Result<long> {
        if (kernel == nullptr) {
            return not_running(what);
        }
        const auto entry = table().disks.find(disk_id);
        if (entry == table().disks.end() || !entry->second->plugged) {
            return Error::kernel(kEinval, what, "(it is not added)");
        }
        LKL_TRY(found, entry->second->plugged->partition(partition));
        return 0;
    }));
    return *found;
}

}  // namespace lkl::capi

int lkl_disk_add(struct lkl_disk* disk) {
    return lkl::capi::int_at_boundary([&]() -> lkl::Result<long> {
        if (disk == nullptr) {
            return lkl::Error::kernel(lkl::capi::kEinval, "add a disk", "(NULL)");
        }
        return lkl::capi::with_kernel(
            [&](lkl::Kernel* kernel) { return lkl::capi::add(*disk, kernel); });
    });
}

int lkl_disk_remove(struct lkl_disk disk) {
    return lkl::capi::int_at_boundary([&]() -> lkl::Result<long> {
        return lkl::capi::with_kernel(
            [&](lkl::Kernel* /*kernel*/) { return lkl::capi::remove(disk.dev); });
    });
}

int lkl_get_virtio_blkdev(int disk_id, unsigned int part, uint32_t* pdevid) {
    return lkl::capi::int_at_boundary([&]() -> lkl::Result<void> {
        LKL_TRY(const lkl::Partition found, lkl::capi::find_partition(disk_id, part));
        if (pdevid == nullptr) {
            return lkl::Error::kernel(lkl::capi::kEinval, "return the device number of",
                                      found.node);
        }
        *pdevid = found.device.encoded();
        return {};
    });
}
