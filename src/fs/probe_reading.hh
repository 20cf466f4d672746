// SPDX-License-Identifier: GPL-2.0
// Inspects what no descriptor of the host stands for: a network disk, a volume in the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <lkl/kernel.hh>
#include <span>
#include <string>

#include "fs/file_calls.hh"
#include "fs/probe.hh"

namespace lkl::fs {

// Reads the whole of the buffer from a device.
using ReadDevice = std::function<Result<void>(std::span<std::byte>, std::uint64_t offset)>;

// As probe_image(), of a device of `size` bytes. Looks at the beginnings and ends of the device and
// of its first 128 partitions only, which is where signatures are.
Result<ImageInfo> probe_by_reading(std::uint64_t size, const std::string& path,
                                   const ReadDevice& read);

// A block device of the kernel in the library, open for reading.
struct KernelDevice {
    OpenFile file;
    std::uint64_t size = 0;  // bytes
    ReadDevice read;
};

Result<KernelDevice> open_kernel_device(FileCalls& calls, const Kernel& kernel,
                                        const std::string& node);

// As probe_image(), of a block device in the kernel, by its node.
Result<ImageInfo> probe_device(FileCalls& calls, const Kernel& kernel, const std::string& node,
                               const std::string& path);

}  // namespace lkl::fs
