// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include <cerrno>
#include <lkl/kernel.hh>

#include "api/testing/host_instance.hh"
#include "api/text.hh"
#include "api/wire.hh"

namespace lkl {
namespace {

TEST(KernelTest, PassesArgumentsAsRegisters) {
    auto host = std::make_shared<testing::HostInstance>();
    const Kernel kernel(host);
    testing::HostInstance::Arguments seen{};
    host->script = [&](long, const auto& arguments) -> std::optional<long> {
        seen = arguments;
        return 42;
    };
    int value = 0;
    EXPECT_EQ(kernel.call(7, -1, 0xffffffffU, &value, nullptr, 'c', mode::fifo), 42);
    EXPECT_EQ(seen, (std::array<long, 6>{-1, 0xffffffffL, reinterpret_cast<long>(&value), 0, 'c',
                                         0010000}));
    EXPECT_EQ(kernel.call(7), 42);
    EXPECT_EQ(seen, (std::array<long, 6>{}));
}

TEST(KernelTest, OnlyErrnoValuesAreErrors) {
    auto host = std::make_shared<testing::HostInstance>();
    const Kernel kernel(host);
    long answer = 0;
    host->script = [&](long, const auto&) { return std::optional<long>(answer); };
    answer = -ENOSPC;
    EXPECT_EQ(kernel.try_call("try", "it", 1).error().message(),
              "cannot try it: No space left on device");
    answer = -4096;  // an address near the top, as some calls may return
    EXPECT_EQ(kernel.try_call("try", "it", 1).value(), -4096);
    answer = -4095;
    EXPECT_FALSE(kernel.try_call("try", "it", 1));
}

TEST(KernelTest, DestructorHaltsAndMovesDoNot) {
    auto host = std::make_shared<testing::HostInstance>();
    {
        Kernel first(host);
        Kernel second(std::move(first));
        EXPECT_EQ(host->halts, 0);
        EXPECT_TRUE(second.running());
    }
    EXPECT_EQ(host->halts, 1);
}

TEST(KernelTest, AssignmentHaltsWhatWasThere) {
    auto old_host = std::make_shared<testing::HostInstance>();
    auto new_host = std::make_shared<testing::HostInstance>();
    Kernel kernel(old_host);
    kernel = Kernel(new_host);
    EXPECT_EQ(old_host->halts, 1);
    EXPECT_EQ(new_host->halts, 0);
}

TEST(KernelTest, HaltTellsItsError) {
    auto host = std::make_shared<testing::HostInstance>();
    Kernel kernel(host);
    host->halt_status = -EIO;
    EXPECT_EQ(kernel.halt().error().message(), "cannot halt the kernel: Input/output error");
}

TEST(TextTest, ReadsSmallFiles) {
    auto host = std::make_shared<testing::HostInstance>();
    const Dir tree = detail::tree(host);
    host->put("/number", "18446744073709551615\n");
    host->put("/device", "254:16\n");
    host->put("/odd", "12x\n");
    host->put("/empty", "");
    EXPECT_EQ(detail::read_text(tree, "/odd").value(), "12x");
    EXPECT_EQ(detail::read_text(tree, "/empty").value(), "");
    EXPECT_EQ(detail::read_number(tree, "/number").value(), ~std::uint64_t{0});
    EXPECT_FALSE(detail::read_number(tree, "/odd"));
    EXPECT_FALSE(detail::read_number(tree, "/empty"));
    EXPECT_EQ(detail::read_device(tree, "/device").value(), (DeviceNumber{254, 16}));
    EXPECT_FALSE(detail::read_device(tree, "/number"));
    ASSERT_TRUE(detail::write_text(tree, "/odd", "new"));
    EXPECT_EQ(detail::read_text(tree, "/odd").value(), "new");
    EXPECT_FALSE(detail::write_text(tree, "/missing", "x"));
}

TEST(TextTest, Splits) {
    using Parts = std::vector<std::string_view>;
    EXPECT_EQ(detail::split("a:b", ':'), (Parts{"a", "b"}));
    EXPECT_EQ(detail::split(":a::b:", ':'), (Parts{"a", "b"}));
    EXPECT_TRUE(detail::split("", ':').empty());
}

TEST(DeviceNumberTest, EncodedAsTheKernelDoes) {
    EXPECT_EQ((DeviceNumber{8, 1}).encoded(), 0x801U);
    EXPECT_EQ((DeviceNumber{259, 0x12345}).encoded(), 0x12310345U);
}

TEST(WireTest, ShowsOnlyAttributesThatTheFileSystemKnows) {
    wire::Statx statx{};
    statx.attributes = 0x30;
    statx.attributes_mask = 0x10;
    statx.created.seconds = 5;
    EXPECT_EQ(wire::to_status(statx).attributes, 0x10U);
    EXPECT_FALSE(wire::to_status(statx).created);
    statx.mask = wire::statx_created;
    EXPECT_EQ(wire::to_status(statx).created, (FileTime{5, 0}));
}

}  // namespace
}  // namespace lkl
