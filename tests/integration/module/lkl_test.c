// SPDX-License-Identifier: GPL-2.0
/*
 * A module that tests load: it has text, constants, data and zeroed data, and
 * does on request what a kernel should not.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/string.h>

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "warn, invert, oops, bug or fail");

static const unsigned int lkl_test_table[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
static unsigned int lkl_test_sum;
static char lkl_test_zeroes[3 * PAGE_SIZE];

static int lkl_test_answer_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%u\n", lkl_test_sum + lkl_test_zeroes[PAGE_SIZE]);
}

static const struct kernel_param_ops lkl_test_answer_ops = {
	.get = lkl_test_answer_get,
};
module_param_cb(answer, &lkl_test_answer_ops, NULL, 0444);

static noinline void lkl_test_oops(void)
{
	*(volatile int *)8 = 1;
}

static DEFINE_MUTEX(lkl_test_first);
static DEFINE_MUTEX(lkl_test_second);

static void lkl_test_lock_both(struct mutex *outer, struct mutex *inner)
{
	mutex_lock(outer);
	mutex_lock(inner);
	mutex_unlock(inner);
	mutex_unlock(outer);
}

static int __init lkl_test_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lkl_test_table); i++)
		lkl_test_sum += lkl_test_table[i];
	if (!strcmp(what, "warn")) {
		WARN(1, "lkl_test was asked to warn\n");
	} else if (!strcmp(what, "invert")) {
		lkl_test_lock_both(&lkl_test_first, &lkl_test_second);
		lkl_test_lock_both(&lkl_test_second, &lkl_test_first);
	} else if (!strcmp(what, "oops")) {
		lkl_test_oops();
	} else if (!strcmp(what, "bug")) {
		BUG();
	} else if (!strcmp(what, "fail")) {
		return -ENXIO;
	}
	return 0;
}

static void __exit lkl_test_exit(void)
{
	memset(lkl_test_zeroes, 1, sizeof(lkl_test_zeroes));
}

module_init(lkl_test_init);
module_exit(lkl_test_exit);
MODULE_DESCRIPTION("For the tests of LKL");
MODULE_LICENSE("GPL");
