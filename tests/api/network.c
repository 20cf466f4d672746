/* SPDX-License-Identifier: GPL-2.0 */
/* The loopback interface: configuration through rtnetlink, and a connection over it. */
#include "check.h"

#include <pthread.h>

#define LOOPBACK 1

static unsigned int ipv4(int a, int b, int c, int d)
{
	unsigned char bytes[4] = { a, b, c, d };
	unsigned int address;

	memcpy(&address, bytes, 4);
	return address;
}

static void *echo(void *listener)
{
	char buffer[64];
	int fd = CHECK_OK(lkl_sys_accept(*(int *)listener, NULL, NULL));
	long got;

	while ((got = CHECK_OK(lkl_sys_recv(fd, buffer, sizeof(buffer), 0))) > 0)
		CHECK_EQ(lkl_sys_send(fd, buffer, got, 0), got);
	CHECK_OK(lkl_sys_close(fd));
	return NULL;
}

static void check_connection(unsigned int address)
{
	struct lkl_sockaddr_in name = { .sin_family = LKL_AF_INET, .sin_port = 0x1234 };
	struct lkl_sockaddr *generic = (struct lkl_sockaddr *)&name;
	int listener = CHECK_OK(lkl_sys_socket(LKL_AF_INET, LKL_SOCK_STREAM, 0));
	int fd = CHECK_OK(lkl_sys_socket(LKL_AF_INET, LKL_SOCK_STREAM, 0));
	char text[6] = "hello", got[6] = "";
	pthread_t thread;

	name.sin_addr.lkl_s_addr = address;
	CHECK_OK(lkl_sys_bind(listener, generic, sizeof(name)));
	CHECK_OK(lkl_sys_listen(listener, 1));
	CHECK_EQ(pthread_create(&thread, NULL, echo, &listener), 0);
	CHECK_OK(lkl_sys_connect(fd, generic, sizeof(name)));
	CHECK_EQ(lkl_sys_send(fd, text, 6, 0), 6);
	CHECK_EQ(lkl_sys_recv(fd, got, 6, LKL_MSG_WAITALL), 6);
	CHECK_EQ(strcmp(got, text), 0);
	CHECK_OK(lkl_sys_close(fd));
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_OK(lkl_sys_close(listener));
}

static void check_addresses(void)
{
	unsigned int address = ipv4(10, 1, 2, 3);
	unsigned char v6[16] = { 0xfd, 0, [15] = 5 };

	CHECK_OK(lkl_if_set_ipv4(LOOPBACK, address, 24));
	CHECK_EQ(lkl_if_set_ipv4(LOOPBACK, address, 24), -LKL_EEXIST);
	CHECK_EQ(lkl_if_set_ipv4(LOOPBACK, address, 33), -LKL_EINVAL);
	CHECK_EQ(lkl_if_add_ip(LOOPBACK, LKL_AF_UNIX, &address, 24), -LKL_EINVAL);
	CHECK_EQ(lkl_if_add_ip(LOOPBACK, LKL_AF_INET, NULL, 24), -LKL_EINVAL);
	check_connection(address);
	CHECK_OK(lkl_if_set_ipv6(LOOPBACK, v6, 64));
	CHECK_OK(lkl_if_wait_ipv6_dad(LOOPBACK, v6));
	CHECK_OK(lkl_if_del_ip(LOOPBACK, LKL_AF_INET6, v6, 64));
	CHECK_EQ(lkl_if_wait_ipv6_dad(LOOPBACK, v6), -LKL_EADDRNOTAVAIL);
}

static void check_routes(void)
{
	unsigned int address = ipv4(10, 1, 2, 3), gateway = ipv4(10, 1, 2, 1);
	unsigned int outside = ipv4(192, 168, 77, 1);
	unsigned char mac[6] = { 2, 0, 0, 0, 0, 1 };

	CHECK_EQ(lkl_set_ipv4_gateway(outside), -LKL_ENETUNREACH);
	CHECK_OK(lkl_if_add_rule_from_saddr(LOOPBACK, LKL_AF_INET, &address));
	CHECK_OK(lkl_if_add_linklocal(LOOPBACK, LKL_AF_INET, &address, 24));
	CHECK_EQ(lkl_if_add_linklocal(LOOPBACK, LKL_AF_INET, &address, 24), -LKL_EEXIST);
	CHECK_OK(lkl_add_neighbor(LOOPBACK, LKL_AF_INET, &gateway, mac));
	CHECK_EQ(lkl_add_neighbor(4711, LKL_AF_INET, &gateway, mac), -LKL_ENODEV);
	CHECK_OK(lkl_if_del_ip(LOOPBACK, LKL_AF_INET, &address, 24));
	CHECK_EQ(lkl_if_del_ip(LOOPBACK, LKL_AF_INET, &address, 24), -LKL_EADDRNOTAVAIL);
}

void test_network(void)
{
	boot();
	CHECK_EQ(lkl_ifname_to_ifindex("lo"), LOOPBACK);
	CHECK_EQ(lkl_ifname_to_ifindex("eth7"), -LKL_ENODEV);
	CHECK_OK(lkl_if_up(LOOPBACK));
	CHECK_EQ(lkl_if_up(4711), -LKL_ENODEV);
	CHECK_OK(lkl_if_set_mtu(LOOPBACK, 9000));
	CHECK_EQ(lkl_if_set_mtu(LOOPBACK, -1), -LKL_EINVAL);
	check_connection(ipv4(127, 0, 0, 1));
	check_addresses();
	check_routes();
	CHECK_OK(lkl_qdisc_add(LOOPBACK, "root", "pfifo"));
	CHECK_EQ(lkl_qdisc_add(LOOPBACK, "leaf", "pfifo"), -LKL_EINVAL);
	CHECK_EQ(lkl_qdisc_add(LOOPBACK, "root", "nonsense"), -LKL_ENOENT);
	CHECK_OK(lkl_sysctl("net.ipv4.tcp_wmem", "4096 16384 1000000"));
	CHECK(lkl_netdev_tap_create("tap0", 0) == NULL);
	CHECK(strstr(lkl_last_error_message(), "not part of this version") != NULL);
	CHECK_EQ(lkl_netdev_add(NULL, NULL), -LKL_EOPNOTSUPP);
	CHECK_OK(lkl_if_down(LOOPBACK));
	CHECK_OK(lkl_sys_halt());
}
