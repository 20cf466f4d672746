// SPDX-License-Identifier: GPL-2.0
#include "fs/device_mapper.hh"

#include <string.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include "base/scope_exit.hh"
#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

// include/uapi/linux/dm-ioctl.h of the kernel in the library.
struct RequestHeader {
    std::uint32_t version[3];
    std::uint32_t data_size, data_start, target_count;
    std::int32_t open_count;
    std::uint32_t flags, event, padding;
    std::uint64_t device;
    char name[128];
    char uuid[129];
    char data[7];
};

struct TargetHeader {
    std::uint64_t start, length;
    std::int32_t status;
    std::uint32_t next;
    char type[16];
};

static_assert(sizeof(RequestHeader) == 312 && sizeof(TargetHeader) == 40);

enum Command : unsigned long {
    make_device = 0xc138fd03,
    remove_device = 0xc138fd04,
    resume_device = 0xc138fd06,  // suspends, with a flag that is not given here
    load_table = 0xc138fd09,
};

constexpr std::uint32_t kReadOnly = 1U << 0;
constexpr std::uint32_t kSecureData = 1U << 15;

constexpr const char* kControl = "/dev/mapper/control";

RequestHeader header_for(const MappedDeviceOptions& options) {
    RequestHeader header{};
    header.version[0] = 4;
    header.data_size = sizeof(RequestHeader);
    header.data_start = sizeof(RequestHeader);
    options.name.copy(&header.name[0], sizeof(header.name) - 1);
    header.flags = (options.read_only ? kReadOnly : 0) | (options.secret ? kSecureData : 0);
    return header;
}

// The rows as the request carries them: a header, the parameters, zeroes to the next multiple of 8.
std::vector<std::byte> table_request(const MappedDeviceOptions& options,
                                     const std::vector<MappedRange>& table) {
    constexpr std::size_t kAlignment = 8;
    const auto size_of = [](const MappedRange& row) {
        const std::size_t size = sizeof(TargetHeader) + row.parameters.size() + 1;
        return (size + kAlignment - 1) / kAlignment * kAlignment;
    };
    std::size_t size = sizeof(RequestHeader);
    for (const MappedRange& row : table) {
        size += size_of(row);
    }
    std::vector<std::byte> request(size);
    RequestHeader header = header_for(options);
    header.data_size = static_cast<std::uint32_t>(size);
    header.target_count = static_cast<std::uint32_t>(table.size());
    std::memcpy(request.data(), &header, sizeof(header));
    std::byte* at = request.data() + sizeof(header);
    for (const MappedRange& row : table) {
        TargetHeader target{};
        target.start = row.start;
        target.length = row.length;
        target.next = static_cast<std::uint32_t>(size_of(row));
        row.target.copy(&target.type[0], sizeof(target.type) - 1);
        std::memcpy(at, &target, sizeof(target));
        std::memcpy(at + sizeof(target), row.parameters.data(), row.parameters.size());
        at += size_of(row);
    }
    return request;
}

// The kernel's dev_t as such a request has it (huge_encode_dev).
DeviceNumber decode(std::uint64_t device) {
    DeviceNumber number;
    number.major = static_cast<std::uint32_t>((device >> 8) & 0xfff);
    number.minor = static_cast<std::uint32_t>((device & 0xff) | ((device >> 12) & 0xffffff00));
    return number;
}

Result<void> request(FileCalls& calls, const Kernel& kernel, const std::string& operation,
                     const std::string& name, Command command, void* data) {
    LKL_TRY(const OpenFile control, open_file(calls, {FileCalls::kCurrentDirectory, kControl},
                                              open_flags::read_write, 0, kControl));
    LKL_TRY(const long done,
            kernel.try_call(operation, name, nr::ioctl, control.get(), command, data));
    static_cast<void>(done);
    return {};
}

}  // namespace

MappedDevice::MappedDevice(FileCalls& calls, const Kernel& kernel,
                           const MappedDeviceOptions& options)
    : calls_(&calls), kernel_(&kernel), options_(options) {}

MappedDevice::MappedDevice(MappedDevice&& other) noexcept
    : calls_(other.calls_),
      kernel_(other.kernel_),
      options_(std::move(other.options_)),
      node_(std::move(other.node_)),
      device_(other.device_),
      exists_(std::exchange(other.exists_, false)) {}

MappedDevice::~MappedDevice() {
    static_cast<void>(remove());
}

Result<MappedDevice> MappedDevice::create(FileCalls& calls, const Kernel& kernel,
                                          const MappedDeviceOptions& options,
                                          const std::vector<MappedRange>& table) {
    const std::string operation = "make the mapped device";
    if (options.name.empty() || options.name.size() >= sizeof(RequestHeader::name)) {
        return Error::other(
            "its name has " + std::to_string(options.name.size()) + " bytes; 1 to 127 are possible",
            operation, options.name);
    }
    MappedDevice made(calls, kernel, options);
    RequestHeader header = header_for(options);
    LKL_TRY_VOID(request(calls, kernel, operation, options.name, Command::make_device, &header));
    made.exists_ = true;
    made.device_ = decode(header.device);
    made.node_ = "/dev/dm-" + std::to_string(made.device_.minor);
    {
        std::vector<std::byte> rows = table_request(options, table);
        const ScopeExit clear([&] {
            if (options.secret) {
                ::explicit_bzero(rows.data(), rows.size());
            }
        });
        LKL_TRY_VOID(request(calls, kernel, "load the table of the mapped device", options.name,
                             Command::load_table, rows.data()));
    }
    header = header_for(options);
    LKL_TRY_VOID(request(calls, kernel, "start the mapped device", options.name,
                         Command::resume_device, &header));
    return made;
}

Result<void> MappedDevice::remove() {
    if (!exists_) {
        return {};
    }
    RequestHeader header = header_for(options_);
    LKL_TRY_VOID(request(*calls_, *kernel_, "remove the mapped device", options_.name,
                         Command::remove_device, &header));
    exists_ = false;
    return {};
}

}  // namespace lkl::fs
