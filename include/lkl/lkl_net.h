/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network interfaces of the kernel in the library: addresses, routes, neighbours, queues.
 *
 * Addresses are in network byte order: IPv4 as an unsigned int with the bytes as they are on the
 * wire (struct in_addr), or by pointer to 4 (LKL_AF_INET) or 16 (LKL_AF_INET6) bytes. Interface 1
 * is the loopback interface. What the kernel refuses comes back as its -errno.
 */
#ifndef LKL_LKL_NET_H
#define LKL_LKL_NET_H

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Interfaces ---- */

int lkl_if_up(int ifindex);
int lkl_if_down(int ifindex);
int lkl_if_set_mtu(int ifindex, int mtu);

/* The index of the interface of that name ("lo"), or -errno. */
int lkl_ifname_to_ifindex(const char *name);

/* ---- Addresses ---- */

/* Adds an address to an interface; -LKL_EEXIST if it has it. */
int lkl_if_set_ipv4(int ifindex, unsigned int addr, unsigned int netmask_len);
/* The interface must be up. Returns when the address is usable (see lkl_if_wait_ipv6_dad). */
int lkl_if_set_ipv6(int ifindex, void *addr, unsigned int netprefix_len);
int lkl_if_add_ip(int ifindex, int af, void *addr, unsigned int netprefix_len);
int lkl_if_del_ip(int ifindex, int af, void *addr, unsigned int netprefix_len);

/*
 * Waits until duplicate address detection of an IPv6 address is over. -LKL_EADDRNOTAVAIL: the
 * interface has no such address, or it is a duplicate. -LKL_ETIMEDOUT: not over after ten seconds.
 */
int lkl_if_wait_ipv6_dad(int ifindex, void *addr);

/* ---- Routes ---- */

/* A default route in the main table. */
int lkl_set_ipv4_gateway(unsigned int addr);
int lkl_set_ipv6_gateway(void *addr);
int lkl_add_gateway(int af, void *gwaddr);

/*
 * Routing by source: each interface has a table of its own for each family, number
 * 2 * ifindex for IPv4 and 2 * ifindex + 1 for IPv6. These add to that table a default route, a
 * route to the interface's own network, and a rule that sends what comes from `saddr` there.
 */
int lkl_if_add_gateway(int ifindex, int af, void *gwaddr);
int lkl_if_add_linklocal(int ifindex, int af, void *addr, int netprefix_len);
int lkl_if_add_rule_from_saddr(int ifindex, int af, void *saddr);

/* All three, for an interface with address `addr`. */
int lkl_if_set_ipv4_gateway(int ifindex, unsigned int addr, unsigned int netmask_len,
			    unsigned int gw_addr);
int lkl_if_set_ipv6_gateway(int ifindex, void *addr, unsigned int netprefix_len, void *gw_addr);

/* ---- Neighbours and queueing ---- */

/* A permanent entry of the neighbour table; `mac` points to 6 bytes. */
int lkl_add_neighbor(int ifindex, int af, void *addr, void *mac);

/* A queueing discipline ("fq") at the root ("root"). */
int lkl_qdisc_add(int ifindex, const char *root, const char *type);

/* Several: "root|type;root|type". What fails is printed with lkl_printf(). */
void lkl_qdisc_parse_add(int ifindex, const char *entries);

/* ---- Network devices of the host ---- */

struct lkl_netdev;

/* What lkl_netdev_add() takes: a hardware address of 6 bytes or NULL, and LKL_VIRTIO_NET_F_*. */
struct lkl_netdev_args {
	void *mac;
	unsigned int offload;
};

/*
 * Network devices are not part of this version: the constructors return NULL and the others
 * -LKL_EOPNOTSUPP, and lkl_last_error_message() says so.
 */
struct lkl_netdev *lkl_netdev_tap_create(const char *ifname, int offload);
struct lkl_netdev *lkl_netdev_raw_create(const char *ifname);
struct lkl_netdev *lkl_netdev_macvtap_create(const char *path, int offload);
struct lkl_netdev *lkl_netdev_pipe_create(const char *ifname, int offload);
struct lkl_netdev *lkl_netdev_vde_create(const char *switch_path);
int lkl_netdev_add(struct lkl_netdev *nd, struct lkl_netdev_args *args);
void lkl_netdev_remove(int id);
void lkl_netdev_free(struct lkl_netdev *nd);
int lkl_netdev_get_ifindex(int id);

#ifdef __cplusplus
}
#endif

#endif
