// SPDX-License-Identifier: GPL-2.0
// The steps of mounting and unmounting that Mount and the C API share.
#pragma once

#include <chrono>
#include <lkl/dir.hh>
#include <string>
#include <vector>

namespace lkl::detail {

// What mount(2) is asked for. A type must be given.
struct MountRequest {
    std::string source;
    std::string target;
    std::string type;
    unsigned long flags = 0;
    std::string options;
};

Result<void> mount_one(const Dir& tree, const MountRequest& request);

// Tries every type of /proc/filesystems that wants a device; returns the one that took. The error
// is the most telling one: the first that does not just say "not this type" (EINVAL).
Result<std::string> mount_any(const Dir& tree, MountRequest request);

// The types of the text of /proc/filesystems that want a device, in their order.
std::vector<std::string> device_types(const std::string& proc_filesystems);

// Makes a new directory below /mnt named after `device`.
Result<std::string> make_mount_point(const Dir& tree, const std::string& device);

// What came of unmounting: gone or still mounted, and in either case the first error.
struct Unmounted {
    bool gone = false;
    Result<void> result;
};

// Writes back, unmounts `path` with flags of umount2, and waits until `device` is released and has
// its data. An error of the writing back does not stop it; EBUSY after `patience` leaves it
// mounted. `device` may be a name that is no device: then there is nothing to wait for.
Unmounted unmount(const Dir& tree, const std::string& path, const std::string& device, int flags,
                  std::chrono::milliseconds patience);

// What is mounted at `path` (or at the mount that `path` lies in), as /proc/self/mountinfo names
// it.
Result<std::string> mount_source(const Dir& tree, const std::string& path);

// The source of the mount with that id in the text of /proc/self/mountinfo, or "".
std::string source_of(const std::string& mountinfo, std::uint64_t mount_id);

// True if the text of /proc/self/mountinfo has a mount of `source`.
bool is_mounted(const std::string& mountinfo, const std::string& source);

}  // namespace lkl::detail
