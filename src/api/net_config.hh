// SPDX-License-Identifier: GPL-2.0
// Interfaces, addresses, routes, neighbours and queues of the kernel in the library.
#pragma once

#include <chrono>
#include <cstdint>
#include <lkl/kernel.hh>
#include <span>
#include <string>

namespace lkl::detail {

// An IPv4 (4 bytes) or IPv6 (16 bytes) address in network order; another family or size is EINVAL
// everywhere.
struct IpAddress {
    int family = 0;
    std::span<const std::byte> bytes;
};

// Of a family's addresses: 4 or 16, 0 for another family.
std::size_t address_size(int family);

Result<void> set_interface_up(const InstanceRef& instance, int index, bool up);
Result<void> set_interface_mtu(const InstanceRef& instance, int index, int mtu);
Result<int> interface_index(const InstanceRef& instance, const std::string& name);

Result<void> add_address(const InstanceRef& instance, int index, const IpAddress& address,
                         unsigned prefix);
Result<void> remove_address(const InstanceRef& instance, int index, const IpAddress& address,
                            unsigned prefix);

// Waits until duplicate address detection is over: EADDRNOTAVAIL, ETIMEDOUT.
Result<void> wait_for_address(const InstanceRef& instance, int index, const IpAddress& address,
                              std::chrono::milliseconds patience);

inline constexpr std::uint32_t kMainTable = 254;

// A default route; with `index` 0 the kernel finds the interface.
Result<void> add_gateway(const InstanceRef& instance, int index, const IpAddress& gateway,
                         std::uint32_t table);

// The route to the network that `address` is in.
Result<void> add_network_route(const InstanceRef& instance, int index, const IpAddress& address,
                               unsigned prefix, std::uint32_t table);

// What comes from `source` is routed by `table`.
Result<void> add_source_rule(const InstanceRef& instance, const IpAddress& source,
                             std::uint32_t table);

// The table of an interface for routing by source.
std::uint32_t interface_table(int index, int family);

Result<void> add_neighbour(const InstanceRef& instance, int index, const IpAddress& address,
                           std::span<const std::byte> mac);

// `kind` ("fq") at the root.
Result<void> add_root_qdisc(const InstanceRef& instance, int index, const std::string& kind);

}  // namespace lkl::detail
