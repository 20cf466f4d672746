// SPDX-License-Identifier: GPL-2.0
// Mapped devices (device mapper) of the kernel in the library.
#pragma once

#include <cstdint>
#include <lkl/kernel.hh>
#include <lkl/types.hh>
#include <string>
#include <vector>

#include "fs/file_calls.hh"

namespace lkl::fs {

// One row of a mapped device's table, in sectors of 512 bytes.
struct MappedRange {
    std::uint64_t start = 0;
    std::uint64_t length = 0;
    std::string target;      // "linear", "striped", "crypt", ...
    std::string parameters;  // as the kernel's Documentation/admin-guide/device-mapper has them
};

struct MappedDeviceOptions {
    std::string name;  // not that of another one; at most 127 bytes, without '/'
    bool read_only = false;
    // The table carries a key: the kernel clears its copies of the request, and create() clears its
    // own. The strings of the table stay the caller's to clear.
    bool secret = false;
};

// A mapped device; removes itself. The calls and the kernel must outlive it. Not for several
// threads at a time.
class MappedDevice {
  public:
    // Makes the device and lets it run. The rows follow each other from sector 0 without a gap.
    // Errors are the kernel's, whose log tells more; nothing is left behind.
    static Result<MappedDevice> create(FileCalls& calls, const Kernel& kernel,
                                       const MappedDeviceOptions& options,
                                       const std::vector<MappedRange>& table);

    MappedDevice(MappedDevice&& other) noexcept;
    MappedDevice& operator=(MappedDevice&& other) = delete;
    MappedDevice(const MappedDevice&) = delete;
    MappedDevice& operator=(const MappedDevice&) = delete;
    ~MappedDevice();

    // Its node in the kernel's /dev.
    [[nodiscard]] const std::string& node() const { return node_; }

    [[nodiscard]] DeviceNumber device() const { return device_; }

    // Removes it; fails while it is in use. To be called before the devices below it go.
    Result<void> remove();

  private:
    MappedDevice(FileCalls& calls, const Kernel& kernel, const MappedDeviceOptions& options);

    FileCalls* calls_;
    const Kernel* kernel_;
    MappedDeviceOptions options_;
    std::string node_;
    DeviceNumber device_;
    bool exists_ = false;
};

}  // namespace lkl::fs
