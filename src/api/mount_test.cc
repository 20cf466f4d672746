// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include <cerrno>
#include <lkl/mount.hh>

#include "api/mounting.hh"
#include "api/testing/host_instance.hh"

namespace lkl {
namespace {

using Arguments = testing::HostInstance::Arguments;

std::string string_of(long argument) {
    return reinterpret_cast<const char*>(argument);
}

// A kernel that has ext4 and vfat, whose mount and umount2 the test answers.
class MountTest : public ::testing::Test {
  protected:
    void SetUp() override {
        host_->put("/proc/filesystems", "nodev\tsysfs\n\text4\nnodev\ttmpfs\n\tvfat\n");
        host_->put("/proc/self/mountinfo", "");
        host_->put("/dev/vda", "");
        host_->script = [this](long number, const Arguments& a) -> std::optional<long> {
            if (number == nr::mount) {
                mounts_.push_back(string_of(a[0]) + " " + string_of(a[1]) + " " + string_of(a[2]));
                flags_ = a[3];
                return mount_answer_(string_of(a[2]));
            }
            if (number == nr::umount2) {
                ++unmounts_;
                unmount_flags_ = a[1];
                return unmount_answer_();
            }
            if (number == nr::openat && string_of(a[1]) == "/dev/vda" &&
                (a[2] & open_flags::exclusive) != 0) {
                ++claims_;
                if (claim_answer_() != 0) {
                    return claim_answer_();
                }
            }
            return std::nullopt;
        };
    }

