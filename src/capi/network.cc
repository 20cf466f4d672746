// SPDX-License-Identifier: GPL-2.0
#include <lkl/lkl_host_api.h>
#include <lkl/lkl_net.h>

#include <lkl/socket.hh>

#include "api/net_config.hh"
#include "api/text.hh"
#include "capi/boundary.hh"
#include "capi/default_instance.hh"

namespace lkl::capi {
namespace {

constexpr int kInet = net::af_inet;
constexpr int kInet6 = net::af_inet6;
constexpr long kEinval = 22;

// An address that C gave; one of an unknown family or NULL has no bytes, which is EINVAL below.
detail::IpAddress address_of(int family, const void* bytes) {
    if (bytes == nullptr) {
        return {family, {}};
    }
    return {family, std::span(static_cast<const std::byte*>(bytes), detail::address_size(family))};
}

// Runs `body` with the running instance.
template <typename Body>
int configure(Body body) {
    return int_at_boundary([&]() -> decltype(body(current())) {
        const detail::InstanceRef instance = current();
        if (!instance) {
            return not_running("configure the network");
        }
        return body(instance);
    });
}

Result<void> add_and_wait(const detail::InstanceRef& instance, int index,
                          const detail::IpAddress& address, unsigned prefix) {
    LKL_TRY_VOID(detail::add_address(instance, index, address, prefix));
    return detail::wait_for_address(instance, index, address, std::chrono::seconds(10));
}

Result<void> add_source_routes(const detail::InstanceRef& instance, int index,
                               const detail::IpAddress& address, unsigned prefix,
                               const detail::IpAddress& gateway) {
    const std::uint32_t table = detail::interface_table(index, address.family);
    LKL_TRY_VOID(detail::add_source_rule(instance, address, table));
    LKL_TRY_VOID(detail::add_network_route(instance, index, address, prefix, table));
    return detail::add_gateway(instance, index, gateway, table);
}

Result<void> add_qdisc(const detail::InstanceRef& instance, int index, std::string_view root,
                       const std::string& kind) {
    if (root != "root") {
        return Error::kernel(kEinval, "add queueing discipline " + kind + " at", std::string(root));
    }
    return detail::add_root_qdisc(instance, index, kind);
}

}  // namespace
}  // namespace lkl::capi

using lkl::capi::address_of;
using lkl::capi::configure;
using lkl::capi::kInet;
using lkl::capi::kInet6;
using lkl::capi::text_or_empty;
using Instance = lkl::detail::InstanceRef;
namespace detail = lkl::detail;

int lkl_if_up(int ifindex) {
    return configure([&](const Instance& i) { return detail::set_interface_up(i, ifindex, true); });
}

int lkl_if_down(int ifindex) {
    return configure(
        [&](const Instance& i) { return detail::set_interface_up(i, ifindex, false); });
}

int lkl_if_set_mtu(int ifindex, int mtu) {
    return configure([&](const Instance& i) { return detail::set_interface_mtu(i, ifindex, mtu); });
}

int lkl_ifname_to_ifindex(const char* name) {
    return configure(
        [&](const Instance& i) { return detail::interface_index(i, text_or_empty(name)); });
}

int lkl_if_add_ip(int ifindex, int af, void* addr, unsigned int netprefix_len) {
    return configure([&](const Instance& i) {
        return detail::add_address(i, ifindex, address_of(af, addr), netprefix_len);
    });
}

int lkl_if_del_ip(int ifindex, int af, void* addr, unsigned int netprefix_len) {
    return configure([&](const Instance& i) {
        return detail::remove_address(i, ifindex, address_of(af, addr), netprefix_len);
    });
}

int lkl_if_set_ipv4(int ifindex, unsigned int addr, unsigned int netmask_len) {
    return lkl_if_add_ip(ifindex, kInet, &addr, netmask_len);
}

int lkl_if_set_ipv6(int ifindex, void* addr, unsigned int netprefix_len) {
    return configure([&](const Instance& i) {
        return lkl::capi::add_and_wait(i, ifindex, address_of(kInet6, addr), netprefix_len);
    });
}

int lkl_if_wait_ipv6_dad(int ifindex, void* addr) {
    return configure([&](const Instance& i) {
        return detail::wait_for_address(i, ifindex, address_of(kInet6, addr),
                                        std::chrono::seconds(10));
    });
}

int lkl_add_gateway(int af, void* gwaddr) {
    return configure([&](const Instance& i) {
        return detail::add_gateway(i, 0, address_of(af, gwaddr), detail::kMainTable);
    });
}

int lkl_set_ipv4_gateway(unsigned int addr) {
    return lkl_add_gateway(kInet, &addr);
}

int lkl_set_ipv6_gateway(void* addr) {
    return lkl_add_gateway(kInet6, addr);
}

int lkl_if_add_gateway(int ifindex, int af, void* gwaddr) {
    return configure([&](const Instance& i) {
        return detail::add_gateway(i, ifindex, address_of(af, gwaddr),
                                   detail::interface_table(ifindex, af));
    });
}

int lkl_if_add_linklocal(int ifindex, int af, void* addr, int netprefix_len) {
    return configure([&](const Instance& i) {
        return detail::add_network_route(i, ifindex, address_of(af, addr),
                                         static_cast<unsigned>(netprefix_len),
                                         detail::interface_table(ifindex, af));
    });
}

int lkl_if_add_rule_from_saddr(int ifindex, int af, void* saddr) {
    return configure([&](const Instance& i) {
        return detail::add_source_rule(i, address_of(af, saddr),
                                       detail::interface_table(ifindex, af));
    });
}

int lkl_if_set_ipv4_gateway(int ifindex, unsigned int addr, unsigned int netmask_len,
                            unsigned int gw_addr) {
    return configure([&](const Instance& i) {
        return lkl::capi::add_source_routes(i, ifindex, address_of(kInet, &addr), netmask_len,
                                            address_of(kInet, &gw_addr));
    });
}

int lkl_if_set_ipv6_gateway(int ifindex, void* addr, unsigned int netprefix_len, void* gw_addr) {
    return configure([&](const Instance& i) {
        return lkl::capi::add_source_routes(i, ifindex, address_of(kInet6, addr), netprefix_len,
                                            address_of(kInet6, gw_addr));
    });
}

int lkl_add_neighbor(int ifindex, int af, void* addr, void* mac) {
    constexpr std::size_t kMacSize = 6;
    return configure([&](const Instance& i) {
        const std::span<const std::byte> bytes(static_cast<const std::byte*>(mac),
                                               mac != nullptr ? kMacSize : 0);
        return detail::add_neighbour(i, ifindex, address_of(af, addr), bytes);
    });
}

int lkl_qdisc_add(int ifindex, const char* root, const char* type) {
    return configure([&](const Instance& i) {
        return lkl::capi::add_qdisc(i, ifindex, text_or_empty(root), text_or_empty(type));
    });
}

void lkl_qdisc_parse_add(int ifindex, const char* entries) {
    configure([&](const Instance& i) -> lkl::Result<void> {
        const std::string text = text_or_empty(entries);
        for (const std::string_view entry : detail::split(text, ';')) {
            const auto parts = detail::split(entry, '|');
            lkl::Result<void> added;
            if (parts.size() == 2) {
                added = lkl::capi::add_qdisc(i, ifindex, parts[0], std::string(parts[1]));
            } else {
                added = lkl::Error::kernel(lkl::capi::kEinval, "add queueing discipline",
                                           std::string(entry));
            }
            if (!added) {
                lkl::capi::fail(added.error());
                lkl_printf("%s\n", added.error().message().c_str());
            }
        }
        return {};
    });
}
