// SPDX-License-Identifier: GPL-2.0
#include "fs/report.hh"

#include "fs/entry_text.hh"
#include "fs/linux_errno.hh"

namespace lkl::fs {
namespace {

std::string_view loss_name(Loss loss) {
    switch (loss) {
        case Loss::owner:
            return "the owner was not kept";
        case Loss::mode:
            return "permission bits were not kept";
        case Loss::times:
            return "times were not kept";
        case Loss::time_precision:
            return "times were rounded";
        case Loss::attributes:
            return "extended attributes were not kept";
        case Loss::security:
            return "security attributes (labels, capabilities) were not kept";
        case Loss::sockets:
            return "a socket was left out";
        case Loss::links:
            return "hard links became separate files";
    }
    return "something was not kept";
}

}  // namespace

void Report::add_error(const Error& error) {
    errors_.fetch_add(1, std::memory_order_relaxed);
    const int number = error.linux_errno();
    if (error.is_kernel() &&
        (number == errno_value::shut_down || number == errno_value::not_recoverable)) {
        kernel_gone_ = true;
    }
    if (options_.error_line) {
        options_.error_line(printable(error.message()));
    }
}

void Report::add_loss(Loss loss, const Error& example) {
    const std::lock_guard lock(mutex_);
    LossRecord& record = losses_[static_cast<std::size_t>(loss)];
    if (record.count++ == 0) {
        record.example = printable(example.message());
    }
}

void Report::done(std::string_view path) {
    if (options_.path_line) {
        options_.path_line(printable(path));
    }
}

std::uint64_t Report::loss_count(Loss loss) const {
    const std::lock_guard lock(mutex_);
    return losses_[static_cast<std::size_t>(loss)].count;
}

std::vector<std::string> Report::losses() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < kLossCount; ++i) {
        const LossRecord& record = losses_[i];
        if (record.count == 0) {
            continue;
        }
        std::string line(loss_name(static_cast<Loss>(i)));
        line += record.count == 1
                    ? " for 1 entry ("
                    : " for " + std::to_string(record.count) + " entries (the first: ";
        line += record.example + ")";
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace lkl::fs
