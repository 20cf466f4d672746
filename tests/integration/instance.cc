// SPDX-License-Identifier: GPL-2.0
#include "instance.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "virtio/blk.hh"

namespace lkl::testing {

Instance::Instance(BootOptions options) : log_(std::make_shared<KernelLog>()) {
    // Whoever waits for ever is ended before the test's time limit takes everything with it.
    constexpr unsigned kLongest = 110;
    alarm(kLongest);
    if (!options.print) {
        options.print = [log = log_](std::string_view text) { log->append(text); };
    }
    auto machine = Machine::boot(std::move(options));
    if (!machine) {
        throw std::runtime_error(machine.error().message() + "\n" + log_->text());
    }
    machine_ = std::move(*machine);
}

Instance::~Instance() {
    if (machine_) {
        halt();
        destroy();
    }
    if (!judging_) {
        return;
    }
    for (const std::string& line : complaints()) {
        ADD_FAILURE() << "the kernel complained: " << line << "\n" << log_->text();
    }
    for (const std::string& pattern : expected_) {
        EXPECT_TRUE(log_->contains(pattern)) << "not in the kernel's log: " << pattern;
    }
}

void Instance::destroy() {
    machine_.reset();
}

long Instance::halt() {
    look_at_records();
    return machine_->halt();
}

void Instance::look_at_records() {
    constexpr int kReadAll = 3;  // SYSLOG_ACTION_READ_ALL
    std::string records(std::size_t{1} << 18U, '\0');
    const long n = call(nr::syslog, kReadAll, records.data(), records.size());
    if (n < 0) {
        return;  // halted or panicked: the console has it all
    }
    records.resize(static_cast<std::size_t>(n));
    in_records_ = complaints_in_records(records, expected_);
}

std::vector<std::string> Instance::complaints() {
    if (machine_) {
        look_at_records();
    }
    std::vector<std::string> result = complaints_on_console(log_->text(), expected_);
    result.insert(result.end(), in_records_.begin(), in_records_.end());
    return result;
}

long Instance::checked(std::string_view what, long result) {
    EXPECT_GE(result, 0) << what << ": " << std::strerror(static_cast<int>(-result));
    return result;
}

long Instance::open(const std::string& path, int flags, unsigned mode) {
    return call(nr::openat, AT_FDCWD, path.c_str(), flags, mode);
}

std::string Instance::read_file(const std::string& path) {
    std::string result;
    const long fd = open(path, O_RDONLY);
    if (fd < 0) {
        return result;
    }
    std::array<char, 4096> buffer{};
    long n = 0;
    while ((n = call(nr::read, fd, buffer.data(), buffer.size())) > 0) {
        result.append(buffer.data(), static_cast<std::size_t>(n));
    }
    call(nr::close, fd);
    return result;
}

long Instance::write_file(const std::string& path, std::string_view content) {
    const long fd = open(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0) {
        return fd;
    }
    long result = 0;
    while (!content.empty() && result >= 0) {
        result = call(nr::write, fd, content.data(), content.size());
        content.remove_prefix(result > 0 ? static_cast<std::size_t>(result) : 0);
    }
    const long closed = call(nr::close, fd);
    return result < 0 ? result : closed;
}

std::vector<std::string> Instance::list(const std::string& path) {
    std::vector<std::string> names;
    const long fd = open(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        return names;
    }
    // struct linux_dirent64: length at 16, name at 19.
    constexpr std::size_t kLength = 16;
    constexpr std::size_t kName = 19;
    std::array<char, 8192> buffer{};
    long n = 0;
    while ((n = call(nr::getdents64, fd, buffer.data(), buffer.size())) > 0) {
        for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
            std::uint16_t length = 0;
            std::memcpy(&length, buffer.data() + at + kLength, sizeof(length));
            const std::string name = buffer.data() + at + kName;
            if (name != "." && name != "..") {
                names.push_back(name);
            }
            at += length;
        }
    }
    call(nr::close, fd);
    std::sort(names.begin(), names.end());
    return names;
}

std::string Instance::add_disk(std::unique_ptr<BlockBackend> backend) {
    const auto id = machine_->add_device(make_virtio_blk(std::move(backend)));
    if (!id) {
        throw std::runtime_error(id.error().message());
    }
    return std::string("/dev/vd") + next_disk_++;
}

std::string Instance::mount(const std::string& device, const std::string& type,
                            const std::string& name) {
    const std::string path = "/mnt/" + name;
    call(nr::mkdirat, AT_FDCWD, "/mnt", 0755);
    call(nr::mkdirat, AT_FDCWD, path.c_str(), 0755);
    must("mount " + device, nr::mount, device.c_str(), path.c_str(), type.c_str(), 0, nullptr);
    return path;
}

}  // namespace lkl::testing
