// SPDX-License-Identifier: GPL-2.0
#include "fuse_mount.hh"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "tool_fixture.hh"

namespace lkl::tool_test {

FuseMount::FuseMount(const std::string& image, std::string mount_point,
                     const std::vector<std::string>& options, uid_t user)
    : mount_point_(std::move(mount_point)) {
    std::vector<std::string> words{LKL_TOOL_DIRECTORY "/lklfuse", "-f"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(image);
    words.push_back(mount_point_);
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    error_file_ = ::memfd_create("errors", MFD_CLOEXEC);
    // Opened before: another user may not be allowed to look into the build's folder.
    const int program = ::open(arguments[0], O_RDONLY | O_CLOEXEC);
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(error_file_, STDERR_FILENO);
        if (user != 0 &&
            (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0)) {
            ::_exit(126);
        }
        ::fexecve(program, arguments.data(), environ);
        ::_exit(127);
    }
    ::close(program);
}

FuseMount::~FuseMount() {
    if (process_ > 0) {
        ::kill(process_, SIGTERM);
        finish();
    }
    ::close(error_file_);
}

bool FuseMount::wait_for_mount() {
    for (int i = 0; i < 6000; ++i) {
        if (is_mounted(mount_point_)) {
            return true;
        }
        siginfo_t ended{};
        if (::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) !=
                0 ||
            ended.si_pid != 0) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

int FuseMount::unmount() {
    const auto unmounted = run("fusermount3 -u " + quote(mount_point_));
    EXPECT_EQ(unmounted.exit_code, 0) << unmounted.errors;
    return finish();
}

int FuseMount::finish() {
    int status = 0;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    process_ = -1;
    EXPECT_FALSE(is_mounted(mount_point_));
    std::array<char, 4096> buffer{};
    for (ssize_t size = 1; size > 0;) {
        size =
            ::pread(error_file_, buffer.data(), buffer.size(), static_cast<off_t>(errors_.size()));
        errors_.append(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

pid_t FuseMount::worker() const {
    const std::string process = std::to_string(process_);
    std::ifstream children("/proc/" + process + "/task/" + process + "/children");
    pid_t worker = -1;
    children >> worker;
    return worker;
}

bool is_mounted(const std::string& mount_point) {
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(" " + mount_point + " ") != std::string::npos) {
            return true;
        }
    }
    return false;
}

std::string fuse_is_missing() {
    const int fd = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return "/dev/fuse cannot be opened here";
    }
    ::close(fd);
    // What the scripts install may not be missing.
    EXPECT_TRUE(has_program("fusermount3")) << "install the package fuse3";
    return "";
}

}  // namespace lkl::tool_test
