// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cstring>
#include <lkl/socket.hh>

#include "api/calls.hh"

namespace lkl {

using detail::count;
using detail::done;

namespace {

constexpr long kEpipe = 32;
constexpr int kNoSignal = 0x4000;  // MSG_NOSIGNAL: EPIPE is enough
constexpr std::size_t kUnixPathSize = 108;

std::string describe(int family, int type) {
    return "family " + std::to_string(family) + ", type " + std::to_string(type);
}

// Fields of struct sockaddr_*: the family in the host's order (the kernel's too), the rest in
// network order.
using AddressBytes = std::array<std::byte, SocketAddress::kCapacity>;

void put(AddressBytes& data, std::size_t offset, const void* value, std::size_t size) {
    std::memcpy(data.data() + offset, value, size);
}

void put_port(AddressBytes& data, std::uint16_t port) {
    constexpr std::size_t kOffset = 2;
    data[kOffset] = static_cast<std::byte>(port >> 8U);
    data[kOffset + 1] = static_cast<std::byte>(port & 0xffU);
}

}  // namespace

SocketAddress SocketAddress::ipv4(std::array<std::uint8_t, 4> address, std::uint16_t port) {
    constexpr std::size_t kSize = 16;
    constexpr std::size_t kAddress = 4;
    constexpr std::uint16_t kFamily = net::af_inet;
    SocketAddress result;
    put(result.data_, 0, &kFamily, sizeof(kFamily));
    put_port(result.data_, port);
    put(result.data_, kAddress, address.data(), address.size());
    result.length_ = kSize;
    return result;
}

SocketAddress SocketAddress::ipv6(std::array<std::uint8_t, 16> address, std::uint16_t port,
                                  std::uint32_t scope) {
    constexpr std::size_t kSize = 28;
    constexpr std::size_t kAddress = 8;
    constexpr std::size_t kScope = 24;
    constexpr std::uint16_t kFamily = net::af_inet6;
    SocketAddress result;
    put(result.data_, 0, &kFamily, sizeof(kFamily));
    put_port(result.data_, port);
    put(result.data_, kAddress, address.data(), address.size());
    put(result.data_, kScope, &scope, sizeof(scope));
    result.length_ = kSize;
    return result;
}

Result<SocketAddress> SocketAddress::unix_path(const std::string& path) {
    constexpr std::uint16_t kFamily = net::af_unix;
    const bool abstract = !path.empty() && path.front() == '\0';
    if (path.empty() || path.size() >= kUnixPathSize || (!abstract && detail::has_nul(path))) {
        return Error::kernel(detail::kEinval, "make a socket address of", path);
    }
    SocketAddress result;
    put(result.data_, 0, &kFamily, sizeof(kFamily));
    put(result.data_, sizeof(kFamily), path.data(), path.size());
    // An abstract name ends where the address does, a path with its NUL.
    result.length_ = sizeof(kFamily) + path.size() + (abstract ? 0 : 1);
    return result;
}

Result<SocketAddress> SocketAddress::from_bytes(std::span<const std::byte> bytes) {
    if (bytes.size() > kCapacity) {
        return Error::kernel(detail::kEinval, "make a socket address of",
                             std::to_string(bytes.size()) + " bytes");
    }
    SocketAddress result;
    std::copy(bytes.begin(), bytes.end(), result.data_.begin());
    result.length_ = bytes.size();
    return result;
}

int SocketAddress::family() const {
    std::uint16_t family = 0;
    if (length_ >= sizeof(family)) {
        std::memcpy(&family, data_.data(), sizeof(family));
    }
    return family;
}

std::uint16_t SocketAddress::port() const {
    const int kind = family();
    if (kind != net::af_inet && kind != net::af_inet6) {
        return 0;
    }
    return static_cast<std::uint16_t>((std::to_integer<unsigned>(data_[2]) << 8U) |
                                      std::to_integer<unsigned>(data_[3]));
}

Result<Socket> Socket::open(const Kernel& kernel, int family, int type, int protocol) {
    const std::string name = "socket (" + describe(family, type) + ")";
    LKL_TRY(const long fd, kernel.try_call("open", name, nr::socket, family, type, protocol));
    return Socket(Descriptor(kernel.instance(), static_cast<int>(fd), name));
}

Result<void> Socket::bind(const SocketAddress& address) {
    return done(descriptor_.call(nr::bind, "bind", fd(), address.data_.data(), address.length_));
}

Result<void> Socket::connect(const SocketAddress& address) {
    return done(
        descriptor_.call(nr::connect, "connect", fd(), address.data_.data(), address.length_));
}

Result<void> Socket::listen(int backlog) {
    return done(descriptor_.call(nr::listen, "listen on", fd(), backlog));
}

Result<Socket> Socket::accept(int flags) {
    LKL_TRY(const long accepted,
            descriptor_.call(nr::accept4, "accept on", fd(), nullptr, nullptr, flags));
    return Socket(
        Descriptor(descriptor_.instance(), static_cast<int>(accepted), descriptor_.name()));
}

Result<std::size_t> Socket::send(std::span<const std::byte> data, int flags) {
    return count(descriptor_.call(nr::sendto, "send on", fd(), data.data(), data.size(),
                                  flags | kNoSignal, nullptr, 0));
}

Result<void> Socket::send_all(std::span<const std::byte> data) {
    while (!data.empty()) {
        LKL_TRY(const std::size_t sent, send(data));
        if (sent == 0) {
            return descriptor_.failed(-kEpipe, "send on");
        }
        data = data.subspan(sent);
    }
    return {};
}

Result<std::size_t> Socket::receive(std::span<std::byte> buffer, int flags) {
    return count(descriptor_.call(nr::recvfrom, "receive on", fd(), buffer.data(), buffer.size(),
                                  flags, nullptr, nullptr));
}

Result<std::size_t> Socket::send_to(std::span<const std::byte> data, const SocketAddress& to,
                                    int flags) {
    return count(descriptor_.call(nr::sendto, "send on", fd(), data.data(), data.size(),
                                  flags | kNoSignal, to.data_.data(), to.length_));
}

Result<Socket::Received> Socket::receive_from(std::span<std::byte> buffer, int flags) {
    Received received;
    int length = SocketAddress::kCapacity;
    LKL_TRY(received.size,
            count(descriptor_.call(nr::recvfrom, "receive on", fd(), buffer.data(), buffer.size(),
                                   flags, received.from.data_.data(), &length)));
    received.from.length_ = std::min(static_cast<std::size_t>(length), SocketAddress::kCapacity);
    return received;
}

Result<void> Socket::shutdown(int how) {
    return done(descriptor_.call(nr::shutdown, "shut down", fd(), how));
}

Result<SocketAddress> Socket::address_by(long number) const {
    SocketAddress address;
    int length = SocketAddress::kCapacity;
    LKL_TRY_VOID(
        done(descriptor_.call(number, "get the address of", fd(), address.data_.data(), &length)));
    address.length_ = std::min(static_cast<std::size_t>(length), SocketAddress::kCapacity);
    return address;
}

Result<SocketAddress> Socket::local_address() const {
    return address_by(nr::getsockname);
}

Result<SocketAddress> Socket::peer_address() const {
    return address_by(nr::getpeername);
}

Result<void> Socket::set_option(int level, int option, std::span<const std::byte> value) {
    return done(descriptor_.call(nr::setsockopt, "set an option of", fd(), level, option,
                                 value.data(), value.size()));
}

Result<void> Socket::set_option(int level, int option, int value) {
    return set_option(level, option, std::as_bytes(std::span(&value, 1)));
}

Result<int> Socket::option(int level, int option) const {
    int value = 0;
    int length = sizeof(value);
    LKL_TRY_VOID(done(descriptor_.call(nr::getsockopt, "get an option of", fd(), level, option,
                                       &value, &length)));
    return value;
}

}  // namespace lkl
