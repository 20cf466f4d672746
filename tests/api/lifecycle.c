/* SPDX-License-Identifier: GPL-2.0 */
/* Booting and halting, and what calls return without a kernel. */
#include "check.h"

#include <pthread.h>

static char printed[65536];
static int printed_length;

static void keep(const char *text, int length)
{
	if (printed_length + length < (int)sizeof(printed)) {
		memcpy(printed + printed_length, text, length);
		printed_length += length;
	}
}

static void *sleep_in_read(void *fds)
{
	char byte;

	return (void *)lkl_sys_read(((int *)fds)[0], &byte, 1);
}

static void check_halt_releases_a_blocked_caller(void)
{
	pthread_t thread;
	void *result;
	int fds[2];

	boot();
	CHECK_OK(lkl_sys_pipe(fds));
	CHECK_EQ(pthread_create(&thread, NULL, sleep_in_read, fds), 0);
	CHECK_OK(lkl_sys_halt());
	CHECK_EQ(pthread_join(thread, &result), 0);
	CHECK((long)result < 0);
}

void test_lifecycle(void)
{
	char tail[4096];
	int i;

	CHECK_EQ(lkl_sys_getpid(), -LKL_ESHUTDOWN);
	CHECK_EQ(lkl_is_running(), 0);
	for (i = 0; i < 3; i++) {
		boot();
		CHECK_EQ(lkl_is_running(), 1);
		CHECK_EQ(lkl_sys_getpid(), 1);
		CHECK_EQ(lkl_start_kernel(&lkl_host_ops, "mem=64M"), -LKL_EBUSY);
		CHECK_EQ(lkl_syscall(100000, (long[6]){ 0 }), -LKL_ENOSYS);
		CHECK_EQ(lkl_sys_halt(), 0);
		CHECK_EQ(lkl_is_running(), 0);
		CHECK_EQ(lkl_sys_getpid(), -LKL_ESHUTDOWN);
		CHECK_EQ(lkl_sys_halt(), -LKL_ESHUTDOWN);
	}

	CHECK_EQ(lkl_start_kernel(&lkl_host_ops, "mem=1"), -LKL_EINVAL);
	CHECK(lkl_last_error_message()[0] != '\0');

	/* A wrong image is an error that names it. */
	setenv("LKL_IMAGE", "/nonexistent/image", 1);
	CHECK(lkl_start_kernel(&lkl_host_ops, "mem=64M") < 0);
	CHECK(strstr(lkl_last_error_message(), "/nonexistent/image") != NULL);
	unsetenv("LKL_IMAGE");

	lkl_host_ops.print = keep;
	CHECK_OK(lkl_start_kernel(&lkl_host_ops, "mem=64M loglevel=8"));
	CHECK_OK(lkl_sys_halt());
	CHECK(printed_length > 0);
	printed[printed_length] = '\0';
	CHECK(strstr(printed, "Linux version") != NULL);
	CHECK(lkl_console_tail(tail, sizeof(tail)) > 0);
	lkl_host_ops.print = NULL;

	check_halt_releases_a_blocked_caller();
}
