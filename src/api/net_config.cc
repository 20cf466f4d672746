// SPDX-License-Identifier: GPL-2.0
#include "api/net_config.hh"

#include <algorithm>
#include <cstring>
#include <lkl/socket.hh>
#include <optional>
#include <thread>

#include "api/calls.hh"
#include "api/netlink.hh"
#include "api/text.hh"

namespace lkl::detail {
namespace {

// include/uapi/linux/rtnetlink.h, if_link.h, if_addr.h, neighbour.h, fib_rules.h, pkt_sched.h
constexpr std::uint16_t kNewLink = 16, kNewAddress = 20, kDelAddress = 21, kGetAddress = 22;
constexpr std::uint16_t kNewRoute = 24, kNewNeighbour = 28, kNewRule = 32, kNewQdisc = 36;

struct LinkMessage {
    std::uint8_t family, pad;
    std::uint16_t type;
    std::int32_t index;
    std::uint32_t flags, change;
};

static_assert(sizeof(LinkMessage) == 16);

struct AddressMessage {
    std::uint8_t family, prefix, flags, scope;
    std::uint32_t index;
};

static_assert(sizeof(AddressMessage) == 8);

struct RouteMessage {
    std::uint8_t family, destination_length, source_length, tos, table, protocol, scope, type;
    std::uint32_t flags;
};

static_assert(sizeof(RouteMessage) == 12);

struct NeighbourMessage {
    std::uint8_t family, pad1;
    std::uint16_t pad2;
    std::int32_t index;
    std::uint16_t state;
    std::uint8_t flags, type;
};

static_assert(sizeof(NeighbourMessage) == 12);

struct QdiscMessage {
    std::uint8_t family, pad1;
    std::uint16_t pad2;
    std::int32_t index;
    std::uint32_t handle, parent, info;
};

static_assert(sizeof(QdiscMessage) == 20);

constexpr std::uint32_t kFlagUp = 1;
constexpr std::uint16_t kLinkMtu = 4;
constexpr std::uint16_t kAddressAddress = 1, kAddressLocal = 2, kAddressBroadcast = 4;
constexpr std::uint16_t kAddressFlags = 8;
constexpr std::uint32_t kTentative = 0x40, kDadFailed = 0x08;
constexpr std::uint16_t kRouteDestination = 1, kRouteInterface = 4, kRouteGateway = 5;
constexpr std::uint16_t kRouteTable = 15;
constexpr std::uint16_t kRuleSource = 2, kRuleTable = 15;
constexpr std::uint8_t kScopeHost = 254, kScopeLink = 253, kScopeUniverse = 0;
constexpr std::uint8_t kProtocolBoot = 3, kTypeUnicast = 1, kActionToTable = 1;
constexpr std::uint16_t kNeighbourDestination = 1, kNeighbourLinkAddress = 2;
constexpr std::uint16_t kPermanent = 0x80;
constexpr std::uint16_t kQdiscKind = 1;
constexpr std::uint32_t kQdiscRoot = 0xffffffff;
constexpr unsigned kBitsPerByte = 8;
constexpr long kEnodev = 19, kEnoent = 2, kEaddrnotavail = 99, kEtimedout = 110;

std::string describe(int index) {
    return "interface " + std::to_string(index);
}

std::string describe(const IpAddress& address) {
    std::string text;
    constexpr const char* kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < address.bytes.size(); ++i) {
        const auto byte = std::to_integer<unsigned>(address.bytes[i]);
        if (address.family == net::af_inet) {
            text += (i != 0 ? "." : "") + std::to_string(byte);
        } else {
            text += i != 0 && i % 2 == 0 ? ":" : "";
            text += kDigits[byte >> 4U];
            text += kDigits[byte & 0xfU];
        }
    }
    return text;
}

std::string describe(int index, const IpAddress& address) {
    return describe(address) + (index != 0 ? " on " + describe(index) : "");
}

Result<void> check(const IpAddress& address, const std::string& operation) {
    if (address.bytes.empty() || address.bytes.size() != address_size(address.family)) {
        return Error::kernel(kEinval, operation, describe(address));
    }
    return {};
}

Result<void> check_prefix(const IpAddress& address, unsigned prefix, const std::string& operation) {
    LKL_TRY_VOID(check(address, operation));
    if (prefix > address.bytes.size() * kBitsPerByte) {
        return Error::kernel(kEinval, operation, describe(address) + "/" + std::to_string(prefix));
    }
    return {};
}

// `address` with the bits beyond the prefix cleared (or set).
std::vector<std::byte> masked(const IpAddress& address, unsigned prefix, bool set) {
    std::vector<std::byte> bytes(address.bytes.begin(), address.bytes.end());
    for (std::size_t bit = prefix; bit < bytes.size() * kBitsPerByte; ++bit) {
        const auto mask = std::byte{0x80} >> (bit % kBitsPerByte);
        std::byte& byte = bytes[bit / kBitsPerByte];
        byte = set ? byte | mask : byte & ~mask;
    }
    return bytes;
}

std::uint8_t address_scope(const IpAddress& address) {
    const bool loopback = address.family == net::af_inet && address.bytes[0] == std::byte{127};
    return loopback ? kScopeHost : kScopeUniverse;
}

NetlinkMessage address_message(std::uint16_t type, std::uint16_t flags, int index,
                               const IpAddress& address, unsigned prefix) {
    constexpr unsigned kSmallest = 31;  // no broadcast address from here on
    AddressMessage fixed{};
    fixed.family = static_cast<std::uint8_t>(address.family);
    fixed.prefix = static_cast<std::uint8_t>(prefix);
    fixed.scope = address_scope(address);
    fixed.index = static_cast<std::uint32_t>(index);
    NetlinkMessage message(type, flags, fixed);
    message.add(kAddressLocal, address.bytes);
    message.add(kAddressAddress, address.bytes);
    if (address.family == net::af_inet && prefix < kSmallest && fixed.scope == kScopeUniverse) {
        message.add(kAddressBroadcast, masked(address, prefix, true));
    }
    return message;
}

RouteMessage route_message(int family, std::uint32_t table, std::uint8_t scope) {
    RouteMessage fixed{};
    fixed.family = static_cast<std::uint8_t>(family);
    fixed.table = table <= 0xff ? static_cast<std::uint8_t>(table) : 0;
    fixed.protocol = kProtocolBoot;
    fixed.scope = scope;
    fixed.type = kTypeUnicast;
    return fixed;
}

// The flags of an IPv6 address of the interface, or nothing if it does not have it.
Result<std::optional<std::uint32_t>> address_flags(const InstanceRef& instance, int index,
                                                   const IpAddress& address) {
    AddressMessage fixed{};
    fixed.family = static_cast<std::uint8_t>(address.family);
    std::optional<std::uint32_t> found;
    LKL_TRY_VOID(netlink_dump(instance, NetlinkMessage(kGetAddress, nlm::dump, fixed),
                              "list the addresses", [&](const NetlinkAnswer& answer) {
                                  const auto entry = answer.fixed<AddressMessage>();
                                  const auto bytes =
                                      answer.attribute(sizeof(entry), kAddressAddress);
                                  if (entry.index != static_cast<std::uint32_t>(index) ||
                                      !std::equal(bytes.begin(), bytes.end(), address.bytes.begin(),
                                                  address.bytes.end())) {
                                      return;
                                  }
                                  std::uint32_t flags = entry.flags;
                                  const auto wide = answer.attribute(sizeof(entry), kAddressFlags);
                                  if (wide.size() == sizeof(flags)) {
                                      std::memcpy(&flags, wide.data(), sizeof(flags));
                                  }
                                  found = flags;
                              }));
    return found;
}

}  // namespace

