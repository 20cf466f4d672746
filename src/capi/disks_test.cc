// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <lkl/lkl_host_api.h>
#include <lkl/lkl_host_ops.h>
#include <unistd.h>

#include <cerrno>
#include <lkl/types.hh>

#include "base/unique_fd.hh"
#include "capi/testing/fake_boot.hh"

namespace lkl {
namespace {

using testing::BootedHost;
using testing::HostInstance;

// A sysfs that shows the first two virtio devices as vda and vdb.
void put_sysfs(const HostInstance& host) {
    for (const auto& [device, disk, minor] :
         {std::tuple{"virtio0", "vda", "0"}, {"virtio1", "vdb", "16"}}) {
        const std::string number = "254:" + std::string(minor) + "\n";
        host.put(std::string("/sys/bus/virtio/devices/") + device + "/block/" + disk + "/dev",
                 number);
        host.put(std::string("/sys/class/block/") + disk + "/dev", number);
        host.put(std::string("/sys/class/block/") + disk + "/size", "2048\n");
    }
}

class DisksTest : public ::testing::Test {
  protected:
    lkl_disk make_disk() {
        lkl_disk disk{};
        disk.fd = image_.get();
        return disk;
    }

    void SetUp() override {
        std::string path = ::testing::TempDir() + "/lkl-disk-XXXXXX";
        image_.reset(::mkstemp(path.data()));
        ASSERT_EQ(::unlink(path.c_str()), 0);
        ASSERT_EQ(::ftruncate(image_.get(), 1 << 20), 0);
    }

    UniqueFd image_;
};

TEST_F(DisksTest, AddedBeforeTheBootPluggedAtEveryBoot) {
    lkl_disk first = make_disk();
    lkl_disk second = make_disk();
    const int first_id = lkl_disk_add(&first);
    ASSERT_GE(first_id, 0) << lkl_last_error_message();
    const int second_id = lkl_disk_add(&second);
    EXPECT_EQ(second_id, first_id + 1);
    std::uint32_t device = 0;
    EXPECT_EQ(lkl_get_virtio_blkdev(first_id, 0, &device), -ESHUTDOWN);
    for (int round = 0; round < 2; ++round) {
        auto host = std::make_shared<HostInstance>();
        put_sysfs(*host);
        testing::fake_boot().next = host;
        ASSERT_EQ(lkl_start_kernel(&lkl_host_ops, "x"), 0) << lkl_last_error_message();
        EXPECT_EQ(host->devices.size(), 2U);
        ASSERT_EQ(lkl_get_virtio_blkdev(second_id, 0, &device), 0);
        EXPECT_EQ(device, DeviceNumber({254, 16}).encoded());
        EXPECT_EQ(lkl_get_virtio_blkdev(second_id, 3, &device), -ENXIO);
        EXPECT_EQ(lkl_get_virtio_blkdev(999, 0, &device), -EINVAL);
        EXPECT_EQ(lkl_get_virtio_blkdev(second_id, 0, nullptr), -EINVAL);
        EXPECT_EQ(lkl_sys_halt(), 0);
        std::weak_ptr<HostInstance> watch = host;
        host.reset();
        EXPECT_TRUE(watch.expired());
    }
    EXPECT_EQ(lkl_disk_remove(first), 0);
    EXPECT_EQ(lkl_disk_remove(first), -EINVAL);
    EXPECT_EQ(lkl_disk_remove(second), 0);
}

TEST_F(DisksTest, PluggedAndUnpluggedWhileTheKernelRuns) {
    BootedHost host;
    put_sysfs(*host);
    lkl_disk disk = make_disk();
    ASSERT_GE(lkl_disk_add(&disk), 0) << lkl_last_error_message();
    EXPECT_EQ(host->devices.size(), 1U);
    // The descriptor is a duplicate: the application's may go.
    image_.reset();
    EXPECT_EQ(lkl_disk_remove(disk), 0);
    EXPECT_TRUE(host->devices.empty());
}

TEST_F(DisksTest, BadDisksAreRefused) {
    EXPECT_EQ(lkl_disk_add(nullptr), -EINVAL);
    lkl_disk disk{};
    disk.fd = -1;
    EXPECT_EQ(lkl_disk_add(&disk), -EBADF);
    EXPECT_EQ(lkl_disk_remove(disk), -EINVAL);
    lkl_disk never_added = make_disk();
    never_added.dev = &never_added;
    EXPECT_EQ(lkl_disk_remove(never_added), -EINVAL);
}

TEST_F(DisksTest, DiskThatCannotBePluggedFailsTheBootAndHaltsIt) {
    lkl_disk disk = make_disk();
    ASSERT_GE(lkl_disk_add(&disk), 0);
    auto host = std::make_shared<HostInstance>();  // without a sysfs
    testing::fake_boot().next = host;
    EXPECT_EQ(lkl_start_kernel(&lkl_host_ops, "x"), -ENOENT);
    EXPECT_EQ(lkl_is_running(), 0);
    EXPECT_GE(host->halts, 1);
    EXPECT_EQ(host.use_count(), 1);
    EXPECT_EQ(lkl_disk_remove(disk), 0);
}

TEST_F(DisksTest, ApplicationsDiskIsAskedForItsCapacityAtOnce) {
    static struct lkl_dev_blk_ops failing = {
        [](lkl_disk, unsigned long long*) { return -ENODEV; },
        [](lkl_disk, lkl_blk_req*) { return LKL_DEV_BLK_STATUS_OK; }};
    lkl_disk disk{};
    disk.ops = &failing;
    EXPECT_EQ(lkl_disk_add(&disk), -ENODEV);
}

TEST_F(DisksTest, DefaultOperationsServeADescriptor) {
    lkl_disk disk = make_disk();
    unsigned long long size = 0;
    ASSERT_EQ(lkl_dev_blk_ops.get_capacity(disk, &size), 0);
    EXPECT_EQ(size, 1U << 20);
    std::string data(1024, 'w');
    std::array<iovec, 2> segments = {iovec{data.data(), 512}, iovec{data.data() + 512, 512}};
    lkl_blk_req request{LKL_DEV_BLK_TYPE_WRITE, 0, 3, segments.data(), 2};
    EXPECT_EQ(lkl_dev_blk_ops.request(disk, &request), LKL_DEV_BLK_STATUS_OK);
    std::string back(1024, ' ');
    segments = {iovec{back.data(), 100}, iovec{back.data() + 100, 924}};
    request.type = LKL_DEV_BLK_TYPE_READ;
    EXPECT_EQ(lkl_dev_blk_ops.request(disk, &request), LKL_DEV_BLK_STATUS_OK);
    EXPECT_EQ(back, data);
    request.sector = 2048;  // the end
    EXPECT_EQ(lkl_dev_blk_ops.request(disk, &request), LKL_DEV_BLK_STATUS_IOERR);
    request = {LKL_DEV_BLK_TYPE_FLUSH, 0, 0, nullptr, 0};
    EXPECT_EQ(lkl_dev_blk_ops.request(disk, &request), LKL_DEV_BLK_STATUS_OK);
    request.type = 99;
    EXPECT_EQ(lkl_dev_blk_ops.request(disk, &request), LKL_DEV_BLK_STATUS_UNSUP);
    disk.fd = -1;
    EXPECT_EQ(lkl_dev_blk_ops.get_capacity(disk, &size), -EBADF);
}

}  // namespace
}  // namespace lkl
