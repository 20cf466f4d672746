// SPDX-License-Identifier: GPL-2.0
#include "programs.hh"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>

#include "block/testing/temporary.hh"

namespace lkl::testing {
namespace {

std::string package_of(const std::string& program) {
    static const std::map<std::string, std::string> kPackages = {
        {"mke2fs", "e2fsprogs"},       {"e2fsck", "e2fsprogs"},
        {"mkfs.xfs", "xfsprogs"},      {"xfs_repair", "xfsprogs"},
        {"mkfs.btrfs", "btrfs-progs"}, {"btrfs", "btrfs-progs"},
        {"mkfs.f2fs", "f2fs-tools"},   {"sload.f2fs", "f2fs-tools"},
        {"fsck.f2fs", "f2fs-tools"},   {"mkfs.vfat", "dosfstools"},
        {"fsck.vfat", "dosfstools"},   {"mcopy", "mtools"},
        {"mkfs.exfat", "exfatprogs"},  {"fsck.exfat", "exfatprogs"},
        {"mkntfs", "ntfs-3g"},         {"ntfscp", "ntfs-3g"},
        {"ntfsfix", "ntfs-3g"},        {"mksquashfs", "squashfs-tools"},
        {"mkfs.erofs", "erofs-utils"}, {"fsck.erofs", "erofs-utils"},
        {"xorriso", "xorriso"},        {"genisoimage", "genisoimage"},
        {"mkudffs", "udftools"},       {"udfinfo", "udftools"},
    };
    const auto found = kPackages.find(program);
    return found == kPackages.end() ? "one that has it" : found->second;
}

std::string find_program(const std::string& program) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(std::string(path == nullptr ? "" : path) +
                               ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin");
    std::string folder;
    while (std::getline(folders, folder, ':')) {
        const std::string file = folder + "/" + program;
        if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) {
            return file;
        }
    }
    throw std::runtime_error(program + " is not installed: the tests need Debian's package " +
                             package_of(program) + " (scripts/install_packages.sh test)");
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Outcome run(const Command& command) {
    const std::string program = find_program(command.at(0));
    const TemporaryFolder folder;
    const std::string output = folder.file("output");
    std::vector<char*> argv;
    argv.reserve(command.size() + 1);
    for (const std::string& argument : command) {
        argv.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: posix_spawn's prototype
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    // Names are UTF-8 and messages English wherever the test runs.
    std::string locale = "LC_ALL=C.UTF-8";
    std::vector<char*> environment = {locale.data()};
    for (char** variable = environ; *variable != nullptr; variable++) {
        if (std::strncmp(*variable, "LC_ALL=", 7) != 0) {
            environment.push_back(*variable);
        }
    }
    environment.push_back(nullptr);
    pid_t pid = 0;
    const int error =
        posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error("cannot run " + program + ": " + std::strerror(error));
    }
    int status = 0;
    while (waitpid(pid, &status, 0) != pid) {
        if (errno != EINTR) {
            throw std::runtime_error("cannot wait for " + program + ": " + std::strerror(errno));
        }
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(output)};
}

std::string must_run(const Command& command) {
    Outcome outcome = run(command);
    if (outcome.status != 0) {
        std::string line;
        for (const std::string& argument : command) {
            line += argument + " ";
        }
        throw std::runtime_error(line + "ended with " + std::to_string(outcome.status) + ":\n" +
                                 outcome.output);
    }
    return std::move(outcome.output);
}

}  // namespace lkl::testing