std::size_t address_size(int family) {
    return family == net::af_inet ? 4 : family == net::af_inet6 ? 16 : 0;
}

std::uint32_t interface_table(int index, int family) {
    return static_cast<std::uint32_t>(index) * 2 + (family == net::af_inet6 ? 1 : 0);
}

Result<void> set_interface_up(const InstanceRef& instance, int index, bool up) {
    LinkMessage fixed{};
    fixed.index = index;
    fixed.flags = up ? kFlagUp : 0;
    fixed.change = kFlagUp;
    return netlink_request(instance, NetlinkMessage(kNewLink, nlm::ack, fixed),
                           up ? "bring up" : "bring down", describe(index));
}

Result<void> set_interface_mtu(const InstanceRef& instance, int index, int mtu) {
    if (mtu < 0) {
        return Error::kernel(kEinval, "set the MTU of", describe(index));
    }
    LinkMessage fixed{};
    fixed.index = index;
    NetlinkMessage message(kNewLink, nlm::ack, fixed);
    message.add(kLinkMtu, static_cast<std::uint32_t>(mtu));
    return netlink_request(instance, message, "set the MTU of", describe(index));
}

Result<int> interface_index(const InstanceRef& instance, const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos || name.front() == '.') {
        return Error::kernel(kEnodev, "find interface", name);
    }
    auto index = read_number(tree(instance), "/sys/class/net/" + name + "/ifindex");
    if (!index) {
        const int failure = index.error().linux_errno();
        return Error::kernel(failure == kEnoent ? kEnodev : failure, "find interface", name);
    }
    return static_cast<int>(*index);
}

