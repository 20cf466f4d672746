/* SPDX-License-Identifier: GPL-2.0 */
/* Several kernels at once, from C. */
#include "check.h"

#include <lkl/lkl_instance.h>

static long make_directory(struct lkl_instance *instance, const char *path)
{
	long params[6] = { LKL_AT_FDCWD, (long)path, 0700 };

	return lkl_instance_syscall(instance, __lkl__NR_mkdirat, params);
}

/* Each kernel's memory is its own. */
static void test_io_buffers(struct lkl_instance *instance)
{
	char *mine, *other;

	mine = lkl_alloc_io(100000);
	CHECK(mine != NULL);
	other = lkl_instance_alloc_io(instance, 5);
	CHECK(other != NULL);
	CHECK_EQ(mine[99999] + other[4], 0);
	memset(mine, 1, 100000);
	memset(other, 1, 5);
	CHECK_EQ(lkl_free_io(other), -LKL_EINVAL);
	CHECK_EQ(lkl_free_io(mine + 4096), -LKL_EINVAL);
	CHECK_EQ(lkl_instance_free_io(instance, mine), -LKL_EINVAL);
	CHECK_OK(lkl_free_io(mine));
	CHECK_EQ(lkl_free_io(mine), -LKL_EINVAL);
	CHECK_OK(lkl_free_io(NULL));
	CHECK_OK(lkl_instance_free_io(instance, other));
	CHECK(lkl_alloc_io(0) == NULL);
	CHECK(lkl_instance_alloc_io(NULL, 1) == NULL);
	CHECK(lkl_instance_free_io(NULL, &mine) < 0);
}

void test_instances(void)
{
	struct lkl_instance *first, *second;
	int err = 1;

	boot();
	first = lkl_instance_boot("mem=64M loglevel=4", NULL, NULL, &err);
	CHECK(first != NULL);
	CHECK_EQ(err, 0);
	second = lkl_instance_boot("mem=64M loglevel=4", NULL, NULL, NULL);
	CHECK(second != NULL);
	CHECK_OK(make_directory(first, "/tmp/d"));
	CHECK_OK(make_directory(second, "/tmp/d"));
	CHECK_OK(lkl_sys_mkdir("/tmp/d", 0700));
	CHECK_EQ(make_directory(first, "/tmp/d"), -LKL_EEXIST);
	test_io_buffers(first);
	CHECK_OK(lkl_sys_halt());
	CHECK(lkl_alloc_io(4096) == NULL);
	CHECK(strlen(lkl_last_error_message()) > 0);
	CHECK_EQ(lkl_instance_is_running(first), 1);
	CHECK_EQ(lkl_instance_syscall(first, __lkl__NR_getpid, NULL), 1);
	CHECK_OK(lkl_instance_halt(first));
	CHECK_EQ(lkl_instance_syscall(first, __lkl__NR_getpid, NULL), -LKL_ESHUTDOWN);
	lkl_instance_free(first);
	CHECK_EQ(lkl_instance_syscall(second, __lkl__NR_getpid, NULL), 1);
	lkl_instance_free(second); /* halts */
	CHECK(lkl_instance_boot("mem=1", NULL, NULL, &err) == NULL);
	CHECK_EQ(err, -LKL_EINVAL);
}
