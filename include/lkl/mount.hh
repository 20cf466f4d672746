// SPDX-License-Identifier: GPL-2.0
// A mounted file system of a kernel in the library.
#pragma once

#include <chrono>
#include <lkl/dir.hh>
#include <lkl/disk.hh>
#include <lkl/kernel.hh>
#include <string>

namespace lkl {

// Flags of mount(2) (include/uapi/linux/mount.h).
namespace mount_flags {
inline constexpr unsigned long read_only = 1;
inline constexpr unsigned long no_suid = 2;
inline constexpr unsigned long no_devices = 4;
inline constexpr unsigned long no_exec = 8;
inline constexpr unsigned long synchronous = 16;
inline constexpr unsigned long remount = 32;
inline constexpr unsigned long no_atime = 1024;
inline constexpr unsigned long bind = 4096;
}  // namespace mount_flags

// Move-only; unmounts in its destructor, without a word about errors: call unmount() to know that
// everything reached the disk. Threads: const members may be called from any thread.
class Mount {
  public:
    struct Options {
        // File system type ("ext4"). Empty: every type the kernel has for block devices is tried,
        // in its own order, and the error tells which were.
        std::string type;

        // mount_flags.
        unsigned long flags = 0;

        // File-system specific, comma-separated ("data=journal,nobarrier").
        std::string options;

        // Where to mount: an existing directory. Empty: a new one below /mnt, which unmount()
        // removes again.
        std::string target;
    };

    // A partition of the disk, 0: the whole disk. The disk must stay until unmount().
    static Result<Mount> mount(const Disk& disk, unsigned partition, Options options);

    // A device node of the kernel ("/dev/vda1", "/dev/mapper/home"), or any name for file
    // systems without a device ("none", with a type).
    static Result<Mount> mount(const Kernel& kernel, const std::string& device, Options options);

    Mount(Mount&& other) noexcept;
    Mount& operator=(Mount&& other) noexcept;
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;
    ~Mount();

    // Where it is mounted, its device and its type (the one found, where none was given).
    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] const std::string& device() const { return device_; }

    [[nodiscard]] const std::string& type() const { return type_; }

    // The directory at path().
    Result<Dir> root() const;

    // Writes everything back and unmounts. On success the file system is gone from memory and its
    // data is on the disk: the image may be read by others. Reports write errors that nobody has
    // seen yet, EBUSY where files are still open after `patience` (then it stays mounted and
    // unmount() may be called again), and the device's own errors. Unmounting twice succeeds.
    Result<void> unmount(std::chrono::milliseconds patience = std::chrono::seconds(10));

  private:
    Mount(detail::InstanceRef instance, std::string path, std::string device, std::string type,
          bool owns_directory);
    static Result<Mount> mount_device(const detail::InstanceRef& instance,
                                      const std::string& device, Options options);
    void give_up() noexcept;

    detail::InstanceRef instance_;
    std::string path_;
    std::string device_;
    std::string type_;
    bool owns_directory_ = false;
    bool mounted_ = false;
};

}  // namespace lkl
