// SPDX-License-Identifier: GPL-2.0
#include "api/netlink.hh"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "api/net_config.hh"
#include "api/testing/host_instance.hh"

namespace lkl::detail {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

TEST(NetlinkMessageTest, HasTheKernelsLayout) {
    ifaddrmsg fixed{};
    fixed.ifa_index = 3;
    NetlinkMessage message(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, fixed);
    message.add(IFA_LABEL, std::string("lo"));
    message.add(IFA_FLAGS, 0x11223344U);
    const auto* header = reinterpret_cast<const nlmsghdr*>(message.bytes().data());
    EXPECT_EQ(header->nlmsg_len, message.bytes().size());
    EXPECT_EQ(header->nlmsg_type, RTM_NEWADDR);
    EXPECT_EQ(header->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);
    const auto* address = static_cast<const ifaddrmsg*>(NLMSG_DATA(header));
    EXPECT_EQ(address->ifa_index, 3U);
    auto* attribute = IFA_RTA(const_cast<ifaddrmsg*>(address));
    int left = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(sizeof(ifaddrmsg)));
    ASSERT_TRUE(RTA_OK(attribute, left));
    EXPECT_EQ(attribute->rta_type, IFA_LABEL);
    EXPECT_STREQ(static_cast<const char*>(RTA_DATA(attribute)), "lo");
    attribute = RTA_NEXT(attribute, left);
    ASSERT_TRUE(RTA_OK(attribute, left));
    EXPECT_EQ(attribute->rta_type, IFA_FLAGS);
    EXPECT_EQ(*static_cast<const std::uint32_t*>(RTA_DATA(attribute)), 0x11223344U);
    attribute = RTA_NEXT(attribute, left);
    EXPECT_EQ(left, 0);
}

// Answers as the kernel sends them, cut at every length and with every length field changed: the
// parser ends and (ASan watches) reads nothing outside.
TEST(NetlinkParseTest, SurvivesDamage) {
    ifaddrmsg fixed{};
    NetlinkMessage message(RTM_NEWADDR, 0, fixed);
    message.add(IFA_ADDRESS, bytes("abcd"));
    std::vector<std::byte> answers(message.bytes().begin(), message.bytes().end());
    answers.insert(answers.end(), message.bytes().begin(), message.bytes().end());
    int seen = 0;
    const auto look = [&](const NetlinkAnswer& answer) {
        ++seen;
        static_cast<void>(answer.fixed<ifaddrmsg>());
        EXPECT_LE(answer.attribute(sizeof(ifaddrmsg), IFA_ADDRESS).size(), answers.size());
    };
    for (std::size_t size = 0; size <= answers.size(); ++size) {
        const std::vector<std::byte> cut(answers.begin(), answers.begin() + size);
        EXPECT_FALSE(parse_netlink(cut, look).done);
    }
    EXPECT_GE(seen, 2);
    for (std::size_t at = 0; at < answers.size(); ++at) {
        for (const int value : {0, 1, 3, 4, 17, 0x7f, 0xff}) {
            auto damaged = answers;
            damaged[at] = static_cast<std::byte>(value);
            static_cast<void>(parse_netlink(damaged, look));
        }
    }
}

TEST(NetlinkParseTest, ErrorsAndTheEndOfADump) {
    struct {
        nlmsghdr header;
        std::int32_t status;
    } answer{};

    answer.header.nlmsg_len = sizeof(answer);
    answer.header.nlmsg_type = NLMSG_ERROR;
    answer.status = -EEXIST;
    const auto none = [](const NetlinkAnswer&) { FAIL(); };
    auto progress = parse_netlink(std::as_bytes(std::span(&answer, 1)), none);
    EXPECT_TRUE(progress.done);
    EXPECT_EQ(progress.status, -EEXIST);
    answer.header.nlmsg_type = NLMSG_DONE;
    answer.status = 0;
    progress = parse_netlink(std::as_bytes(std::span(&answer, 1)), none);
    EXPECT_TRUE(progress.done);
    EXPECT_EQ(progress.status, 0);
}

