// SPDX-License-Identifier: GPL-2.0
/*
 * The end of an instance, in the order that loses nothing: calls end, files are
 * closed; then the host unmounts what is mounted, by ordinary calls; then
 * whatever is left is written back.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/syscalls.h>
#include <linux/task_work.h>
#include <asm/host.h>

bool lkl_halting;

/* Interrupts every call but the halting one; true if some are still under way. */
static bool lkl_interrupt_calls(void)
{
	struct task_struct *task;
	bool busy = false;

	rcu_read_lock();
	for_each_thread(current, task) {
		struct lkl_mailbox *mailbox = task_thread_info(task)->mailbox;

		if (task == current || !mailbox)
			continue;
		if (READ_ONCE(mailbox->state) != LKL_MAILBOX_REQUESTED)
			continue;
		busy = true;
		set_notify_signal(task);
	}
	rcu_read_unlock();
	return busy;
}

/* Every descriptor of the shared table, 0 to 2 too. */
static void lkl_close_files(void)
{
	unsigned int fd, count;

	rcu_read_lock();
	count = files_fdtable(current->files)->max_fds;
	rcu_read_unlock();
	for (fd = 0; fd < count; fd++)
		close_fd(fd);
	task_work_run();
	flush_delayed_fput();
}

long lkl_quiesce(u64 milliseconds)
{
	unsigned long end = jiffies + msecs_to_jiffies(milliseconds) + 1;
	struct path root;
	bool busy;

	lkl_halting = true;
	current_thread_info()->halter = 1;
	while ((busy = lkl_interrupt_calls()) && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	lkl_close_files();
	get_fs_root(current->fs, &root);
	set_fs_pwd(current->fs, &root);
	path_put(&root);
	return busy ? -EBUSY : 0;
}

static void lkl_count_writable(struct super_block *sb, void *count)
{
	if (sb->s_bdev && !sb_rdonly(sb))
		++*(int *)count;
}

/* What could not be unmounted is written back and made read-only. */
long lkl_flush_for_halt(void)
{
	unsigned long end;
	int writable = 0;

	ksys_sync();
	iterate_supers(lkl_count_writable, &writable);
	if (!writable)
		return 0;
	emergency_remount();
	end = jiffies + 5 * HZ;
	while (writable && time_before(jiffies, end)) {
		schedule_timeout_uninterruptible(1);
		writable = 0;
		iterate_supers(lkl_count_writable, &writable);
	}
	return writable ? -EBUSY : 0;
}
