// SPDX-License-Identifier: GPL-2.0
// A socket of a kernel in the library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <lkl/descriptor.hh>
#include <lkl/kernel.hh>
#include <span>
#include <string>
#include <vector>

namespace lkl {

// Numbers of the kernel (include/linux/socket.h, include/linux/net.h), on every host.
namespace net {
inline constexpr int af_unix = 1;
inline constexpr int af_inet = 2;
inline constexpr int af_inet6 = 10;
inline constexpr int af_netlink = 16;
inline constexpr int af_packet = 17;
inline constexpr int stream = 1;
inline constexpr int datagram = 2;
inline constexpr int raw = 3;
inline constexpr int non_block = 04000;  // ORed to the type
inline constexpr int shut_read = 0;
inline constexpr int shut_write = 1;
inline constexpr int shut_both = 2;
}  // namespace net

// The address of a socket in the kernel's own layout (struct sockaddr_*), whatever its family.
class SocketAddress {
  public:
    static constexpr std::size_t kCapacity = 128;  // sizeof(struct sockaddr_storage)

    SocketAddress() = default;

    // `port` in host order, `address` in the order it is written: {127, 0, 0, 1}.
    static SocketAddress ipv4(std::array<std::uint8_t, 4> address, std::uint16_t port);
    static SocketAddress ipv6(std::array<std::uint8_t, 16> address, std::uint16_t port,
                              std::uint32_t scope = 0);
    // A path, or with a leading NUL an abstract name; EINVAL beyond 107 bytes.
    static Result<SocketAddress> unix_path(const std::string& path);
    // A struct sockaddr_* as it is; EINVAL beyond kCapacity bytes.
    static Result<SocketAddress> from_bytes(std::span<const std::byte> bytes);

    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_.data(), length_}; }

    [[nodiscard]] int family() const;
    // Host order; 0 where the family has no ports.
    [[nodiscard]] std::uint16_t port() const;

  private:
    friend class Socket;
    std::array<std::byte, kCapacity> data_{};
    std::size_t length_ = 0;
};

// Move-only; closes in its destructor. Threads: like a descriptor, any number may use one Socket;
// moves and close() are not for that. Errors are the kernel's errno. No SIGPIPE ever: EPIPE.
class Socket {
  public:
    struct Received {
        std::size_t size = 0;
        SocketAddress from;
    };

    Socket() = default;

    explicit Socket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

    static Result<Socket> open(const Kernel& kernel, int family, int type, int protocol = 0);

    [[nodiscard]] int fd() const { return descriptor_.fd(); }

    [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }

    [[nodiscard]] Descriptor take() { return std::move(descriptor_); }

    Result<void> close() { return descriptor_.close(); }

    Result<void> bind(const SocketAddress& address);
    Result<void> connect(const SocketAddress& address);
    Result<void> listen(int backlog);
    Result<Socket> accept(int flags = 0);

    // Bytes sent or received; 0 from receive on a stream is its end. `flags` are MSG_*.
    Result<std::size_t> send(std::span<const std::byte> data, int flags = 0);
    Result<void> send_all(std::span<const std::byte> data);
    Result<std::size_t> receive(std::span<std::byte> buffer, int flags = 0);
    Result<std::size_t> send_to(std::span<const std::byte> data, const SocketAddress& to,
                                int flags = 0);
    Result<Received> receive_from(std::span<std::byte> buffer, int flags = 0);

    Result<void> shutdown(int how);
    Result<SocketAddress> local_address() const;
    Result<SocketAddress> peer_address() const;

    // setsockopt(2) and getsockopt(2), as bytes or as the int that most options are.
    Result<void> set_option(int level, int option, std::span<const std::byte> value);
    Result<void> set_option(int level, int option, int value);
    Result<int> option(int level, int option) const;

  private:
    // getsockname or getpeername.
    Result<SocketAddress> address_by(long number) const;

    Descriptor descriptor_;
};

}  // namespace lkl
