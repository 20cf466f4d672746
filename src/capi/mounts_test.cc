// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>
#include <lkl/lkl_host_api.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "capi/testing/fake_boot.hh"

namespace lkl {
namespace {

std::string string_of(long argument) {
    return reinterpret_cast<const char*>(argument);
}

class MountsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        host_->put("/proc/self/mountinfo", "");
        host_->put("/dev/null", "");
        host_->script = [this](long number, const auto& a) -> std::optional<long> {
            switch (number) {
                case nr::mknodat:
                    if (exists(string_of(a[1]))) {
                        return -EEXIST;
                    }
                    host_->put(string_of(a[1]), "");  // devices want privileges
                    node_ = string_of(a[1]);
                    device_ = a[3];
                    return 0;
                case nr::mount:
                    mounted_ = string_of(a[0]) + " " + string_of(a[1]) + " " + string_of(a[2]);
                    return mount_answer_;
                case nr::umount2:
                    return unmount_answer_;
                default:
                    return std::nullopt;
            }
        };
    }

    [[nodiscard]] bool exists(const std::string& path) {
        return std::filesystem::exists(host_->root() + path);
    }

    testing::BootedHost host_;
    std::string mounted_;
    std::string node_;
    long device_ = 0;
    long mount_answer_ = 0;
    long unmount_answer_ = 0;
};

TEST_F(MountsTest, MountsADeviceUnderItsNumber) {
    std::array<char, 32> path{};
    ASSERT_EQ(lkl_mount_blkdev(0x10300, "ext4", 1, nullptr, path.data(), path.size()), 0)
        << lkl_last_error_message();
    EXPECT_STREQ(path.data(), "/mnt/00010300");
    EXPECT_EQ(mounted_, "/dev/00010300 /mnt/00010300 ext4");
    EXPECT_EQ(device_, 0x10300);
    ASSERT_EQ(lkl_umount_blkdev(0x10300, 0, 0), 0) << lkl_last_error_message();
    EXPECT_FALSE(exists("/mnt/00010300"));
    EXPECT_FALSE(exists("/dev/00010300"));
}

TEST_F(MountsTest, BusyStaysMounted) {
    std::array<char, 14> path{};
    ASSERT_EQ(lkl_mount_blkdev(0x801, "ext4", 0, "", path.data(), path.size()), 0);
    unmount_answer_ = -EBUSY;
    EXPECT_EQ(lkl_umount_blkdev(0x801, 0, -5), -EBUSY);
    EXPECT_STREQ(lkl_last_error_message(), "cannot unmount /mnt/00000801: Device or resource busy");
    EXPECT_TRUE(exists("/mnt/00000801"));
}

TEST_F(MountsTest, FailedMountLeavesNothing) {
    std::array<char, 32> path{};
    mount_answer_ = -EUCLEAN;
    EXPECT_EQ(lkl_mount_blkdev(0x801, "ext4", 0, nullptr, path.data(), path.size()), -EUCLEAN);
    EXPECT_FALSE(exists("/mnt/00000801"));
    EXPECT_FALSE(exists("/dev/00000801"));
    EXPECT_EQ(lkl_mount_blkdev(0x801, "ext4", 0, nullptr, path.data(), 13), -ENOMEM);
    EXPECT_EQ(lkl_mount_blkdev(0x801, "ext4", 0, nullptr, nullptr, 32), -ENOMEM);
    EXPECT_EQ(lkl_mount_dev(4711, 0, "ext4", 0, nullptr, path.data(), 32), -EINVAL);
    EXPECT_EQ(lkl_umount_dev(4711, 0, 0, 0), -EINVAL);
}

TEST_F(MountsTest, AFailedMountLeavesAnEarlierOneAlone) {
    std::array<char, 32> path{};
    ASSERT_EQ(lkl_mount_blkdev(0x801, "ext4", 0, nullptr, path.data(), path.size()), 0);
    mount_answer_ = -EBUSY;
    EXPECT_EQ(lkl_mount_blkdev(0x801, "xfs", 0, nullptr, path.data(), path.size()), -EBUSY);
    EXPECT_TRUE(exists("/dev/00000801"));
    EXPECT_TRUE(exists("/mnt/00000801"));
    EXPECT_EQ(lkl_umount_blkdev(0x801, 0, 0), 0) << lkl_last_error_message();
    EXPECT_FALSE(exists("/dev/00000801"));
}

TEST_F(MountsTest, TypesWithoutADevice) {
    std::string proc = "proc";
    EXPECT_EQ(lkl_mount_fs(proc.data()), 0);
    EXPECT_EQ(mounted_, "none /proc proc");
    mount_answer_ = -EBUSY;
    EXPECT_EQ(lkl_mount_fs(proc.data()), 1);
    mount_answer_ = -ENODEV;
    EXPECT_EQ(lkl_mount_fs(proc.data()), -ENODEV);
    std::string bad = "../x";
    EXPECT_EQ(lkl_mount_fs(bad.data()), -EINVAL);
    EXPECT_EQ(lkl_mount_fs(nullptr), -EINVAL);
}

TEST_F(MountsTest, UnmountsByPath) {
    std::string path = "/here";
    host_->put("/here/f", "");
    EXPECT_EQ(lkl_umount_timeout(path.data(), 0, 10), 0) << lkl_last_error_message();
    unmount_answer_ = -EINVAL;
    EXPECT_EQ(lkl_umount_timeout(path.data(), 0, 10), -EINVAL);
}

TEST_F(MountsTest, DeviceNumbersOfSysfs) {
    host_->put("/sys/dev", "8:1\n");
    std::uint32_t device = 0;
    EXPECT_EQ(lkl_encode_dev_from_sysfs("/sys/dev", &device), 0);
    EXPECT_EQ(device, 0x801U);
    EXPECT_EQ(lkl_encode_dev_from_sysfs("/sys/dev", nullptr), -EINVAL);
    EXPECT_EQ(lkl_encode_dev_from_sysfs("/sys/none", &device), -ENOENT);
}

TEST_F(MountsTest, KernelSettings) {
    host_->put("/proc/sys/net/ipv4/tcp_wmem", "old");
    host_->put("/proc/sys/net/ipv4/conf/eth0.1/mtu", "old");
    EXPECT_EQ(lkl_sysctl("net.ipv4.tcp_wmem", "1 2 3"), 0);
    EXPECT_EQ(lkl_sysctl("net/ipv4/conf/eth0.1/mtu", "9"), 0);
    EXPECT_EQ(lkl_sysctl("no.such", "9"), -ENOENT);
    lkl_sysctl_parse_write("net.ipv4.tcp_wmem=4 5;net/ipv4/conf/eth0.1/mtu=x");
    std::array<char, 8> text{};
    const std::string file = host_->root() + "/proc/sys/net/ipv4/tcp_wmem";
    std::FILE* stream = std::fopen(file.c_str(), "r");
    ASSERT_NE(stream, nullptr);
    EXPECT_NE(std::fgets(text.data(), text.size(), stream), nullptr);
    std::fclose(stream);
    EXPECT_EQ(std::string(text.data()).substr(0, 3), "4 5");
}

}  // namespace
}  // namespace lkl
