// SPDX-License-Identifier: GPL-2.0
// The disks that lkl_disk_add() was given: kept over halts, plugged into the running kernel.
#pragma once

#include <lkl/disk.hh>

namespace lkl::capi {

// Plugs all disks into a kernel that has just booted.
Result<void> plug_disks(Kernel& kernel);

// The kernel has halted: the disks stay added, for the next one.
void forget_plugged();

// The partition (0: the whole) of the disk with that id, as the kernel sees it. EINVAL: no such
// disk; ENXIO: no such partition.
Result<Partition> find_partition(int disk_id, unsigned partition);

}  // namespace lkl::capi
