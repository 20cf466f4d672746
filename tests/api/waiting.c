/* SPDX-License-Identifier: GPL-2.0 */
/* pipe, poll, select and epoll under their older names. */
#include "check.h"

#include <pthread.h>

static int fds[2];

static void *write_later(void *unused)
{
	struct __lkl__kernel_timespec pause = { 0, 20000000 };

	(void)unused;
	CHECK_OK(lkl_sys_nanosleep(&pause, NULL));
	CHECK_EQ(lkl_sys_write(fds[1], "x", 1), 1);
	return NULL;
}

static void check_ready(void)
{
	struct lkl_pollfd poll = { .fd = fds[0], .events = LKL_POLLIN };
	struct lkl_epoll_event event = { .events = LKL_EPOLLIN, .data = 7 }, got;
	struct lkl_timeval timeout = { 0, 1000 };
	lkl_fd_set set;
	int epoll;

	memset(&set, 0, sizeof(set));
	CHECK_EQ(lkl_sys_poll(&poll, 1, 0), 0);
	set.fds_bits[0] = 1UL << fds[0];
	CHECK_EQ(lkl_sys_select(fds[0] + 1, &set, NULL, NULL, &timeout), 0);
	timeout.tv_usec = -1;
	CHECK_EQ(lkl_sys_select(fds[0] + 1, &set, NULL, NULL, &timeout), -LKL_EINVAL);

	CHECK_EQ(lkl_sys_write(fds[1], "x", 1), 1);
	CHECK_EQ(lkl_sys_poll(&poll, 1, -1), 1);
	CHECK_EQ(poll.revents, LKL_POLLIN);
	set.fds_bits[0] = 1UL << fds[0];
	CHECK_EQ(lkl_sys_select(fds[0] + 1, &set, NULL, NULL, NULL), 1);
	CHECK_EQ(set.fds_bits[0], 1L << fds[0]);

	CHECK_EQ(lkl_sys_epoll_create(0), -LKL_EINVAL);
	epoll = CHECK_OK(lkl_sys_epoll_create(1));
	CHECK_OK(lkl_sys_epoll_ctl(epoll, LKL_EPOLL_CTL_ADD, fds[0], &event));
	CHECK_EQ(lkl_sys_epoll_wait(epoll, &got, 1, -1), 1);
	CHECK_EQ(got.data, 7);
	CHECK_OK(lkl_sys_close(epoll));
}

void test_waiting(void)
{
	pthread_t thread;
	char byte;
	int event;

	boot();
	CHECK_OK(lkl_sys_pipe(fds));
	check_ready();
	CHECK_EQ(lkl_sys_read(fds[0], &byte, 1), 1);
	CHECK_EQ(pthread_create(&thread, NULL, write_later, NULL), 0);
	CHECK_EQ(lkl_sys_read(fds[0], &byte, 1), 1);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	/* No reader: an error, and no signal. */
	CHECK_OK(lkl_sys_close(fds[0]));
	CHECK_EQ(lkl_sys_write(fds[1], "x", 1), -LKL_EPIPE);
	event = CHECK_OK(lkl_sys_eventfd(3));
	CHECK_OK(lkl_sys_close(event));
	CHECK_OK(lkl_sys_halt());
}
