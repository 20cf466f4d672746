// SPDX-License-Identifier: GPL-2.0
#include "lklfuse/host_mount.hh"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "lklfuse/operations.hh"

namespace lkl::tools {
namespace {

bool has(const std::vector<std::string>& options, const std::string& start) {
    return std::any_of(options.begin(), options.end(), [&](const std::string& option) {
        return option.compare(0, start.size(), start) == 0;
    });
}

// The value of -o: the user's options for FUSE, and ours.
std::string option_list(const FuseOptions& options) {
    std::vector<std::string> list = options.fuse;
    if (!has(list, "fsname=")) {
        std::error_code ignored;
        const std::string& path = options.job.image.path;
        const auto absolute = std::filesystem::canonical(path, ignored);
        list.push_back("fsname=" + (ignored ? path : absolute.string()));
    }
    if (!has(list, "subtype=")) {
        list.emplace_back("subtype=lklfuse");
    }
    if (options.read_only) {
        list.emplace_back("ro");
    }
    if (options.permissions && !has(list, "default_permissions")) {
        list.emplace_back("default_permissions");
    }
    char* joined = nullptr;
    for (const std::string& option : list) {
        ::fuse_opt_add_opt_escaped(&joined, option.c_str());
    }
    std::string text = joined;
    std::free(joined);  // libfuse's, by malloc()
    return text;
}

}  // namespace

void HostMount::SessionEnd::operator()(fuse_session* session) const {
    ::fuse_session_unmount(session);  // looks first whether it is still mounted
    ::fuse_session_destroy(session);
}

Result<HostMount> HostMount::mount(const FuseOptions& options) {
    std::string program = options.job.program;
    std::string flag = "-o";
    std::string list = option_list(options);
    char* words[] = {program.data(), flag.data(), list.data(), nullptr};
    fuse_args arguments = FUSE_ARGS_INIT(3, &words[0]);
    // No requests are answered here.
    const fuse_lowlevel_ops none{};
    HostMount mount(options.mount_point);
    mount.session_.reset(::fuse_session_new(&arguments, &none, sizeof(none), nullptr));
    ::fuse_opt_free_args(&arguments);
    if (mount.session_ == nullptr) {
        return Error::other("FUSE does not know these options, see above", "mount with",
                            "-o " + list);
    }
    if (::fuse_session_mount(mount.session_.get(), options.mount_point.c_str()) != 0) {
        ::fuse_session_destroy(mount.session_.release());
        return Error::other("FUSE refused it, see above", "mount on", options.mount_point);
    }
    return mount;
}

int HostMount::connection() const {
    return ::fuse_session_fd(session_.get());
}

pid_t HostMount::start_flush() const {
    const pid_t process = ::fork();
    if (process == 0) {
        // Or the connection would live as long as this process, which may wait for its end.
        ::close(connection());
        const int root = ::open(mount_point_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ::_exit(root >= 0 && ::syncfs(root) == 0 ? 0 : 1);
    }
    return process;
}

void HostMount::unmount() {
    ::fuse_session_unmount(session_.get());
}

}  // namespace lkl::tools
