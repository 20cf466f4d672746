/* SPDX-License-Identifier: GPL-2.0 */
/* The newer form of the boot, in the same program as the older one. */
#define LKL_API_INIT
#include "check.h"

void test_newer_boot(void)
{
	CHECK_EQ(lkl_start_kernel("mem=64M"), -LKL_EINVAL);
	CHECK_EQ(lkl_init(NULL), -LKL_EINVAL);
	lkl_host_ops.print = NULL;
	CHECK_EQ(lkl_init(&lkl_host_ops), 0);
	CHECK_OK(lkl_start_kernel("mem=%dM loglevel=%d", 64, 4));
	CHECK_EQ(lkl_sys_getpid(), 1);
	CHECK_OK(lkl_sys_halt());
	lkl_cleanup();
}
