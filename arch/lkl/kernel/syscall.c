// SPDX-License-Identifier: GPL-2.0
/* The table of system calls, and what happens on the way out of one. */
#include <linux/errno.h>
#include <linux/linkage.h>
#include <linux/resume_user_mode.h>
#include <linux/sched/signal.h>
#include <linux/syscalls.h>
#include <linux/task_work.h>
#include <linux/version.h>
#include <asm/host.h>
#include <asm/unistd.h>

typedef long (*lkl_syscall_t)(long, long, long, long, long, long);

/* Calls that would end or copy PID 1, or whose result only an MMU could show. */
static long lkl_sys_enosys(long a, long b, long c, long d, long e, long f)
{
	return -ENOSYS;
}

static long lkl_sys_eperm(long a, long b, long c, long d, long e, long f)
{
	return -EPERM;
}

static long lkl_sys_enodev(long a, long b, long c, long d, long e, long f)
{
	return -ENODEV;
}

/* Named by the generic table; overridden below. */
asmlinkage long sys_rt_sigreturn(void);
asmlinkage long sys_rt_sigreturn(void)
{
	return -ENOSYS;
}

asmlinkage long sys_mmap(unsigned long addr, unsigned long len, unsigned long prot,
			 unsigned long flags, unsigned long fd, off_t offset);
asmlinkage long sys_mmap(unsigned long addr, unsigned long len, unsigned long prot,
			 unsigned long flags, unsigned long fd, off_t offset)
{
	return -ENODEV;
}

/* Calls of the kernel's that need help with O_DIRECT (direct_io.c). */
#define LKL_SYSCALL(name)	[__NR_##name] = (lkl_syscall_t)(void *)lkl_sys_##name

#undef __SYSCALL
#define __SYSCALL(nr, call)		[nr] = (lkl_syscall_t)(void *)(call),
#define __SYSCALL_WITH_COMPAT(nr, native, compat)	__SYSCALL(nr, native)

static const lkl_syscall_t lkl_syscalls[__NR_syscalls] = {
	[0 ... __NR_syscalls - 1] = lkl_sys_enosys,
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#include <asm/syscall_table_64.h>
#else
#undef __NR_syscalls
#include <asm-generic/unistd.h>
#endif
	[__NR_clone] = lkl_sys_enosys,
	[__NR_clone3] = lkl_sys_enosys,
	[__NR_execve] = lkl_sys_enosys,
	[__NR_execveat] = lkl_sys_enosys,
	[__NR_exit_group] = lkl_sys_eperm,
	[__NR_mmap] = lkl_sys_enodev,
	LKL_SYSCALL(read),
	LKL_SYSCALL(write),
	LKL_SYSCALL(pread64),
	LKL_SYSCALL(pwrite64),
	LKL_SYSCALL(readv),
	LKL_SYSCALL(writev),
	LKL_SYSCALL(preadv),
	LKL_SYSCALL(pwritev),
	LKL_SYSCALL(preadv2),
	LKL_SYSCALL(pwritev2),
	[__NR_shmat] = lkl_sys_enodev,
};

/* Deferred work (a closed file's release), signals, an interrupted call's number. */
static noinline void lkl_leave_work(void)
{
	struct ksignal ksig;

	while (current_thread_info()->flags & _TIF_WORK_MASK) {
		if (test_thread_flag(TIF_NOTIFY_SIGNAL))
			clear_notify_signal();
		/* Signals are never delivered: a handler would have nowhere to run. */
		if (test_thread_flag(TIF_SIGPENDING) && !get_signal(&ksig) &&
		    !signal_pending(current))
			clear_thread_flag(TIF_SIGPENDING);
		resume_user_mode_work(task_pt_regs(current));
		if (task_work_pending(current))
			task_work_run();
		clear_thread_flag(TIF_NOTIFY_RESUME);
	}
}

long lkl_run_syscall(long number, const lkl_s64 *args)
{
	long result;

	if (unlikely((unsigned long)number >= ARRAY_SIZE(lkl_syscalls)))
		return -ENOSYS;
	if (unlikely(lkl_halting && !current_thread_info()->halter))
		return -ESHUTDOWN;
	result = lkl_syscalls[number](args[0], args[1], args[2], args[3], args[4], args[5]);
	if (unlikely(current_thread_info()->flags & _TIF_WORK_MASK))
		lkl_leave_work();
	restore_saved_sigmask();
	switch (result) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		current->restart_block.fn = do_no_restart_syscall;
		result = -EINTR;
	}
	return result;
}