// A netlink that says yes to everything and keeps what it was sent.
class NetConfigTest : public ::testing::Test {
  protected:
    void SetUp() override {
        host_->script = [this](long number, const auto& a) -> std::optional<long> {
            if (number == nr::socket) {
                return 1000;
            }
            if (number == nr::close && a[0] == 1000) {
                return 0;
            }
            if (number == nr::sendto) {
                const auto* data = reinterpret_cast<const std::byte*>(a[1]);
                sent_.assign(data, data + a[2]);
                return a[2];
            }
            if (number == nr::recvfrom) {
                nlmsghdr header{};
                header.nlmsg_len = sizeof(header) + sizeof(std::int32_t);
                header.nlmsg_type = NLMSG_ERROR;
                std::memcpy(reinterpret_cast<void*>(a[1]), &header, sizeof(header));
                std::memset(reinterpret_cast<char*>(a[1]) + sizeof(header), 0, 4);
                return header.nlmsg_len;
            }
            return std::nullopt;
        };
    }

    template <typename Fixed>
    [[nodiscard]] std::string attribute(std::uint16_t type) const {
        const auto payload = std::span(sent_).subspan(sizeof(nlmsghdr));
        const auto value = NetlinkAnswer(payload).attribute(sizeof(Fixed), type);
        return {reinterpret_cast<const char*>(value.data()), value.size()};
    }

    template <typename Fixed>
    [[nodiscard]] Fixed fixed() const {
        return NetlinkAnswer(std::span(sent_).subspan(sizeof(nlmsghdr))).fixed<Fixed>();
    }

    IpAddress v4(std::string_view text) { return {AF_INET, bytes(text)}; }

    std::shared_ptr<lkl::testing::HostInstance> host_ =
        std::make_shared<lkl::testing::HostInstance>();
    std::vector<std::byte> sent_;
};

TEST_F(NetConfigTest, AddressCarriesItsBroadcast) {
    ASSERT_TRUE(add_address(host_, 2, v4("\x0a\x01\x02\x03"), 20));
    EXPECT_EQ(fixed<ifaddrmsg>().ifa_prefixlen, 20);
    EXPECT_EQ(fixed<ifaddrmsg>().ifa_index, 2U);
    EXPECT_EQ(attribute<ifaddrmsg>(IFA_LOCAL), "\x0a\x01\x02\x03");
    EXPECT_EQ(attribute<ifaddrmsg>(IFA_BROADCAST), "\x0a\x01\x0f\xff");
    ASSERT_TRUE(add_address(host_, 1, v4("\x7f\x01\x01\x01"), 8));
    EXPECT_EQ(fixed<ifaddrmsg>().ifa_scope, RT_SCOPE_HOST);
    EXPECT_EQ(attribute<ifaddrmsg>(IFA_BROADCAST), "");
    EXPECT_EQ(add_address(host_, 1, v4("\x7f\x01\x01\x01"), 33).error().linux_errno(), EINVAL);
    EXPECT_EQ(add_address(host_, 1, v4("\x7f\x01\x01"), 8).error().linux_errno(), EINVAL);
    EXPECT_EQ(add_address(host_, 1, {AF_UNIX, bytes("abcd")}, 8).error().linux_errno(), EINVAL);
}

TEST_F(NetConfigTest, RoutesGoToTheirTable) {
    ASSERT_TRUE(add_network_route(host_, 2, v4("\x0a\x01\xff\xff"), 20, 300));
    EXPECT_EQ(fixed<rtmsg>().rtm_dst_len, 20);
    EXPECT_EQ(fixed<rtmsg>().rtm_table, 0);
    const std::uint32_t table = 300;
    EXPECT_EQ(attribute<rtmsg>(RTA_DST), std::string_view("\x0a\x01\xf0\0", 4));
    EXPECT_EQ(attribute<rtmsg>(RTA_TABLE), std::string(reinterpret_cast<const char*>(&table), 4));
    ASSERT_TRUE(add_gateway(host_, 0, v4("\x0a\x01\x02\x01"), kMainTable));
    EXPECT_EQ(fixed<rtmsg>().rtm_table, RT_TABLE_MAIN);
    EXPECT_EQ(attribute<rtmsg>(RTA_GATEWAY), "\x0a\x01\x02\x01");
    EXPECT_EQ(attribute<rtmsg>(RTA_OIF), "");
    EXPECT_EQ(interface_table(3, AF_INET), 6U);
    EXPECT_EQ(interface_table(3, AF_INET6), 7U);
}

TEST_F(NetConfigTest, InterfaceNamesAreNoPaths) {
    host_->put("/sys/class/net/lo/ifindex", "1\n");
    EXPECT_EQ(interface_index(host_, "lo").value(), 1);
    for (const char* name : {"", "eth0", "../lo", "lo/../lo", "."}) {
        EXPECT_EQ(interface_index(host_, name).error().linux_errno(), ENODEV) << name;
    }
}

}  // namespace
}  // namespace lkl::detail
