/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_LKL_PROCESSOR_H
#define _ASM_LKL_PROCESSOR_H

#include <asm/page.h>
#include <asm/ptrace.h>

struct task_struct;

/*
 * Any address of the host process's may be a caller's buffer, so the "user"
 * address space is the whole lower half.  access_ok() takes the instance's own
 * range out of it.
 */
#define TASK_SIZE		(0x800000000000UL - PAGE_SIZE)
#define TASK_UNMAPPED_BASE	PAGE_ALIGN(TASK_SIZE / 3)
#define STACK_TOP		TASK_SIZE
#define STACK_TOP_MAX		STACK_TOP

struct thread_struct {
	unsigned long sp;	/* of a fiber that is switched out */
};

#define INIT_THREAD	{ }

#define KSTK_EIP(tsk)	0
#define KSTK_ESP(tsk)	0

void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp);
unsigned long __get_wchan(struct task_struct *task);

/*
 * Loops that wait for an interrupt or for jiffies to pass call this; it is
 * where they get them.
 */
void cpu_relax(void);

#endif /* _ASM_LKL_PROCESSOR_H */
