// SPDX-License-Identifier: GPL-2.0
// A disk of a kernel in the library: a file, a descriptor or memory of the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lkl/kernel.hh>
#include <lkl/types.hh>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lkl {

class BlockBackend;

// A partition as the kernel found it.
struct Partition {
    unsigned number = 0;  // 1 and up
    std::string name;     // "vda1"
    std::string node;     // "/dev/vda1"
    DeviceNumber device;
    std::uint64_t start = 0;  // bytes from the start of the disk
    std::uint64_t size = 0;   // bytes
};

// Move-only; removes the disk in its destructor. Unmount its file systems before: what is
// still mounted then fails with EIO. Disks come and go while the kernel runs. Threads: const
// members may be called from any thread.
class Disk {
  public:
    struct Options {
        // The kernel sees a write-protected disk, and the host file is opened read-only.
        bool read_only = false;

        // Writes go to a throw-away layer in memory; the file is opened read-only and never
        // changes.
        bool overlay = false;

        // What /sys/block/.../serial says; at most 20 bytes.
        std::string serial;
    };

    // A raw image or block device of the host, by path (opened here, and for writing locked with
    // an advisory lock against a second writer) or by descriptor (duplicated: the caller's stays
    // his). Errors: the host's, for the path.
    static Result<Disk> add_file(const Kernel& kernel, const std::string& path, Options options);
    static Result<Disk> add_fd(const Kernel& kernel, int fd, Options options);

    // Memory of the application, which must stay until the disk is removed. Its size is rounded
    // down to 512 bytes.
    static Result<Disk> add_memory(const Kernel& kernel, std::span<std::byte> memory,
                                   Options options);

    // Any back end of the library's own (src/block): for the C API, the tools and tests. The
    // options hold for it too: write-protected, or behind an overlay, if they say so.
    static Result<Disk> add_backend(const Kernel& kernel, std::unique_ptr<BlockBackend> backend,
                                    Options options);

    Disk(Disk&& other) noexcept;
    Disk& operator=(Disk&& other) noexcept;
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;
    ~Disk();

    // Unplugs now. EBUSY is not reported: see above. Removing a removed disk succeeds.
    Result<void> remove();

    // "vda", "/dev/vda" and the device number.
    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] const std::string& node() const;
    [[nodiscard]] DeviceNumber device() const;
    [[nodiscard]] const detail::InstanceRef& instance() const;

    // Size in bytes, as the kernel sees it now.
    Result<std::uint64_t> size() const;

    // The partitions, by ascending number. Empty: no partition table.
    Result<std::vector<Partition>> partitions() const;

    // The partition `number` (1 and up), or the whole disk for 0. ENXIO, with the numbers
    // that exist in the message.
    Result<Partition> partition(unsigned number) const;

  private:
    struct State;
    explicit Disk(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace lkl
