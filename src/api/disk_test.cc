// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include <cerrno>
#include <lkl/disk.hh>

#include "api/testing/host_instance.hh"
#include "virtio/blk_layout.hh"
#include "virtio/block_backend.hh"
#include "virtio/mmio_registers.hh"

namespace lkl {
namespace {

class NullBackend final : public BlockBackend {
  public:
    [[nodiscard]] const BlockInfo& info() const override { return info_; }

    int submit(BlockRequest& /*request*/) override { return 0; }

    std::unique_ptr<BlockBackend> after_fork_in_child(std::unique_ptr<BlockBackend> self) override {
        return self;
    }

  private:
    BlockInfo info_{.size = 1U << 20U, .identity = {}};
};

// A sysfs that shows virtio0 as vda, with partitions 1 and 10.
class DiskTest : public ::testing::Test {
  protected:
    void SetUp() override {
        host_->put("/sys/bus/virtio/devices/virtio0/block/vda/dev", "254:0\n");
        const std::string disk = "/sys/class/block/vda";
        host_->put(disk + "/dev", "254:0\n");
        host_->put(disk + "/size", "2048\n");
        host_->put(disk + "/queue/rotational", "1\n");
        for (const auto& [name, number, start] :
             {std::tuple{"vda10", "10", "1024"}, {"vda1", "1", "34"}}) {
            const std::string partition = disk + "/" + name;
            host_->put(partition + "/partition", std::string(number) + "\n");
            host_->put(partition + "/start", std::string(start) + "\n");
            host_->put(partition + "/size", "100\n");
            host_->put(partition + "/dev", "254:" + std::string(number) + "\n");
        }
    }

    Result<Disk> add(Disk::Options options = {}) {
        return Disk::add_backend(kernel_, std::make_unique<NullBackend>(), std::move(options));
    }

    std::shared_ptr<testing::HostInstance> host_ = std::make_shared<testing::HostInstance>();
    Kernel kernel_{host_};
};

TEST_F(DiskTest, KnowsItsNames) {
    auto disk = add();
    ASSERT_TRUE(disk) << disk.error().message();
    EXPECT_EQ(disk->name(), "vda");
    EXPECT_EQ(disk->node(), "/dev/vda");
    EXPECT_EQ(disk->device(), (DeviceNumber{254, 0}));
    EXPECT_EQ(disk->size().value(), 2048U * 512);
}

TEST_F(DiskTest, PartitionsInOrder) {
    auto disk = add();
    ASSERT_TRUE(disk);
    const auto partitions = disk->partitions().value();
    ASSERT_EQ(partitions.size(), 2U);
    EXPECT_EQ(partitions[0].number, 1U);
    EXPECT_EQ(partitions[0].start, 34U * 512);
    EXPECT_EQ(partitions[0].size, 100U * 512);
    EXPECT_EQ(partitions[1].node, "/dev/vda10");
    EXPECT_EQ(disk->partition(10)->device, (DeviceNumber{254, 10}));
    EXPECT_EQ(disk->partition(0)->node, "/dev/vda");
    EXPECT_EQ(disk->partition(2).error().message(),
              "cannot use partition 2 of /dev/vda (it has 1, 10): No such device or address");
}

TEST_F(DiskTest, RemovedOnce) {
    auto disk = add();
    ASSERT_TRUE(disk);
    EXPECT_EQ(host_->devices.size(), 1U);
    Disk moved = std::move(*disk);
    EXPECT_TRUE(moved.remove());
    EXPECT_TRUE(moved.remove());
    EXPECT_TRUE(host_->devices.empty());
}

TEST_F(DiskTest, DestructorRemoves) {
    { ASSERT_TRUE(add()); }
    EXPECT_TRUE(host_->devices.empty());
}

TEST_F(DiskTest, GoesWithTheKernel) {
    auto disk = add();
    ASSERT_TRUE(disk);
    ASSERT_TRUE(kernel_.halt());
    EXPECT_TRUE(disk->remove());
    EXPECT_EQ(host_->devices.size(), 1U);
}

TEST_F(DiskTest, DeviceThatTheDriverRefusedIsUnplugged) {
    host_->script = [](long number, const auto& a) -> std::optional<long> {
        const bool block = number == nr::openat &&
                           std::string(reinterpret_cast<const char*>(a[1])).ends_with("/block");
        return block ? std::optional<long>(-ENOENT) : std::nullopt;
    };
    EXPECT_EQ(add().error().linux_errno(), ENOENT);
    EXPECT_TRUE(host_->devices.empty());
}

// Whoever asks for a write-protected disk gets one, whatever the back end could do.
TEST_F(DiskTest, OptionsHoldForEveryBackEnd) {
    const auto shown_read_only = [&](Disk::Options options) {
        auto disk = add(std::move(options));
        EXPECT_TRUE(disk);
        MmioDevice& device = *host_->devices.begin()->second;
        device.mmio_write(virtio::kRegDeviceFeaturesSel, 0, 4);
        return (device.mmio_read(virtio::kRegDeviceFeatures, 4) & virtio::kBlkReadOnly) != 0;
    };
    EXPECT_FALSE(shown_read_only({}));
    EXPECT_TRUE(shown_read_only({.read_only = true, .overlay = false, .serial = {}}));
    EXPECT_TRUE(shown_read_only({.read_only = true, .overlay = true, .serial = {}}));
    EXPECT_FALSE(shown_read_only({.read_only = false, .overlay = true, .serial = {}}));
}

TEST_F(DiskTest, LongSerialIsRefused) {
    Disk::Options options;
    options.serial = std::string(21, 's');
    EXPECT_FALSE(add(options));
    options.serial = std::string(20, 's');
    EXPECT_TRUE(add(options));
}

TEST_F(DiskTest, SysfsThatMakesNoSenseIsAnError) {
    host_->put("/sys/class/block/vda/dev", "nonsense\n");
    EXPECT_EQ(add().error().linux_errno(), EINVAL);
}

}  // namespace
}  // namespace lkl
