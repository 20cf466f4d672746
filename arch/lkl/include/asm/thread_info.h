/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_THREAD_INFO_H
#define _ASM_LKL_THREAD_INFO_H

#include <abi/machine.h>

#define THREAD_SHIFT		15
#define THREAD_SIZE		LKL_STACK_SIZE
#define THREAD_SIZE_ORDER	(THREAD_SHIFT - 12)

#ifndef __ASSEMBLY__

#include <asm/processor.h>

/*
 * At the bottom of each kernel stack, so that "current" and all state of the
 * virtual CPU follow from the stack pointer: any host thread may run any fiber.
 */
struct thread_info {
	struct task_struct *task;
	struct lkl_vcpu *vcpu;		/* that the fiber runs on, or ran on last */
	struct lkl_mailbox *mailbox;	/* of the host thread that the task serves */
	unsigned long flags;		/* TIF_* */
	int preempt_count;
	unsigned int irqs_off;
	u32 cpu;
	u32 halter;			/* may go on calling while the instance halts */
	/* Of a caller that lets others wait (mailbox.c), by sched_clock(). */
	u64 put_off_at;			/* when it got an answer with others runnable */
	u64 put_off_end;		/* when they run at the latest */
	int put_off_score;
};

#define INIT_THREAD_INFO(tsk)			\
{						\
	.task = &(tsk),				\
	.vcpu = &lkl_boot_vcpu,			\
	.preempt_count = INIT_PREEMPT_COUNT,	\
	.irqs_off = 1,				\
}

extern struct lkl_vcpu lkl_boot_vcpu;

static __always_inline __attribute_const__ struct thread_info *current_thread_info(void)
{
	unsigned long sp;

	asm("mov %%rsp, %0" : "=r" (sp));
	return (struct thread_info *)(sp & ~(THREAD_SIZE - 1UL));
}

static __always_inline struct lkl_vcpu *lkl_this_vcpu(void)
{
	return current_thread_info()->vcpu;
}

#endif /* !__ASSEMBLY__ */

#define TIF_SYSCALL_TRACE	0
#define TIF_NOTIFY_RESUME	1
#define TIF_SIGPENDING		2
#define TIF_NEED_RESCHED	3
#define TIF_NOTIFY_SIGNAL	4
#define TIF_RESTORE_SIGMASK	5
#define TIF_MEMDIE		6
#define TIF_SYSCALL_TRACEPOINT	7

#define _TIF_SYSCALL_TRACE	(1 << TIF_SYSCALL_TRACE)
#define _TIF_NOTIFY_RESUME	(1 << TIF_NOTIFY_RESUME)
#define _TIF_SIGPENDING		(1 << TIF_SIGPENDING)
#define _TIF_NEED_RESCHED	(1 << TIF_NEED_RESCHED)
#define _TIF_NOTIFY_SIGNAL	(1 << TIF_NOTIFY_SIGNAL)

/* What a call must look at before it gives its result back. */
#define _TIF_WORK_MASK		(_TIF_NOTIFY_RESUME | _TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL)

#endif /* _ASM_LKL_THREAD_INFO_H */
