// SPDX-License-Identifier: GPL-2.0
// The kernel's tree without a Kernel object, and the small text files of /proc and /sys.
#pragma once

#include <lkl/dir.hh>
#include <string>
#include <string_view>
#include <vector>

namespace lkl::detail {

// The working directory of the instance: for absolute paths.
Dir tree(const InstanceRef& instance);

// The content of a file, without a newline at its end. EFBIG beyond 1 MiB.
Result<std::string> read_text(const Dir& tree, const std::string& path);

// The content as one unsigned number, decimal. EINVAL where it is not one.
Result<std::uint64_t> read_number(const Dir& tree, const std::string& path);

// The content as "MAJOR:MINOR". EINVAL where it is not.
Result<DeviceNumber> read_device(const Dir& tree, const std::string& path);

// Writes `text` in one call, as the files of /proc/sys want it.
Result<void> write_text(const Dir& tree, const std::string& path, std::string_view text);

// The parts of `text` between `separator`s; empty ones are left out.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace lkl::detail
