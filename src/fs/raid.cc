// SPDX-License-Identifier: GPL-2.0
#include "fs/raid.hh"

#include <charconv>
#include <span>

namespace lkl::fs {
namespace {

// include/uapi/linux/raid/md_u.h of the kernel in the library.
struct ArrayInfo {
    std::int32_t major_version, minor_version, patch_version;
    std::int32_t rest[15];  // 0: told by the superblocks
};

struct DiskInfo {
    std::int32_t number, major, minor, raid_disk, state;
};

struct StartParameters {
    std::int32_t personality, chunk_size, max_fault;
};

static_assert(sizeof(ArrayInfo) == 72 && sizeof(DiskInfo) == 20 && sizeof(StartParameters) == 12);

constexpr unsigned long kSetArrayInfo = 0x40480923;
constexpr unsigned long kAddNewDisk = 0x40140921;
constexpr unsigned long kRunArray = 0x400c0930;
constexpr unsigned long kStopArray = 0x932;

constexpr const char* kNode = "/dev/md0";
constexpr const char* kMakeArray = "/sys/module/md_mod/parameters/new_array";

Result<OpenFile> open_node(FileCalls& calls, const char* node, int flags) {
    return open_file(calls, {FileCalls::kCurrentDirectory, node}, flags, 0, node);
}

}  // namespace

Result<std::string> start_array(FileCalls& calls, const Kernel& kernel,
                                const std::vector<DeviceNumber>& members,
                                std::string_view version) {
    {
        LKL_TRY(const OpenFile make, open_node(calls, kMakeArray, open_flags::write_only));
        constexpr std::string_view kName = "md0";
        const long made = calls.write(make.get(), std::as_bytes(std::span(kName)), 0);
        if (made < 0) {
            return calls.error(made, "make an array", kNode);
        }
    }
    ArrayInfo info{};
    const std::size_t dot = version.find('.');
    std::from_chars(version.data(), version.data() + version.size(), info.major_version);
    if (dot != std::string_view::npos) {
        std::from_chars(version.data() + dot + 1, version.data() + version.size(),
                        info.minor_version);
    }
    LKL_TRY(const OpenFile array, open_node(calls, kNode, open_flags::read_write));
    LKL_TRY(long done, kernel.try_call("make an array of version " + std::string(version), kNode,
                                       nr::ioctl, array.get(), kSetArrayInfo, &info));
    for (const DeviceNumber& member : members) {
        DiskInfo disk{};
        disk.major = static_cast<std::int32_t>(member.major);
        disk.minor = static_cast<std::int32_t>(member.minor);
        LKL_TRY(done, kernel.try_call("add a device to the array", kNode, nr::ioctl, array.get(),
                                      kAddNewDisk, &disk));
    }
    const StartParameters start{};
    LKL_TRY(done, kernel.try_call("start the array (are all its devices given?)", kNode, nr::ioctl,
                                  array.get(), kRunArray, &start));
    static_cast<void>(done);
    return std::string(kNode);
}

Result<void> stop_array(FileCalls& calls, const Kernel& kernel, const std::string& node) {
    LKL_TRY(const OpenFile array, open_node(calls, node.c_str(), open_flags::read_only));
    LKL_TRY(const long done,
            kernel.try_call("stop the array", node, nr::ioctl, array.get(), kStopArray, nullptr));
    static_cast<void>(done);
    return {};
}

}  // namespace lkl::fs
