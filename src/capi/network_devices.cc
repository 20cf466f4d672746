// SPDX-License-Identifier: GPL-2.0
// Network devices of the host: not part of this version, and saying so.
#include <lkl/lkl_net.h>

#include "capi/boundary.hh"

namespace {

constexpr long kEopnotsupp = 95;

long refuse(const char* what) {
    return lkl::capi::at_boundary([&]() -> lkl::Result<void> {
        return lkl::Error::kernel(kEopnotsupp, what,
                                  "(network devices are not part of this version)");
    });
}

lkl_netdev* refuse_to_make(const char* what) {
    refuse(what);
    return nullptr;
}

}  // namespace

struct lkl_netdev* lkl_netdev_tap_create(const char* /*ifname*/, int /*offload*/) {
    return refuse_to_make("use a tap device");
}

struct lkl_netdev* lkl_netdev_raw_create(const char* /*ifname*/) {
    return refuse_to_make("use a raw socket");
}

struct lkl_netdev* lkl_netdev_macvtap_create(const char* /*path*/, int /*offload*/) {
    return refuse_to_make("use a macvtap device");
}

struct lkl_netdev* lkl_netdev_pipe_create(const char* /*ifname*/, int /*offload*/) {
    return refuse_to_make("use a pair of pipes");
}

struct lkl_netdev* lkl_netdev_vde_create(const char* /*switch_path*/) {
    return refuse_to_make("use a VDE switch");
}

int lkl_netdev_add(struct lkl_netdev* /*nd*/, struct lkl_netdev_args* /*args*/) {
    return static_cast<int>(refuse("add a network device"));
}

void lkl_netdev_remove(int /*id*/) {
    refuse("remove a network device");
}

void lkl_netdev_free(struct lkl_netdev* /*nd*/) {}

int lkl_netdev_get_ifindex(int /*id*/) {
    return static_cast<int>(refuse("find the interface of a network device"));
}
