// SPDX-License-Identifier: GPL-2.0
#include "api/mounting.hh"

#include <algorithm>
#include <optional>
#include <thread>

#include "api/calls.hh"
#include "api/text.hh"

namespace lkl::detail {
namespace {

constexpr unsigned long kSilent = 32768;  // MS_SILENT: no kernel message while probing
constexpr int kDetach = 2;                // MNT_DETACH
constexpr int kBusy = 16;
constexpr int kExists = 17;
constexpr std::chrono::milliseconds kPause(2);

std::string describe(const MountRequest& request) {
    return request.source + " as " + request.type + " on " + request.target;
}

// Calls `attempt` until it does not say EBUSY, or the deadline has passed; at least once.
template <typename Attempt>
Result<void> while_busy(std::chrono::steady_clock::time_point deadline, Attempt attempt) {
    for (;;) {
        Result<void> result = attempt();
        if (result || result.error().linux_errno() != kBusy ||
            std::chrono::steady_clock::now() >= deadline) {
            return result;
        }
        std::this_thread::sleep_for(kPause);
    }
}

// syncfs reports the write errors that nobody has seen (errseq), also from before this open.
Result<void> write_back(const Dir& tree, const std::string& path) {
    LKL_TRY(File root, tree.open_file(path, open_flags::read_only | open_flags::directory |
                                                open_flags::close_on_exec));
    return root.sync_file_system();
}

// An exclusive open succeeds only when the file system has let the device go; its fsync sends
// what the last writes of the unmount left in the device's cache and tells their errors.
Result<void> wait_for_release(const Dir& tree, const std::string& device,
                              std::chrono::steady_clock::time_point deadline) {
    std::optional<File> file;
    Result<void> opened = while_busy(deadline, [&]() -> Result<void> {
        auto attempt = tree.open_file(
            device, open_flags::read_only | open_flags::exclusive | open_flags::close_on_exec);
        if (attempt) {
            file = std::move(*attempt);
            return {};
        }
        if (attempt.error().linux_errno() == kBusy) {
            LKL_TRY(const std::string mounts, read_text(tree, "/proc/self/mountinfo"));
            if (is_mounted(mounts, device)) {
                return {};  // elsewhere too: it is that mount's now
            }
        }
        return std::move(attempt).error();
    });
    if (!opened) {
        return opened;
    }
    return file ? file->sync() : Result<void>();
}

// Fields of /proc/self/mountinfo write blanks, tabs, newlines and backslashes as \ooo.
std::string unescape(std::string_view field) {
    constexpr std::size_t kDigits = 3;
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + kDigits < field.size()) {
            int value = 0;
            for (std::size_t digit = 1; digit <= kDigits; ++digit) {
                value = value * 8 + (field[i + digit] - '0');
            }
            text.push_back(static_cast<char>(value));
            i += kDigits;
        } else {
            text.push_back(field[i]);
        }
    }
    return text;
}

struct MountLine {
    std::string id;
    std::string source;
};

// "ID PARENT MAJ:MIN ROOT PATH OPTIONS [FIELDS...] - TYPE SOURCE SUPER-OPTIONS"
std::vector<MountLine> parse_mountinfo(const std::string& mountinfo) {
    std::vector<MountLine> lines;
    for (const std::string_view line : split(mountinfo, '\n')) {
        const auto fields = split(line, ' ');
        const auto dash = std::find(fields.begin(), fields.end(), "-");
        if (fields.end() - dash > 2) {
            lines.push_back({std::string(fields.front()), unescape(dash[2])});
        }
    }
    return lines;
}

}  // namespace

Result<void> mount_one(const Dir& tree, const MountRequest& request) {
    for (const std::string* text :
         {&request.source, &request.target, &request.type, &request.options}) {
        if (has_nul(*text)) {
            return Error::kernel(kEinval, "mount", describe(request));
        }
    }
    const long value = tree.descriptor().raw(
        nr::mount, request.source.c_str(), request.target.c_str(), request.type.c_str(),
        request.flags, request.options.empty() ? nullptr : request.options.c_str());
    if (value < 0) {
        return Error::kernel(value, "mount", describe(request));
    }
    return {};
}

std::vector<std::string> device_types(const std::string& proc_filesystems) {
    std::vector<std::string> types;
    for (const std::string_view line : split(proc_filesystems, '\n')) {
        if (line.front() == '\t') {
            types.emplace_back(line.substr(1));
        }
    }
    return types;
}

Result<std::string> mount_any(const Dir& tree, MountRequest request) {
    LKL_TRY(const std::string list, read_text(tree, "/proc/filesystems"));
    request.flags |= kSilent;
    std::optional<Error> telling;
    std::string tried;
    for (const std::string& type : device_types(list)) {
        request.type = type;
        auto mounted = mount_one(tree, request);
        if (mounted) {
            return type;
        }
        tried += (tried.empty() ? "" : ", ") + type;
        if (mounted.error().linux_errno() != kEinval && !telling) {
            telling = mounted.error();
        }
    }
    if (telling) {
        return *telling;
    }
    return Error::kernel(kEinval, "mount",
                         request.source + " as any of: " + (tried.empty() ? "nothing" : tried));
}

Result<std::string> make_mount_point(const Dir& tree, const std::string& device) {
    LKL_TRY_VOID(tree.make_dirs("/mnt", 0755));
    const std::string base = "/mnt/" + device.substr(device.rfind('/') + 1);
    std::string path = base;
    for (unsigned suffix = 1;; ++suffix) {
        auto made = tree.make_dir(path, 0700);
        if (made) {
            return path;
        }
        if (made.error().linux_errno() != kExists) {
            return std::move(made).error();
        }
        path = base + "." + std::to_string(suffix);
    }
}

Unmounted unmount(const Dir& tree, const std::string& path, const std::string& device, int flags,
                  std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    Result<void> written = write_back(tree, path);
    Result<void> result = while_busy(deadline, [&]() -> Result<void> {
        const long value = tree.descriptor().raw(nr::umount2, path.c_str(), flags);
        if (value < 0) {
            return Error::kernel(value, "unmount", path);
        }
        return {};
    });
    const bool gone = result.has_value();
    if (gone && device.rfind("/dev/", 0) == 0 && (flags & kDetach) == 0) {
        result = wait_for_release(tree, device, deadline);
    }
    if (gone && !written) {
        result = std::move(written);
    }
    return {gone, std::move(result)};
}

Result<std::string> mount_source(const Dir& tree, const std::string& path) {
    LKL_TRY(const FileStatus status, tree.status(path, Follow::yes));
    LKL_TRY(const std::string mountinfo, read_text(tree, "/proc/self/mountinfo"));
    return source_of(mountinfo, status.mount_id);
}

std::string source_of(const std::string& mountinfo, std::uint64_t mount_id) {
    const std::string id = std::to_string(mount_id);
    for (const MountLine& line : parse_mountinfo(mountinfo)) {
        if (line.id == id) {
            return line.source;
        }
    }
    return {};
}

bool is_mounted(const std::string& mountinfo, const std::string& source) {
    const auto lines = parse_mountinfo(mountinfo);
    return std::any_of(lines.begin(), lines.end(),
                       [&](const MountLine& line) { return line.source == source; });
}

}  // namespace lkl::detail
