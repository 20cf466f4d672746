// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <lkl/socket.hh>
#include <thread>

#include "api/testing/host_instance.hh"

namespace lkl {
namespace {

template <typename Wanted>
Wanted as(const SocketAddress& address) {
    Wanted wanted{};
    std::memcpy(&wanted, address.bytes().data(), std::min(sizeof(wanted), address.bytes().size()));
    return wanted;
}

TEST(SocketAddressTest, HasTheKernelsLayout) {
    const auto v4 = SocketAddress::ipv4({127, 0, 0, 1}, 8080);
    EXPECT_EQ(v4.bytes().size(), sizeof(sockaddr_in));
    EXPECT_EQ(as<sockaddr_in>(v4).sin_family, AF_INET);
    EXPECT_EQ(as<sockaddr_in>(v4).sin_port, htons(8080));
    EXPECT_EQ(as<sockaddr_in>(v4).sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    EXPECT_EQ(v4.port(), 8080);

    std::array<std::uint8_t, 16> loopback{};
    loopback[15] = 1;
    const auto v6 = SocketAddress::ipv6(loopback, 65535, 7);
    EXPECT_EQ(v6.bytes().size(), sizeof(sockaddr_in6));
    EXPECT_EQ(as<sockaddr_in6>(v6).sin6_family, AF_INET6);
    EXPECT_EQ(as<sockaddr_in6>(v6).sin6_addr.s6_addr[15], 1);
    EXPECT_EQ(as<sockaddr_in6>(v6).sin6_scope_id, 7U);
    EXPECT_EQ(v6.port(), 65535);
}

TEST(SocketAddressTest, UnixPaths) {
    const auto path = SocketAddress::unix_path("/tmp/s").value();
    EXPECT_EQ(path.bytes().size(), 2 + 7U);
    EXPECT_STREQ(as<sockaddr_un>(path).sun_path, "/tmp/s");
    EXPECT_EQ(path.family(), AF_UNIX);
    EXPECT_EQ(path.port(), 0);
    EXPECT_EQ(SocketAddress::unix_path(std::string("\0abc", 4))->bytes().size(), 2 + 4U);
    EXPECT_FALSE(SocketAddress::unix_path(""));
    EXPECT_FALSE(SocketAddress::unix_path(std::string("a\0b", 3)));
    EXPECT_TRUE(SocketAddress::unix_path(std::string(107, 'p')));
    EXPECT_FALSE(SocketAddress::unix_path(std::string(108, 'p')));
}

TEST(SocketAddressTest, BytesAreBounded) {
    std::vector<std::byte> bytes(SocketAddress::kCapacity + 1);
    EXPECT_FALSE(SocketAddress::from_bytes(bytes));
    bytes.pop_back();
    EXPECT_EQ(SocketAddress::from_bytes(bytes)->bytes().size(), SocketAddress::kCapacity);
    EXPECT_EQ(SocketAddress().family(), 0);
}

TEST(SocketTest, StreamBothWays) {
    Kernel kernel(std::make_shared<testing::HostInstance>());
    Socket server = Socket::open(kernel, net::af_inet, net::stream).value();
    ASSERT_TRUE(server.set_option(SOL_SOCKET, SO_REUSEADDR, 1));
    EXPECT_EQ(server.option(SOL_SOCKET, SO_REUSEADDR).value(), 1);
    ASSERT_TRUE(server.bind(SocketAddress::ipv4({127, 0, 0, 1}, 0)));
    ASSERT_TRUE(server.listen(1));
    const SocketAddress address = server.local_address().value();
    ASSERT_NE(address.port(), 0);

    Socket client = Socket::open(kernel, net::af_inet, net::stream).value();
    ASSERT_TRUE(client.connect(address));
    Socket peer = server.accept().value();
    EXPECT_EQ(peer.peer_address()->port(), client.local_address()->port());

    const std::vector<std::byte> sent(100000, std::byte{0x5a});
    std::thread sender([&] {
        EXPECT_TRUE(client.send_all(sent));
        EXPECT_TRUE(client.shutdown(net::shut_write));
    });
    std::vector<std::byte> received;
    std::array<std::byte, 4096> buffer{};
    for (;;) {
        const std::size_t got = peer.receive(buffer).value();
        if (got == 0) {
            break;
        }
        received.insert(received.end(), buffer.begin(), buffer.begin() + got);
    }
    sender.join();
    EXPECT_EQ(received, sent);
    ASSERT_TRUE(peer.close());
    // The connection is gone in both directions: an error, no signal.
    Result<std::size_t> late = client.send(sent);
    while (late) {
        late = client.send(sent);
    }
    EXPECT_TRUE(late.error().linux_errno() == EPIPE || late.error().linux_errno() == ECONNRESET);
}

TEST(SocketTest, DatagramsTellTheirSender) {
    Kernel kernel(std::make_shared<testing::HostInstance>());
    Socket a = Socket::open(kernel, net::af_inet, net::datagram).value();
    Socket b = Socket::open(kernel, net::af_inet, net::datagram).value();
    ASSERT_TRUE(a.bind(SocketAddress::ipv4({127, 0, 0, 1}, 0)));
    ASSERT_TRUE(b.bind(SocketAddress::ipv4({127, 0, 0, 1}, 0)));
    const std::array<std::byte, 3> data{};
    EXPECT_EQ(a.send_to(data, b.local_address().value()).value(), 3U);
    std::array<std::byte, 10> buffer{};
    const auto received = b.receive_from(buffer).value();
    EXPECT_EQ(received.size, 3U);
    EXPECT_EQ(received.from.port(), a.local_address()->port());
}

TEST(SocketTest, ErrorSaysWhichSocket) {
    Kernel kernel(std::make_shared<testing::HostInstance>());
    EXPECT_EQ(Socket::open(kernel, 4711, net::stream).error().message(),
              "cannot open socket (family 4711, type 1): Address family not supported by "
              "protocol");
}

}  // namespace
}  // namespace lkl
