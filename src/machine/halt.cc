// SPDX-License-Identifier: GPL-2.0
// The end of an instance (arch/lkl/kernel/halt.c is the kernel's half).
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "machine/machine_impl.hh"

namespace lkl {
namespace {

// Of the kernel's table (asm-generic), which is the same in all versions.
constexpr long kNrUmount2 = 39;
constexpr long kNrOpenat = 56;
constexpr long kNrClose = 57;
constexpr long kNrRead = 63;
constexpr long kNrSync = 81;
constexpr long kAtFdcwd = -100;
constexpr std::chrono::milliseconds kQuiesce = std::chrono::seconds(5);

long address(const void* pointer) {
    return reinterpret_cast<long>(pointer);
}

// "\040" is a blank in a path of /proc/mounts.
std::string unescape(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); i++) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            int value = 0;
            for (std::size_t k = 1; k <= 3; k++) {
                value = value * 8 + (text[i + k] - '0');
            }
            result += static_cast<char>(value);
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

// The second word of each line, in the order of mounting.
std::vector<std::string> mount_points(std::string_view mounts) {
    std::vector<std::string> points;
    while (!mounts.empty()) {
        const std::string_view line = mounts.substr(0, mounts.find('\n'));
        mounts.remove_prefix(std::min(line.size() + 1, mounts.size()));
        const std::size_t start = line.find(' ');
        if (start == std::string_view::npos) {
            continue;
        }
        const std::string_view rest = line.substr(start + 1);
        points.push_back(unescape(rest.substr(0, rest.find(' '))));
    }
    return points;
}

}  // namespace

// A step of the halt. When no device has said anything for too long the vCPU ends, and with it all
// that still waits. A slow disk is not given up as long as it answers.
long Machine::Impl::halting_request(lkl_request request_kind, long number,
                                    const std::array<long, 6>& arguments) {
    Vcpu::Duration patience = options_.halt_timeout;
    if (request_kind == LKL_REQUEST_QUIESCE) {
        patience += kQuiesce;
    }
    return request(request_kind, number, arguments, patience);
}

// Last mounted, first unmounted. What is busy is left to the kernel's half, which makes it
// read-only.
long Machine::Impl::unmount_all() {
    const auto syscall = [this](long number, const std::array<long, 6>& arguments) {
        return halting_request(LKL_REQUEST_SYSCALL, number, arguments);
    };
    syscall(kNrSync, {});
    const long fd = syscall(kNrOpenat, {kAtFdcwd, address("/proc/mounts"), 0, 0, 0, 0});
    if (fd < 0) {
        return 0;
    }
    std::string mounts;
    std::array<char, 4096> buffer{};
    long n = 0;
    while ((n = syscall(kNrRead, {fd, address(buffer.data()), buffer.size(), 0, 0, 0})) > 0) {
        mounts.append(buffer.data(), static_cast<std::size_t>(n));
    }
    syscall(kNrClose, {fd});
    long result = 0;
    const std::vector<std::string> points = mount_points(mounts);
    for (auto point = points.rbegin(); point != points.rend(); ++point) {
        if (*point == "/") {
            continue;
        }
        const long rc = syscall(kNrUmount2, {address(point->c_str()), 0, 0, 0, 0, 0});
        if (rc != 0 && rc != -EBUSY && rc != -EINVAL) {
            result = rc;
        }
    }
    return result;
}

long Machine::Impl::halt() {
    if (calling()) {
        return -EDEADLK;
    }
    const std::scoped_lock lock(halt_mutex_);
    if (halted_) {
        return halt_result_;
    }
    halted_ = true;
    vcpu_->refuse_calls(&mailbox());
    if (ending() == Ending::none) {
        // A call that cannot be interrupted is left behind, and released at the end.
        halting_request(LKL_REQUEST_QUIESCE, 0, {kQuiesce.count(), 0, 0, 0, 0, 0});
        halt_result_ = unmount_all();
        const long rc = halting_request(LKL_REQUEST_HALT, 0, {});
        if (rc == -ESHUTDOWN) {
            halt_result_ = -ETIMEDOUT;  // it had ended before it was asked to
        } else if (halt_result_ == 0) {
            halt_result_ = rc;
        }
    }
    if (ending() == Ending::panicked) {
        halt_result_ = -ENOTRECOVERABLE;
    }
    vcpu_->end(Ending::halted);
    vcpu_->stop_helper();
    bus_.unplug_all();
    return halt_result_;
}

}  // namespace lkl
