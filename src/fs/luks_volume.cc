// SPDX-License-Identifier: GPL-2.0
#include "fs/luks_volume.hh"

#include <sys/prctl.h>

#include <cerrno>

#include "base/scope_exit.hh"
#include "fs/linux_errno.hh"
#include "fs/luks.hh"
#include "fs/luks_crypto.hh"
#include "fs/luks_unlock.hh"
#include "fs/probe_reading.hh"

namespace lkl::fs {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr const char* kName = "lkl-luks";

// include/uapi/linux/keyctl.h of the kernel in the library.
constexpr int kThreadKeyring = -1;
constexpr int kUnlinkKey = 9;

// The kind of key that no caller can read back. dm-crypt fetches it by its name, so that it is in
// no table and no request.
constexpr const char* kKeyType = "logon";
constexpr const char* kKeyName = "lkl:volume";

std::string table_of(const LuksHeader& header, std::size_t key_size, const std::string& node) {
    const LuksSegment& segment = header.segment;
    std::string text = segment.cipher + " :" + std::to_string(key_size) + ":" + kKeyType + ":" +
                       kKeyName + " " + std::to_string(segment.iv_offset) + " " + node + " " +
                       std::to_string(segment.offset / kSector);
    if (segment.sector_size != kSector) {
        text += " 1 sector_size:" + std::to_string(segment.sector_size);
    }
    return text;
}

Result<MappedDevice> map(FileCalls& calls, const Kernel& kernel, const LuksHeader& header,
                         const Secret& key, const std::string& node, std::uint64_t size,
                         bool read_only) {
    LKL_TRY(const long id,
            kernel.try_call("hand the volume's key to", "the kernel", nr::add_key, kKeyType,
                            kKeyName, key.bytes().data(), key.size(), kThreadKeyring));
    // dm-crypt has a copy of its own by then.
    const ScopeExit forget([&] { kernel.call(nr::keyctl, kUnlinkKey, id, kThreadKeyring); });
    const LuksSegment& segment = header.segment;
    std::uint64_t length = segment.size.value_or(size - segment.offset);
    length -= length % segment.sector_size;
    if (length == 0) {
        return Error::other("it has no room for data", "open the encrypted volume on", node);
    }
    MappedDeviceOptions options;
    options.name = kName;
    options.read_only = read_only;
    auto mapped =
        MappedDevice::create(calls, kernel, options,
                             {{0, length / kSector, "crypt", table_of(header, key.size(), node)}});
    if (!mapped && mapped.error().linux_errno() == errno_value::no_entry) {
        return Error::other("the kernel in the library has no such cipher, or no device mapper",
                            "decrypt with " + segment.cipher, node);
    }
    if (!mapped && mapped.error().is_kernel()) {
        return Error::kernel(mapped.error().linux_errno(),
                             "let the kernel decrypt with " + segment.cipher, node);
    }
    return mapped;
}

}  // namespace

Result<void> prepare_for_keys() {
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) {
        return Error::host(errno, "keep keys out of core files");
    }
    return start_cryptography();
}

Result<MappedDevice> open_luks_volume(FileCalls& calls, const Kernel& kernel,
                                      const std::string& node, KeySource& keys, bool read_only,
                                      const std::string& path) {
    LKL_TRY(const KernelDevice device, open_kernel_device(calls, kernel, node));
    LKL_TRY(const LuksHeader header, read_luks_header(device.read, device.size, path));
    LKL_TRY(Secret passphrase, keys.passphrase(path));
    LKL_TRY(const Secret key,
            unlock_luks(header, device.read, passphrase.bytes(), keys.only_slot(), path));
    passphrase.wipe();
    return map(calls, kernel, header, key, node, device.size, read_only);
}

}  // namespace lkl::fs