    std::shared_ptr<testing::HostInstance> host_ = std::make_shared<testing::HostInstance>();
    Kernel kernel_{host_};
    std::function<long(const std::string& type)> mount_answer_ = [](const auto&) { return 0; };
    std::function<long()> unmount_answer_ = [] { return 0; };
    std::function<long()> claim_answer_ = [] { return 0; };
    std::vector<std::string> mounts_;
    long flags_ = 0;
    long unmount_flags_ = 0;
    int unmounts_ = 0;
    int claims_ = 0;
};

TEST_F(MountTest, MountsAndUnmountsInItsOwnDirectory) {
    Mount::Options options;
    options.type = "ext4";
    options.flags = mount_flags::read_only;
    auto mount = Mount::mount(kernel_, "/dev/vda", options);
    ASSERT_TRUE(mount) << mount.error().message();
    EXPECT_EQ(mount->path(), "/mnt/vda");
    EXPECT_EQ(mounts_, std::vector<std::string>{"/dev/vda /mnt/vda ext4"});
    EXPECT_EQ(flags_, 1);
    EXPECT_TRUE(mount->root());
    ASSERT_TRUE(mount->unmount());
    EXPECT_EQ(unmounts_, 1);
    EXPECT_EQ(claims_, 1);
    EXPECT_FALSE(Dir::working(kernel_).exists("/mnt/vda").value());
    ASSERT_TRUE(mount->unmount());
    EXPECT_EQ(unmounts_, 1);
}

TEST_F(MountTest, SecondMountOfADeviceGetsADirectoryOfItsOwn) {
    Mount::Options options;
    options.type = "ext4";
    auto first = Mount::mount(kernel_, "/dev/vda", options);
    auto second = Mount::mount(kernel_, "/dev/vda", options);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(second->path(), "/mnt/vda.1");
}

TEST_F(MountTest, ProbesTheTypesThatWantADevice) {
    mount_answer_ = [](const auto& type) { return type == "vfat" ? 0 : -EINVAL; };
    auto mount = Mount::mount(kernel_, "/dev/vda", {});
    ASSERT_TRUE(mount);
    EXPECT_EQ(mount->type(), "vfat");
    EXPECT_EQ(mounts_.size(), 2U);
}

TEST_F(MountTest, ProbingTellsTheMostTellingError) {
    mount_answer_ = [](const auto& type) { return type == "ext4" ? -EUCLEAN : -EINVAL; };
    EXPECT_EQ(Mount::mount(kernel_, "/dev/vda", {}).error().linux_errno(), EUCLEAN);
    mount_answer_ = [](const auto&) { return -EINVAL; };
    EXPECT_EQ(Mount::mount(kernel_, "/dev/vda", {}).error().message(),
              "cannot mount /dev/vda as any of: ext4, vfat: Invalid argument");
}

TEST_F(MountTest, FailedMountLeavesNoDirectory) {
    mount_answer_ = [](const auto&) { return -EIO; };
    Mount::Options options;
    options.type = "ext4";
    EXPECT_EQ(Mount::mount(kernel_, "/dev/vda", options).error().message(),
              "cannot mount /dev/vda as ext4 on /mnt/vda: Input/output error");
    EXPECT_FALSE(Dir::working(kernel_).exists("/mnt/vda").value());
}

TEST_F(MountTest, BusyUnmountIsRetriedAndThenTold) {
    Mount::Options options;
    options.type = "ext4";
    auto mount = Mount::mount(kernel_, "/dev/vda", options);
    ASSERT_TRUE(mount);
    unmount_answer_ = [] { return -EBUSY; };
    EXPECT_EQ(mount->unmount(std::chrono::milliseconds(0)).error().linux_errno(), EBUSY);
    EXPECT_TRUE(Dir::working(kernel_).exists("/mnt/vda").value());
    unmount_answer_ = [this] { return unmounts_ < 5 ? -EBUSY : 0; };
    EXPECT_TRUE(mount->unmount());
    EXPECT_EQ(unmounts_, 5);
}

TEST_F(MountTest, WaitsUntilTheDeviceIsReleased) {
    Mount::Options options;
    options.type = "ext4";
    auto mount = Mount::mount(kernel_, "/dev/vda", options);
    ASSERT_TRUE(mount);
    claim_answer_ = [this] { return claims_ < 3 ? -EBUSY : 0; };
    ASSERT_TRUE(mount->unmount());
    EXPECT_EQ(claims_, 3);
}

TEST_F(MountTest, DeviceMountedElsewhereIsNotWaitedFor) {
    Mount::Options options;
    options.type = "ext4";
    auto mount = Mount::mount(kernel_, "/dev/vda", options);
    ASSERT_TRUE(mount);
    host_->put("/proc/self/mountinfo", "22 1 254:0 / /other rw - ext4 /dev/vda rw\n");
    claim_answer_ = [] { return -EBUSY; };
    EXPECT_TRUE(mount->unmount());
    EXPECT_EQ(claims_, 1);
}

TEST_F(MountTest, WriteErrorIsToldAlthoughItUnmounts) {
    Mount::Options options;
    options.type = "ext4";
    auto mount = Mount::mount(kernel_, "/dev/vda", options);
    ASSERT_TRUE(mount);
    auto inner = host_->script;
    host_->script = [inner](long number, const Arguments& a) -> std::optional<long> {
        return number == nr::syncfs ? std::optional<long>(-EIO) : inner(number, a);
    };
    EXPECT_EQ(mount->unmount().error().linux_errno(), EIO);
    EXPECT_EQ(unmounts_, 1);
    EXPECT_TRUE(mount->unmount());
    EXPECT_EQ(unmounts_, 1);
}

TEST_F(MountTest, DestructorDetachesWhatIsBusy) {
    unmount_answer_ = [this] { return unmount_flags_ == 2 ? 0 : -EBUSY; };
    {
        Mount::Options options;
        options.type = "ext4";
        auto mount = Mount::mount(kernel_, "/dev/vda", options);
        ASSERT_TRUE(mount);
    }
    EXPECT_EQ(unmounts_, 2);
    EXPECT_EQ(unmount_flags_, 2);
}

TEST(MountinfoTest, FindsSourcesWithEscapes) {
    const std::string text =
        "21 1 0:20 / /proc rw,nosuid shared:1 - proc proc rw\n"
        "22 1 254:1 / /mnt/a rw - ext4 /dev/my\\040disk rw\n"
        "garbage\n";
    EXPECT_TRUE(detail::is_mounted(text, "/dev/my disk"));
    EXPECT_TRUE(detail::is_mounted(text, "proc"));
    EXPECT_FALSE(detail::is_mounted(text, "/dev/my"));
    EXPECT_FALSE(detail::is_mounted("", ""));
    EXPECT_EQ(detail::source_of(text, 22), "/dev/my disk");
    EXPECT_EQ(detail::source_of(text, 2), "");
}

TEST(DeviceTypesTest, LeavesOutWhatWantsNoDevice) {
    EXPECT_EQ(detail::device_types("nodev\tsysfs\n\text4\n\n\txfs\n"),
              (std::vector<std::string>{"ext4", "xfs"}));
}

}  // namespace
}  // namespace lkl
