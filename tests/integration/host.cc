// SPDX-License-Identifier: GPL-2.0
#include "host.hh"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "block/file_backend.hh"

#if defined(__SANITIZE_THREAD__)
// A child of a fork has threads here: the instance's helper. The parent's are no leak of the child;
// Lifecycle counts threads itself.
extern "C" const char* __tsan_default_options() {  // NOLINT: the sanitizer's name
    return "die_after_fork=0:report_thread_leaks=0";
}
#endif

namespace lkl::testing {
namespace {

std::size_t count_entries(const char* directory) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) {
        count++;
    }
    return count;
}

std::size_t status_value(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string word;
    std::size_t value = 0;
    while (status >> word) {
        if (word == name) {
            status >> value;
            break;
        }
    }
    return value;
}

}  // namespace

ProcessState process_state() {
    std::ifstream maps("/proc/self/maps");
    std::size_t mappings = 0;
    std::string line;
    while (std::getline(maps, line)) {
        mappings++;
    }
    return {.descriptors = count_entries("/proc/self/fd"),
            .threads = count_entries("/proc/self/task"),
            .mappings = mappings,
            .resident_kib = status_value("VmRSS:")};
}

std::vector<std::string> writable_and_executable() {
    std::ifstream maps("/proc/self/maps");
    std::vector<std::string> result;
    std::string line;
    while (std::getline(maps, line)) {
        const std::size_t access = line.find(' ') + 1;
        if (line.size() > access + 2 && line[access + 1] == 'w' && line[access + 2] == 'x') {
            result.push_back(line);
        }
    }
    return result;
}

int run_program(const std::vector<std::string>& arguments) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: posix_spawn's prototype
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (error != 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
        return -1;
    }
    return WEXITSTATUS(status);
}

void make_image(const std::string& path, const std::string& type, std::size_t mebibytes) {
    { std::ofstream create(path); }
    std::filesystem::resize_file(path, mebibytes << 20U);
    const std::string force = type == "btrfs" || type == "xfs" ? "-f" : "-F";
    const std::string program = "mkfs." + type;
    if (run_program({program, "-q", force, path}) != 0) {
        throw std::runtime_error("cannot run " + program);
    }
}

std::unique_ptr<BlockBackend> file_disk(const std::string& path) {
    auto backend = FileBackend::open(path);
    if (!backend) {
        throw std::runtime_error(backend.error().message());
    }
    return std::move(*backend);
}

bool fsck_ext4(const std::string& path) {
    return run_program({"e2fsck", "-fn", path}) == 0;
}

void check_in_child(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "in the child of the fork: %s does not hold (errno %s)\n", what,
                     std::strerror(errno));
        _exit(1);
    }
}

int in_child(const std::function<void()>& child) {
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid == 0) {
        constexpr unsigned kLongest = 60;
        alarm(kLongest);
        // A child that is meant to crash leaves no file behind.
        const rlimit no_core{};
        setrlimit(RLIMIT_CORE, &no_core);
        child();
        _exit(0);
    }
    int status = -1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        return -1;
    }
    return status;
}

}  // namespace lkl::testing
