// SPDX-License-Identifier: GPL-2.0
// LUKS volumes, opened in the kernel in the library.
#pragma once

#include <lkl/kernel.hh>
#include <string>

#include "fs/device_mapper.hh"
#include "fs/file_calls.hh"
#include "fs/key_source.hh"

namespace lkl::fs {

// Readies the process for keys: no core file holds its memory from now on, and the cryptographic
// library is started. To be called while files can still be opened.
Result<void> prepare_for_keys();

// Opens the volume on the device `node` of the kernel: finds its key with a passphrase from `keys`
// and hands it to dm-crypt. The node of the result holds the data. `path` names the volume in
// errors and to the user. Nothing is written to it here.
Result<MappedDevice> open_luks_volume(FileCalls& calls, const Kernel& kernel,
                                      const std::string& node, KeySource& keys, bool read_only,
                                      const std::string& path);

}  // namespace lkl::fs
