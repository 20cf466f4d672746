// SPDX-License-Identifier: GPL-2.0
#include "rich_tree.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "fs/test_tree.hh"
#include "tool_fixture.hh"

namespace lkl::tool_test {
namespace {

namespace stdfs = std::filesystem;

void write(const std::string& path, const std::string& content, mode_t mode = 0644) {
    std::ofstream file(path, std::ios::binary);
    file << content;
    file.close();
    ASSERT_TRUE(file.good()) << path;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}

void set_times(const std::string& path, time_t seconds, long nanoseconds) {
    const timespec times[2] = {{seconds + 1, nanoseconds}, {seconds, nanoseconds}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0) << path;
}

// A file of 8 MiB with data at the start, in the middle and nowhere else.
void make_sparse(const std::string& path) {
    write(path, "start of a sparse file");
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const std::string middle(5000, 'm');
    ASSERT_EQ(::pwrite(fd, middle.data(), middle.size(), 4 << 20), 5000);
    ASSERT_EQ(::ftruncate(fd, 8 << 20), 0);
    ::close(fd);
}

void make_socket(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path.size(), sizeof(address.sun_path));
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ::close(fd);
}

void make_attributes(const std::string& root) {
    write(root + "/with attributes", "x");
    const std::string file = root + "/with attributes";
    ASSERT_EQ(::setxattr(file.c_str(), "user.binary", "a\0b\xff", 4, 0), 0);
    ASSERT_EQ(::setxattr(file.c_str(), "user.empty", "", 0, 0), 0);
    const std::string large(2000, 'v');
    ASSERT_EQ(::setxattr(file.c_str(), "user.large", large.data(), large.size(), 0), 0);
    stdfs::create_directory(root + "/attribute directory");
    ASSERT_EQ(::setxattr((root + "/attribute directory").c_str(), "user.d", "1", 1, 0), 0);
    if (has_program("setfacl")) {
        write(root + "/with acl", "x", 0640);
        const auto acl = run("setfacl -m u:1234:r--,g:55:rw-,m::rw- " + quote(root + "/with acl") +
                             " && setfacl -d -m u:7:rwx " + quote(root + "/attribute directory"));
        EXPECT_EQ(acl.exit_code, 0) << acl.errors;
    }
}

void make_what_needs_root(const std::string& root) {
    write(root + "/owned", "x", 0640);
    ASSERT_EQ(::chown((root + "/owned").c_str(), 1234, 5678), 0);
    write(root + "/set-id", "x");
    ASSERT_EQ(::chown((root + "/set-id").c_str(), 100000, 200000), 0);
    ASSERT_EQ(::chmod((root + "/set-id").c_str(), 06751), 0);
    stdfs::create_symlink("owned", root + "/owned link");
    ASSERT_EQ(::lchown((root + "/owned link").c_str(), 12, 34), 0);
    ASSERT_EQ(::mknod((root + "/null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
    ASSERT_EQ(::mknod((root + "/disk").c_str(), S_IFBLK | 0660, makedev(259, 200000)), 0);
    ASSERT_EQ(::setxattr((root + "/owned").c_str(), "trusted.key", "t", 1, 0), 0);
    // cap_net_raw+ep, revision 2
    const char capability[20] = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0};
    write(root + "/capable", "x", 0755);
    ASSERT_EQ(::setxattr((root + "/capable").c_str(), "security.capability", capability,
                         sizeof(capability), 0),
              0);
}

}  // namespace

void make_rich_tree(const std::string& root) {
    stdfs::create_directories(root + "/deep/er/and/deeper");
    write(root + "/plain", "hello\n");
    write(root + "/empty", "", 0600);
    write(root + "/large", std::string(3 << 20, 'L') + "end", 0755);
    write(root + "/deep/er/and/deeper/leaf", "leaf", 0400);
    write(root + "/" + std::string(255, 'n'), "longest name");
    write(root + "/bytes \x01\xfe\xff\n'\"\\", "any bytes");
    write(root + "/gr\xc3\xbc\xc3\x9f", "UTF-8");
    stdfs::create_hard_link(root + "/plain", root + "/deep/second name");
    stdfs::create_hard_link(root + "/plain", root + "/a third");
    stdfs::create_symlink("deep/er", root + "/link");
    stdfs::create_symlink("/no/such/place", root + "/dangling");
    stdfs::create_symlink(std::string(1000, 't'), root + "/long link");
    make_sparse(root + "/sparse");
    write(root + "/only a hole", "");
    ASSERT_EQ(::truncate((root + "/only a hole").c_str(), 1 << 20), 0);
    ASSERT_EQ(::mkfifo((root + "/fifo").c_str(), 0640), 0);
    make_socket(root + "/socket");
    stdfs::create_directory(root + "/sticky");
    ASSERT_EQ(::chmod((root + "/sticky").c_str(), 01777), 0);
    stdfs::create_directory(root + "/set-gid");
    make_attributes(root);
    if (::geteuid() == 0) {
        make_what_needs_root(root);
        ASSERT_EQ(::chown((root + "/set-gid").c_str(), 0, 77), 0);
    }
    ASSERT_EQ(::chmod((root + "/set-gid").c_str(), 02775), 0);
    write(root + "/set-gid/inside", "x");
    set_times(root + "/plain", 1234567890, 123456789);
    set_times(root + "/link", 1111111111, 987654321);
    set_times(root + "/fifo", 86400, 1);
    set_times(root + "/deep/er", 2000000000, 999999999);
    stdfs::create_directory(root + "/shut");
    write(root + "/shut/inside", "x");
    set_times(root + "/shut", 1000000000, 5);
    ASSERT_EQ(::chmod((root + "/shut").c_str(), 0555), 0);
}

void make_plain_tree(const std::string& root) {
    stdfs::create_directories(root + "/Folder/Another Folder");
    write(root + "/File.txt", "hello\r\n", 0755);
    write(root + "/empty", "", 0755);
    write(root + "/a rather long name with blanks.data", std::string(100000, 'd'), 0755);
    write(root + "/Folder/Another Folder/leaf", "leaf", 0755);
    for (const auto& entry : stdfs::recursive_directory_iterator(root)) {
        set_times(entry.path(), 1234567890, 0);
    }
    set_times(root, 1234567890, 0);
}

void make_many_files(const std::string& root, int count) {
    constexpr int kInDirectory = 50;
    for (int i = 0; i < count; ++i) {
        const std::string directory = root + "/d" + std::to_string(i / kInDirectory);
        if (i % kInDirectory == 0) {
            stdfs::create_directories(directory);
        }
        const std::string text = "file " + std::to_string(i) + "\n";
        write(directory + "/f" + std::to_string(i),
              text + std::string(static_cast<std::size_t>(i % 97) * 50, 'x'));
    }
}

std::vector<std::string> describe_by_loop_mount(const std::string& image, const std::string& type,
                                                const std::string& mount_point,
                                                const std::string& below) {
    stdfs::create_directories(mount_point);
    const auto mounted =
        run("mount -t " + type + " -o loop,ro " + quote(image) + " " + quote(mount_point));
    if (mounted.exit_code != 0) {
        return {};
    }
    auto lines = fs::testing::describe_tree(mount_point + "/" + below);
    EXPECT_EQ(run("umount " + quote(mount_point)).exit_code, 0);
    return lines;
}

}  // namespace lkl::tool_test
