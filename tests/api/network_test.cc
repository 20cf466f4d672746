// SPDX-License-Identifier: GPL-2.0
#include <cerrno>
#include <lkl/socket.hh>
#include <thread>

#include "fixture.hh"

namespace lkl {
namespace {

using SocketTest = KernelTest;

TEST_F(SocketTest, UnixStream) {
    Socket server = Socket::open(kernel(), net::af_unix, net::stream).value();
    const SocketAddress address = SocketAddress::unix_path("/tmp/socket").value();
    ASSERT_TRUE(server.bind(address));
    ASSERT_TRUE(server.listen(1));
    std::thread client([&] {
        Socket socket = Socket::open(kernel(), net::af_unix, net::stream).value();
        ASSERT_TRUE(socket.connect(address));
        ASSERT_TRUE(socket.send_all(as_bytes("hello")));
    });
    Socket peer = server.accept().value();
    std::array<std::byte, 64> buffer{};
    std::string got;
    for (;;) {
        const std::size_t size = peer.receive(buffer).value();
        if (size == 0) {
            break;
        }
        got += as_text(std::span(buffer).subspan(0, size));
    }
    client.join();
    EXPECT_EQ(got, "hello");
    EXPECT_EQ(peer.send(as_bytes("x")).error().linux_errno(), EPIPE);
}

TEST_F(SocketTest, RefusedAndUnreachableAreErrors) {
    Socket socket = Socket::open(kernel(), net::af_inet, net::stream).value();
    EXPECT_EQ(socket.connect(SocketAddress::ipv4({127, 0, 0, 1}, 9)).error().linux_errno(),
              ENETUNREACH);  // the loopback interface is down after the boot
    EXPECT_EQ(Socket::open(kernel(), 4711, net::stream).error().linux_errno(), EAFNOSUPPORT);
}

}  // namespace
}  // namespace lkl
