// SPDX-License-Identifier: GPL-2.0
// Arrays of the kernel's multiple-device driver (MD RAID).
#pragma once

#include <lkl/kernel.hh>
#include <lkl/types.hh>
#include <string>
#include <string_view>
#include <vector>

#include "fs/file_calls.hh"

namespace lkl::fs {

// Starts the array of which `members` are the devices, with superblocks of `version` ("1.2", as
// libblkid tells). Members that lack are no error as long as the array runs without them. Returns
// its node. Errors are the kernel's, whose log tells more.
Result<std::string> start_array(FileCalls& calls, const Kernel& kernel,
                                const std::vector<DeviceNumber>& members, std::string_view version);

// Stops it and marks it clean.
Result<void> stop_array(FileCalls& calls, const Kernel& kernel, const std::string& node);

}  // namespace lkl::fs