Result<void> add_address(const InstanceRef& instance, int index, const IpAddress& address,
                         unsigned prefix) {
    LKL_TRY_VOID(check_prefix(address, prefix, "add address"));
    return netlink_request(instance,
                           address_message(kNewAddress, nlm::ack | nlm::create | nlm::exclusive,
                                           index, address, prefix),
                           "add address", describe(index, address));
}

Result<void> remove_address(const InstanceRef& instance, int index, const IpAddress& address,
                            unsigned prefix) {
    LKL_TRY_VOID(check_prefix(address, prefix, "remove address"));
    return netlink_request(instance, address_message(kDelAddress, nlm::ack, index, address, prefix),
                           "remove address", describe(index, address));
}

Result<void> wait_for_address(const InstanceRef& instance, int index, const IpAddress& address,
                              std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds kPause(10);
    LKL_TRY_VOID(check(address, "wait for address"));
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        LKL_TRY(const auto flags, address_flags(instance, index, address));
        if (!flags || (*flags & kDadFailed) != 0) {
            return Error::kernel(kEaddrnotavail, "use address", describe(index, address));
        }
        if ((*flags & kTentative) == 0) {
            return {};
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            return Error::kernel(kEtimedout, "wait for address", describe(index, address));
        }
        std::this_thread::sleep_for(kPause);
    }
}

Result<void> add_gateway(const InstanceRef& instance, int index, const IpAddress& gateway,
                         std::uint32_t table) {
    LKL_TRY_VOID(check(gateway, "add gateway"));
    NetlinkMessage message(kNewRoute, nlm::ack | nlm::create | nlm::exclusive,
                           route_message(gateway.family, table, kScopeUniverse));
    message.add(kRouteGateway, gateway.bytes);
    message.add(kRouteTable, table);
    if (index != 0) {
        message.add(kRouteInterface, static_cast<std::uint32_t>(index));
    }
    return netlink_request(instance, message, "add gateway", describe(index, gateway));
}

Result<void> add_network_route(const InstanceRef& instance, int index, const IpAddress& address,
                               unsigned prefix, std::uint32_t table) {
    LKL_TRY_VOID(check_prefix(address, prefix, "add a route to the network of"));
    RouteMessage fixed = route_message(address.family, table, kScopeLink);
    fixed.destination_length = static_cast<std::uint8_t>(prefix);
    NetlinkMessage message(kNewRoute, nlm::ack | nlm::create | nlm::exclusive, fixed);
    message.add(kRouteDestination, masked(address, prefix, false));
    message.add(kRouteInterface, static_cast<std::uint32_t>(index));
    message.add(kRouteTable, table);
    return netlink_request(instance, message, "add a route to the network of",
                           describe(index, address));
}

Result<void> add_source_rule(const InstanceRef& instance, const IpAddress& source,
                             std::uint32_t table) {
    LKL_TRY_VOID(check(source, "add a rule for source"));
    RouteMessage fixed{};  // struct fib_rule_hdr has the same layout, with the action last
    fixed.family = static_cast<std::uint8_t>(source.family);
    fixed.source_length = static_cast<std::uint8_t>(source.bytes.size() * kBitsPerByte);
    fixed.table = table <= 0xff ? static_cast<std::uint8_t>(table) : 0;
    fixed.type = kActionToTable;
    NetlinkMessage message(kNewRule, nlm::ack | nlm::create | nlm::exclusive, fixed);
    message.add(kRuleSource, source.bytes);
    message.add(kRuleTable, table);
    return netlink_request(instance, message, "add a rule for source", describe(source));
}

Result<void> add_neighbour(const InstanceRef& instance, int index, const IpAddress& address,
                           std::span<const std::byte> mac) {
    LKL_TRY_VOID(check(address, "add neighbour"));
    NeighbourMessage fixed{};
    fixed.family = static_cast<std::uint8_t>(address.family);
    fixed.index = index;
    fixed.state = kPermanent;
    NetlinkMessage message(kNewNeighbour, nlm::ack | nlm::create | nlm::replace, fixed);
    message.add(kNeighbourDestination, address.bytes);
    message.add(kNeighbourLinkAddress, mac);
    return netlink_request(instance, message, "add neighbour", describe(index, address));
}

Result<void> add_root_qdisc(const InstanceRef& instance, int index, const std::string& kind) {
    QdiscMessage fixed{};
    fixed.index = index;
    fixed.parent = kQdiscRoot;
    NetlinkMessage message(kNewQdisc, nlm::ack | nlm::create | nlm::replace, fixed);
    message.add(kQdiscKind, kind);
    return netlink_request(instance, message, "add queueing discipline " + kind + " to",
                           describe(index));
}

}  // namespace lkl::detail
