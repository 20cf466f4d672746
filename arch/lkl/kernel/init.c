// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 without a program: it "executes" a file with a magic line, and falls out of
 * the kernel's own start-up code into ours.
 */
#include <linux/binfmts.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/init_syscalls.h>
#include <linux/sched/signal.h>
#include <linux/task_work.h>
#include <linux/stat.h>
#include <asm/host.h>

static const char lkl_magic[] = "#lkl\n";

static int lkl_load_init(struct linux_binprm *bprm)
{
	int rc;

	/* is_global_init() is true of every thread of the group. */
	if (current->pid != 1 || memcmp(bprm->buf, lkl_magic, sizeof(lkl_magic) - 1))
		return -ENOEXEC;
	rc = begin_new_exec(bprm);
	if (rc)
		return rc;
	setup_new_exec(bprm);
	set_binfmt(NULL);
	finalize_exec(bprm);
	current->signal->rlim[RLIMIT_NOFILE].rlim_cur = 65536;
	current->signal->rlim[RLIMIT_NOFILE].rlim_max = 65536;
	return 0;
}

static struct linux_binfmt lkl_binfmt = {
	.load_binary = lkl_load_init,
};

static int __init lkl_write_init(void)
{
	struct file *file = filp_open("/init", O_WRONLY | O_CREAT | O_TRUNC, 0700);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_write(file, lkl_magic, sizeof(lkl_magic) - 1, &pos);
	fput(file);
	/* While it counts as open for writing it cannot be executed. */
	task_work_run();
	flush_delayed_fput();
	return n < 0 ? n : 0;
}

static void __init lkl_mount(const char *type, const char *path)
{
	int rc;

	init_mkdir(path, 0755);
	rc = init_mount(type, path, type, 0, NULL);
	if (rc)
		pr_warn("lkl: cannot mount %s on %s: %d\n", type, path, rc);
}

static int __init lkl_prepare_init(void)
{
	int rc;

	register_binfmt(&lkl_binfmt);
	rc = lkl_write_init();
	if (rc)
		panic("lkl: cannot write /init: %d", rc);
	lkl_mount("devtmpfs", "/dev");
	lkl_mount("proc", "/proc");
	lkl_mount("sysfs", "/sys");
	lkl_mount("tmpfs", "/tmp");
	init_chmod("/tmp", 01777);
	return 0;
}
late_initcall(lkl_prepare_init);
