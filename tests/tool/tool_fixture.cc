// SPDX-License-Identifier: GPL-2.0
#include "tool_fixture.hh"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace lkl::tool_test {
namespace {

const std::vector<FileSystem> kFileSystems{
    {"ext2", "mkfs.ext2 -q -F -b 4096", "e2fsck -fn", 64, true},
    {"ext3", "mkfs.ext3 -q -F -b 4096", "e2fsck -fn", 64, true},
    {"ext4", "mkfs.ext4 -q -F -b 4096", "e2fsck -fn", 64, true},
    {"xfs", "mkfs.xfs -q -f", "xfs_repair -n", 300, true},
    {"btrfs", "mkfs.btrfs -q -f", "btrfs check --readonly", 256, true},
    {"f2fs", "mkfs.f2fs -q -f", "fsck.f2fs --dry-run", 128, true},
    {"vfat", "mkfs.vfat -F 32", "fsck.fat -n", 64, false},
    {"exfat", "mkfs.exfat", "fsck.exfat -n", 64, false},
    {"ntfs3", "mkfs.ntfs -q -F -Q", "ntfsfix -n", 64, false},
};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

// Nobody but root can give files away: the tools' warning about that is no fault for an ordinary
// user.
std::string without_owner_warnings(const std::string& errors) {
    if (::geteuid() == 0) {
        return errors;
    }
    std::istringstream lines(errors);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        if (line.find(": warning: the owner was not kept for ") == std::string::npos) {
            kept += line + "\n";
        }
    }
    return kept;
}

}  // namespace

std::string quote(const std::string& word) {
    std::string quoted = "'";
    for (const char byte : word) {
        quoted += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
    }
    return quoted + "'";
}

CommandResult run(const std::string& command) {
    const fs::testing::TemporaryDirectory captured;
    const std::string line = "PATH=$PATH:/usr/sbin:/sbin; { " + command + "\n} >" +
                             quote(captured.path("out")) + " 2>" + quote(captured.path("err"));
    const int status = std::system(line.c_str());
    CommandResult result;
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result.output = read_file(captured.path("out"));
    result.errors = read_file(captured.path("err"));
    return result;
}

bool has_program(const std::string& program) {
    return run("command -v " + program).exit_code == 0;
}

const std::vector<FileSystem>& file_systems() {
    return kFileSystems;
}

const FileSystem& file_system(const std::string& type) {
    return *std::find_if(kFileSystems.begin(), kFileSystems.end(),
                         [&](const FileSystem& one) { return type == one.type; });
}

std::string ToolTest::make_image(const std::string& type, const std::string& more_options,
                                 unsigned megabytes) {
    const FileSystem& made = file_system(type);
    const std::string image = path(type + ".img");
    std::filesystem::remove(image);
    std::ofstream(image).close();
    std::filesystem::resize_file(image,
                                 std::uintmax_t{megabytes != 0 ? megabytes : made.size} << 20);
    const auto result = run(std::string(made.mkfs) + " " + more_options + " " + quote(image));
    EXPECT_EQ(result.exit_code, 0) << made.mkfs << ": " << result.output << result.errors;
    return image;
}

void ToolTest::expect_clean(const std::string& type, const std::string& image) {
    const auto result = run(std::string(file_system(type).check) + " " + quote(image));
    EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
}

CommandResult ToolTest::tool(const std::string& name, const std::string& arguments) {
    return run(quote(std::string(LKL_TOOL_DIRECTORY) + "/" + name) + " " + arguments);
}

void ToolTest::expect_tool(const std::string& name, const std::string& arguments) {
    const auto result = tool(name, arguments);
    EXPECT_EQ(result.exit_code, 0) << name << " " << arguments << "\n" << result.errors;
    EXPECT_EQ(without_owner_warnings(result.errors), "") << name << " " << arguments;
    EXPECT_EQ(result.output, "") << name << " " << arguments;
}

std::string ToolTest::directory(const std::string& below) {
    std::filesystem::create_directories(path(below));
    return path(below);
}

}  // namespace lkl::tool_test
